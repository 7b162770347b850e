import FrameEngine

/// One positional argument of a command, as the parser, the help and the completions need it.
struct OperandSpec: Sendable {
  /// The name in the help, in capitals.
  let name: String
  /// How many may stand here.
  let count: ClosedRange<Int>
  let help: String
  let completion: Completion
  /// Finishes the sentence "expects …".
  let expectation: String
  /// Whether an argument can be read.
  let accepts: @Sendable (FileName) -> Bool
}

extension OperandSpec {
  /// As a usage line shows it: `PATH…`, `[SNAP]`.
  var usage: String {
    let repeated = count.upperBound > 1 ? name + "…" : name
    return count.lowerBound == 0 ? "[\(repeated)]" : repeated
  }
}

/// A positional argument that is always there.
struct Operand<Value: ArgumentValue>: Sendable {
  let spec: OperandSpec

  init(_ name: String, _ help: String, _ completion: Completion) {
    spec = .of(Value.self, name, 1...1, help, completion)
  }
}

/// A positional argument that may be left out.
struct OptionalOperand<Value: ArgumentValue>: Sendable {
  let spec: OperandSpec

  init(_ name: String, _ help: String, _ completion: Completion) {
    spec = .of(Value.self, name, 0...1, help, completion)
  }
}

/// The last positional arguments, as many as there are.
struct OperandList<Value: ArgumentValue>: Sendable {
  let spec: OperandSpec

  init(_ name: String, atLeast least: Int, _ help: String, _ completion: Completion) {
    spec = .of(Value.self, name, least...Int.max, help, completion)
  }
}

extension OperandSpec {
  fileprivate static func of<Value: ArgumentValue>(
    _: Value.Type, _ name: String, _ count: ClosedRange<Int>, _ help: String,
    _ completion: Completion
  ) -> OperandSpec {
    OperandSpec(
      name: name, count: count, help: help, completion: completion,
      expectation: Value.expectation, accepts: { Value(argument: $0) != nil })
  }
}
