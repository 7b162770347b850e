extension FrameRange {
  /// Reads a list with commas of frames (`1200`) and of ranges (`1001-1100`, every second frame
  /// `1001-1100x2`). Numbers may be below 0 (`-5--1`) and ranges may run backwards, which means the
  /// same frames: `1100-1001x2` is 1100, 1098 and so on, in ascending order.
  ///
  /// Throws for anything else, and for more than `countLimit` frames.
  public init(parsing text: String) throws(FrameSyntaxError) {
    var frames = [Int]()
    guard text.utf8.count <= FrameRange.textLimit else {
      throw FrameSyntaxError(
        String(text.prefix(40)) + "…", "a range has at most \(FrameRange.textLimit) bytes")
    }
    for item in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let steps = try FrameRange.steps(of: item, in: text)
      let distance = abs(steps.to - steps.from) / abs(steps.by)
      guard frames.count + distance < FrameRange.countLimit else {
        throw FrameSyntaxError(text, "that is more than \(FrameRange.countLimit) frames")
      }
      frames.append(contentsOf: stride(from: steps.from, through: steps.to, by: steps.by))
    }
    self.init(frames: frames)
  }

  /// Bytes of a typed range.
  public static let textLimit = 64 << 10

  private static func steps(
    of item: Substring.UTF8View, in text: String
  ) throws(FrameSyntaxError) -> (from: Int, to: Int, by: Int) {
    var rest = ArraySlice(Array(item))
    while rest.first == UInt8(ascii: " ") { rest.removeFirst() }
    while rest.last == UInt8(ascii: " ") { rest.removeLast() }
    let from = try number(&rest, text)
    guard !rest.isEmpty else { return (from, from, 1) }
    try expect("-", &rest, text)
    let to = try number(&rest, text)
    let sign = to < from ? -1 : 1
    guard !rest.isEmpty else { return (from, to, sign) }
    try expect("x", &rest, text)
    let step = try number(&rest, text)
    guard step > 0 else { throw FrameSyntaxError(text, "a step is 1 or more") }
    guard rest.isEmpty else { throw unreadable(text) }
    return (from, to, sign * step)
  }

  private static func number(
    _ rest: inout ArraySlice<UInt8>, _ text: String
  ) throws(FrameSyntaxError) -> Int {
    let sign = rest.first == UInt8(ascii: "-") ? 1 : 0
    let digits = rest.dropFirst(sign).prefix { FrameNumber.isDigit($0) }
    let whole = rest.prefix(sign + digits.count)
    guard !digits.isEmpty else { throw unreadable(text) }
    guard let number = FrameNumber(whole) else {
      throw FrameSyntaxError(
        text, "\(String(decoding: whole, as: UTF8.self)) is no frame number: it exceeds 32 bits")
    }
    rest.removeFirst(whole.count)
    return number.value
  }

  private static func expect(
    _ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>, _ text: String
  ) throws(FrameSyntaxError) {
    guard rest.popFirst() == UInt8(ascii: character) else { throw unreadable(text) }
  }

  private static func unreadable(_ text: String) -> FrameSyntaxError {
    FrameSyntaxError(text, "write frames like 1001-1100, 1001-1100x2 or 1001-1100,1200")
  }
}
