import FrameEngine

/// A command line that was read and found right: every value in it has been accepted by its spec.
struct Invocation: Sendable {
  let command: CommandSpec
  /// Values by long option name; `nil` where the option stands alone.
  let options: [String: [FileName?]]
  /// Arguments by operand name.
  let operands: [String: [FileName]]
}

extension Invocation {
  /// Whether the flag was given.
  subscript(flag: Flag) -> Bool { options[flag.spec.long] != nil }

  /// The option's value; `nil` if it was not given.
  subscript<Value>(option: Option<Value>) -> Value? {
    options[option.spec.long]?.last.flatMap { $0.flatMap { Value(argument: $0) } }
  }

  /// The option's value.
  subscript<Value>(option: RequiredOption<Value>) -> Value {
    guard let argument = options[option.spec.long]?.last?.flatMap({ $0 }),
      let value = Value(argument: argument)
    else { preconditionFailure("\(command.name) has no option --\(option.spec.long)") }
    return value
  }

  /// The option's value, or its value for standing alone; `nil` if it was not given.
  subscript<Value>(option: OptionalValueOption<Value>) -> Value? {
    guard let given = options[option.spec.long]?.last else { return nil }
    guard let argument = given else { return option.alone }
    return Value(argument: argument)
  }

  /// The option's values, in the order given.
  subscript<Value>(list: OptionList<Value>) -> [Value] {
    (options[list.spec.long] ?? []).compactMap { $0.flatMap { Value(argument: $0) } }
  }

  /// The argument's value.
  subscript<Value>(operand: Operand<Value>) -> Value {
    guard let argument = operands[operand.spec.name]?.first, let value = Value(argument: argument)
    else { preconditionFailure("\(command.name) has no argument \(operand.spec.name)") }
    return value
  }

  /// The argument's value; `nil` if it was left out.
  subscript<Value>(operand: OptionalOperand<Value>) -> Value? {
    operands[operand.spec.name]?.first.flatMap { Value(argument: $0) }
  }

  /// The arguments' values.
  subscript<Value>(list: OperandList<Value>) -> [Value] {
    (operands[list.spec.name] ?? []).compactMap { Value(argument: $0) }
  }

  /// The repository, whichever way it was named.
  var repository: FileName { self[Common.repositoryOperand] }
}
