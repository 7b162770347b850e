import FrameEngine

/// A number of bytes as typed: `64K`, `10M`, `1.5G`, `500MB`, `4096`.
///
/// `K`, `M`, `G`, `T` and `KiB` … `TiB` are powers of 1024, `KB` … `TB` powers of 1000.
struct ByteSize: ArgumentValue, Hashable {
  static let expectation = "a size such as 64K, 10M or 1.5G"

  let bytes: Int64

  init(bytes: Int64) {
    self.bytes = bytes
  }

  init?(argument: FileName) {
    guard let text = String(argument: argument), let parts = NumberWithUnit(text) else {
      return nil
    }
    guard let scale = ByteSize.scale(of: parts.unit), let bytes = parts.scaled(by: scale) else {
      return nil
    }
    self.bytes = bytes
  }

  private static func scale(of unit: String) -> Int64? {
    switch unit.uppercased() {
    case "", "B": 1
    case "K", "KIB": 1 << 10
    case "M", "MIB": 1 << 20
    case "G", "GIB": 1 << 30
    case "T", "TIB": 1 << 40
    case "KB": 1_000
    case "MB": 1_000_000
    case "GB": 1_000_000_000
    case "TB": 1_000_000_000_000
    default: nil
    }
  }
}

/// Bytes a second as typed: a size, with or without `/s`. Never zero.
struct ByteRate: ArgumentValue, Hashable {
  static let expectation = "a rate a second such as 50M or 1.5G/s"

  let bytesPerSecond: Int64

  init?(argument: FileName) {
    guard let text = String(argument: argument) else { return nil }
    let size = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
    guard let parsed = ByteSize(argument: FileName(size)), parsed.bytes > 0 else { return nil }
    bytesPerSecond = parsed.bytes
  }
}

/// A share of a whole as typed: `5`, `2.5`, `10%`; 0 to 100.
struct Percentage: ArgumentValue, Hashable {
  static let expectation = "a percentage from 0 to 100, such as 5 or 2.5%"

  let percent: Double

  init(percent: Double) {
    self.percent = percent
  }

  init?(argument: FileName) {
    guard let text = String(argument: argument), let parts = NumberWithUnit(text),
      ["", "%"].contains(parts.unit), parts.value <= 100
    else { return nil }
    percent = parts.value
  }
}

/// A span of time as typed: `90s`, `15m`, `24h`, `1h30m`, `7d`, `2w`, `1y`; a unit is required,
/// since a bare number means minutes to one program and seconds to the next. A year is 365 days.
extension Duration: ArgumentValue {
  static var expectation: String { "a span of time such as 90s, 24h, 7d or 1h30m" }

  init?(argument: FileName) {
    guard let text = String(argument: argument) else { return nil }
    var seconds: Int64 = 0
    var number = ""
    for character in text {
      if character.isASCII, character.isNumber {
        number.append(character)
        continue
      }
      guard let scale = Duration.seconds(ofUnit: character), let count = Int64(number) else {
        return nil
      }
      let (product, tooLarge) = count.multipliedReportingOverflow(by: scale)
      let (sum, tooLargeSum) = seconds.addingReportingOverflow(product)
      guard !tooLarge, !tooLargeSum else { return nil }
      seconds = sum
      number = ""
    }
    guard number.isEmpty else { return nil }
    self = .seconds(seconds)
  }

  private static func seconds(ofUnit unit: Character) -> Int64? {
    switch unit {
    case "s": 1
    case "m": 60
    case "h": 3_600
    case "d": 86_400
    case "w": 7 * 86_400
    case "y": 365 * 86_400
    default: nil
    }
  }
}

/// A decimal number and the letters behind it.
private struct NumberWithUnit {
  let value: Double
  let unit: String

  init?(_ text: String) {
    let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
    guard let number = String(digits), let first = digits.first, isDigit(first),
      let value = Double(number)
    else { return nil }
    self.value = value
    unit = String(text.dropFirst(number.count))
  }

  /// The product rounded down; `nil` if it is beyond 64 bits.
  func scaled(by scale: Int64) -> Int64? {
    Int64(exactly: (value * Double(scale)).rounded(.down))
  }
}
