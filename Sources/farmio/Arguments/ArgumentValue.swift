import FrameEngine

/// A value that can be typed on the command line.
///
/// Arguments are bytes, as the kernel hands them over: a path need not be UTF-8, and must come
/// through unharmed.
protocol ArgumentValue: Sendable {
  /// What is accepted, to finish the sentence "expects …".
  static var expectation: String { get }
  /// The value of `argument`, or `nil` if it is none.
  init?(argument: FileName)
}

extension FileName: ArgumentValue {
  static var expectation: String { "a path" }

  init?(argument: FileName) {
    guard !argument.bytes.isEmpty else { return nil }
    self = argument
  }
}

extension String: ArgumentValue {
  static var expectation: String { "a text in UTF-8" }

  init?(argument: FileName) {
    guard !argument.bytes.isEmpty, let text = String(validating: argument.bytes, as: UTF8.self)
    else { return nil }
    self = text
  }
}

extension Int: ArgumentValue {
  static var expectation: String { "a count such as 12" }

  /// A count: decimal digits without a sign.
  init?(argument: FileName) {
    guard let text = String(argument: argument), text.utf8.allSatisfy(isDigit),
      let value = Int(text)
    else { return nil }
    self = value
  }
}

/// A closed set of words, such as the values of `--progress`.
protocol ArgumentWord: ArgumentValue, CaseIterable, RawRepresentable<String> {}

extension ArgumentWord {
  static var words: [String] { allCases.map(\.rawValue) }

  static var expectation: String {
    let words = words
    return words.count == 1
      ? words[0] : words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
  }

  init?(argument: FileName) {
    guard let text = String(argument: argument) else { return nil }
    self.init(rawValue: text)
  }
}

func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
