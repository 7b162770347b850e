import FrameEngine

/// What a shell offers in a value's place.
enum Completion: Hashable, Sendable {
  case nothing
  /// Any file or folder.
  case path
  /// A folder.
  case folder
  /// A folder or a URL.
  case place
  /// A repository's place.
  case repository
  /// A snapshot's id or `latest`.
  case snapshot
  /// A command's name.
  case command
  /// One of these.
  case words([String])
}

/// One option of a command, as the parser, the help, the completions and the manual need it.
struct OptionSpec: Sendable {
  /// Whether a value follows, and its name in the help.
  enum Shape: Hashable, Sendable {
    case flag
    case value(String)
    /// `--long` alone or `--long=VALUE`.
    case optionalValue(String)
  }

  /// The name after `--`.
  let long: String
  /// The letter after `-`.
  let short: Character?
  let shape: Shape
  /// Whether it may be given more than once.
  let repeats: Bool
  /// Whether the command needs it.
  let isRequired: Bool
  let help: String
  let completion: Completion
  /// Finishes the sentence "expects …".
  let expectation: String
  /// Whether a value can be read.
  let accepts: @Sendable (FileName) -> Bool
}

extension OptionSpec {
  /// The name of the value in the help; `nil` for a flag.
  var valueName: String? {
    switch shape {
    case .flag: nil
    case .value(let name), .optionalValue(let name): name
    }
  }
}

/// An option without a value.
struct Flag: Sendable {
  let spec: OptionSpec

  init(_ long: String, _ short: Character? = nil, _ help: String) {
    spec = OptionSpec(
      long: long, short: short, shape: .flag, repeats: true, isRequired: false, help: help,
      completion: .nothing,
      expectation: "no value", accepts: { _ in false })
  }
}

/// An option with a value, given at most once.
struct Option<Value: ArgumentValue>: Sendable {
  let spec: OptionSpec

  init(
    _ long: String, _ short: Character? = nil, _ valueName: String, _ help: String,
    _ completion: Completion = .nothing
  ) {
    spec = .valued(Value.self, long, short, .value(valueName), help, completion)
  }
}

/// An option with a value, which the command cannot do without.
struct RequiredOption<Value: ArgumentValue>: Sendable {
  let spec: OptionSpec

  init(
    _ long: String, _ short: Character? = nil, _ valueName: String, _ help: String,
    _ completion: Completion = .nothing
  ) {
    spec = .valued(
      Value.self, long, short, .value(valueName), isRequired: true, help, completion)
  }
}

/// An option that stands alone or carries a value behind `=`.
struct OptionalValueOption<Value: ArgumentValue>: Sendable {
  let spec: OptionSpec
  /// The value it has when it stands alone.
  let alone: Value

  init(_ long: String, _ valueName: String, alone: Value, _ help: String) {
    spec = .valued(Value.self, long, nil, .optionalValue(valueName), help, .nothing)
    self.alone = alone
  }
}

/// An option with a value that may be given many times; the values add up.
struct OptionList<Value: ArgumentValue>: Sendable {
  let spec: OptionSpec

  init(
    _ long: String, _ short: Character? = nil, _ valueName: String, _ help: String,
    _ completion: Completion = .nothing
  ) {
    spec = .valued(Value.self, long, short, .value(valueName), repeats: true, help, completion)
  }
}

extension OptionSpec {
  fileprivate static func valued<Value: ArgumentValue>(
    _: Value.Type, _ long: String, _ short: Character?, _ shape: Shape,
    repeats: Bool = false, isRequired: Bool = false, _ help: String, _ completion: Completion
  ) -> OptionSpec {
    OptionSpec(
      long: long, short: short, shape: shape, repeats: repeats, isRequired: isRequired,
      help: help, completion: completion, expectation: Value.expectation,
      accepts: { Value(argument: $0) != nil })
  }
}
