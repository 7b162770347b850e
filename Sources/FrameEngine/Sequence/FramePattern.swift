/// The names of a sequence: a text with a place for the frame number, as artists type it.
///
/// | written | meaning |
/// |---|---|
/// | `shot.####.exr` | at least four digits (Nuke); a single `#` takes any number of digits |
/// | `shot.@@@@.exr` | at least four digits (RV); `@` is no padding |
/// | `shot.%04d.exr`, `%d` | as printf has it |
/// | `shot.$F4.exr`, `$F` | as Houdini has it |
///
/// Numbers wider than the padding are what happens after 9999, and belong to the sequence. A
/// number below 0 starts with `-`, which counts as one of the padded places, as printf has it.
/// `<UDIM>` is no frame number but text. Matching and formatting cost a pass over the name.
public struct FramePattern: Hashable, Sendable {
  /// The bytes before the number.
  public let prefix: [UInt8]
  /// The bytes behind the number.
  public let suffix: [UInt8]
  /// The places that numbers are filled up to with zeros, 1 for no zeros; `nil` for any number.
  public let padding: Int?

  /// The largest padding that is taken.
  public static let paddingLimit = 18
  /// Frame numbers: 32 bits with sign, as everything that renders has them.
  public static let frameLimits = Int(Int32.min)...Int(Int32.max)

  /// Names that are `prefix`, a number of at least `padding` places, and `suffix`.
  public init(prefix: [UInt8], padding: Int?, suffix: [UInt8]) {
    precondition(padding.map { (1...FramePattern.paddingLimit).contains($0) } ?? true)
    self.prefix = prefix
    self.suffix = suffix
    self.padding = padding
  }

  /// The frame that a name belongs to.
  public struct Match: Hashable, Sendable {
    /// The frame's number.
    public let frame: Int
    /// Whether the number is padded as the pattern says.
    public let isPadded: Bool
  }

  /// The frame that `name` belongs to; `nil` where the name is none of the sequence.
  public func match(_ name: FileName) -> Match? {
    let bytes = name.bytes
    guard bytes.count > prefix.count + suffix.count, bytes.starts(with: prefix),
      bytes.suffix(suffix.count).elementsEqual(suffix)
    else { return nil }
    let number = bytes[prefix.count..<bytes.count - suffix.count]
    guard let frame = FrameNumber(number) else { return nil }
    return Match(frame: frame.value, isPadded: isPadded(frame))
  }

  /// The name of a frame, in the pattern's padding; four places where it has none of its own.
  public func name(of frame: Int) -> FileName {
    let digits = String(frame.magnitude)
    let sign = frame < 0 ? "-" : ""
    let zeros = max(0, (padding ?? 4) - digits.utf8.count - sign.utf8.count)
    let number = sign + String(repeating: "0", count: zeros) + digits
    return FileName(prefix + Array(number.utf8) + suffix)
  }

  /// The same pattern with another padding.
  public func padded(to padding: Int) -> FramePattern {
    FramePattern(prefix: prefix, padding: padding, suffix: suffix)
  }

  /// Houdini counts the digits alone, printf the sign too: both are right below 0.
  func isPadded(_ number: FrameNumber) -> Bool {
    guard let padding else { return true }
    let isSame = number.digitCount == padding
    let isPrintf = number.isNegative && number.digitCount + 1 == padding
    let isWider = !number.hasLeadingZero && number.digitCount >= padding
    return isSame || isPrintf || isWider
  }
}

extension FramePattern: CustomStringConvertible {
  /// The pattern for a person: `shot.####.exr`.
  public var description: String {
    "\(FileName(prefix))\(String(repeating: "#", count: padding ?? 1))\(FileName(suffix))"
  }
}

/// The number in a name: an optional minus sign and 1 to 18 digits within 32 bits.
struct FrameNumber: Hashable, Sendable {
  let value: Int
  let digitCount: Int
  let isNegative: Bool
  let hasLeadingZero: Bool

  init?(_ text: ArraySlice<UInt8>) {
    isNegative = text.first == UInt8(ascii: "-")
    let digits = isNegative ? text.dropFirst() : text
    guard !digits.isEmpty, digits.count <= FramePattern.paddingLimit,
      digits.allSatisfy({ FrameNumber.isDigit($0) })
    else { return nil }
    let magnitude = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    value = isNegative ? -magnitude : magnitude
    guard FramePattern.frameLimits.contains(value) else { return nil }
    digitCount = digits.count
    hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
