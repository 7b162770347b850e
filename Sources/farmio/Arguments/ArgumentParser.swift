import FrameEngine

/// What a command line asks for.
enum Request: Sendable {
  /// The help of one command, or of the program.
  case help(CommandSpec?)
  case version
  case run(Invocation)
}

/// A command line that cannot be read: why, and of which command if that was clear already.
struct ParseFailure: Error, Sendable {
  let error: CommandError
  let command: CommandSpec?
}

/// Reads command lines: `--long value`, `--long=value`, `-s value`, `-svalue`, flags joined as in
/// `-nv`, and `--`, behind which everything is an argument. Options and arguments may mix.
struct ArgumentParser: Sendable {
  let commands: [CommandSpec]
  let environment: Environment
  /// Whether there is a repository at a place; asked only where the number of arguments leaves open
  /// if the first is one.
  let isRepository: @Sendable (FileName) -> Bool

  /// What `arguments`, without the program's name, ask for.
  func parse(_ arguments: [FileName]) throws(ParseFailure) -> Request {
    var line = CommandLineReader(commands: commands, arguments: arguments)
    do throws(CommandError) {
      try line.readAll()
      if line.options["version"] != nil { return .version }
      guard let command = line.command else {
        if line.options["help"] != nil { return .help(nil) }
        throw .usage("no command given", remedy: "'farmio help' lists the commands.")
      }
      if line.options["help"] != nil { return .help(command) }
      for option in command.options where option.isRequired {
        guard line.options[option.long] != nil else {
          throw .usage("--\(option.long) is missing", remedy: usageHint(command))
        }
      }
      let operands = try assign(line.arguments, to: command, options: line.options)
      return .run(Invocation(command: command, options: line.options, operands: operands))
    } catch {
      throw ParseFailure(error: error, command: line.command)
    }
  }

  /// Gives each argument to its operand.
  private func assign(
    _ arguments: [FileName], to command: CommandSpec, options: [String: [FileName?]]
  ) throws(CommandError) -> [String: [FileName]] {
    var rest = arguments[...]
    if let repository = repository(for: command, arguments: arguments, options: options) {
      rest = [repository] + rest
    }
    var operands = [String: [FileName]]()
    for operand in command.operands {
      let taken = rest.prefix(operand.count.upperBound)
      rest = rest.dropFirst(taken.count)
      guard taken.count >= operand.count.lowerBound else {
        throw .usage("\(operand.name) is missing", remedy: usageHint(command))
      }
      for argument in taken where !operand.accepts(argument) {
        throw .usage(
          "'\(argument)' is no \(operand.name): expected \(operand.expectation)",
          remedy: usageHint(command))
      }
      operands[operand.name] = Array(taken)
    }
    if let extra = rest.first {
      throw .usage("unexpected argument '\(extra)'", remedy: usageHint(command))
    }
    return operands
  }

  /// The repository, if something else than the first argument names it.
  ///
  /// `--repository` always does. `FARMIO_REPOSITORY` does where the arguments are too few to hold
  /// a repository; where they may or may not, the first is looked at: a script that names its
  /// repository must not change its meaning because of a variable.
  private func repository(
    for command: CommandSpec, arguments: [FileName], options: [String: [FileName?]]
  ) -> FileName? {
    guard command.takesRepository else { return nil }
    if let named = options[Common.repository.spec.long]?.last { return named }
    guard let stands = environment["FARMIO_REPOSITORY"] else { return nil }
    let least = command.operands.reduce(0) { $0 + $1.count.lowerBound }
    if arguments.count < least { return stands }
    let others = command.operands.dropFirst()
    // What cannot stand behind a repository is one itself, or another place.
    if let next = others.first, let first = arguments.first, !next.accepts(first) { return nil }
    let mostWithout =
      others.contains { $0.count.upperBound == .max }
      ? Int.max : others.reduce(0) { $0 + $1.count.upperBound }
    if arguments.count > mostWithout { return nil }
    return isRepository(arguments[0]) ? nil : stands
  }

  private func usageHint(_ command: CommandSpec) -> String {
    "Usage: \(command.usage)\n  'farmio \(command.name) --help' has an example."
  }
}

/// One pass over a command line.
private struct CommandLineReader {
  let commands: [CommandSpec]
  var command: CommandSpec?
  var options = [String: [FileName?]]()
  var arguments = [FileName]()
  private var rest: ArraySlice<FileName>

  init(commands: [CommandSpec], arguments: [FileName]) {
    self.commands = commands
    rest = arguments[...]
  }

  mutating func readAll() throws(CommandError) {
    let dash = UInt8(ascii: "-")
    while let word = rest.popFirst() {
      let bytes = word.bytes
      if bytes == [dash, dash] {
        for argument in rest { try take(argument) }
        return
      } else if bytes.starts(with: [dash, dash]) {
        try readLong(bytes.dropFirst(2))
      } else if bytes.count > 1, bytes[0] == dash {
        try readShort(bytes.dropFirst())
      } else {
        try take(word)
      }
    }
  }

  /// The first argument is the command, the others are its own.
  private mutating func take(_ argument: FileName) throws(CommandError) {
    guard command == nil else {
      arguments.append(argument)
      return
    }
    let name = argument.description
    command = commands.first { $0.name == name }
    guard command == nil else {
      try checkEarlyOptions()
      return
    }
    let near = Suggestion.nearest(to: name, of: commands.map(\.name))
    throw .usage(
      "unknown command '\(name)'",
      remedy: (near.map { "Did you mean '\($0)'? " } ?? "") + "'farmio help' lists the commands.")
  }

  /// Options before the command were read as common ones: the command must have them.
  private func checkEarlyOptions() throws(CommandError) {
    guard let command else { return }
    for long in options.keys where command.option(long: long) == nil && long != "version" {
      throw unknownOption("--\(long)")
    }
  }

  private mutating func readLong(_ bytes: ArraySlice<UInt8>) throws(CommandError) {
    let equals = bytes.firstIndex(of: UInt8(ascii: "="))
    let name = FileName(Array(bytes[..<(equals ?? bytes.endIndex)])).description
    if command == nil, name == "version", equals == nil {
      options["version"] = [nil]
      return
    }
    let value = equals.map { FileName(Array(bytes[($0 + 1)...])) }
    guard let option = find({ $0.long == name }) else { throw unknownOption("--\(name)") }
    try read(option, typed: "--\(name)", value: value)
  }

  private mutating func readShort(_ bytes: ArraySlice<UInt8>) throws(CommandError) {
    var letters = bytes
    while let byte = letters.popFirst() {
      let letter = Character(Unicode.Scalar(byte))
      guard let option = find({ $0.short == letter }) else { throw unknownOption("-\(letter)") }
      if case .value = option.shape, !letters.isEmpty {
        if letters.first == UInt8(ascii: "=") { letters.removeFirst() }
        try read(option, typed: "-\(letter)", value: FileName(Array(letters)))
        return
      }
      try read(option, typed: "-\(letter)", value: nil)
    }
  }

  private func find(_ matches: (OptionSpec) -> Bool) -> OptionSpec? {
    (command?.allOptions ?? Common.options).first(where: matches)
  }

  private mutating func read(
    _ option: OptionSpec, typed: String, value: FileName?
  ) throws(CommandError) {
    var value = value
    switch option.shape {
    case .flag:
      guard value == nil else { throw .usage("\(typed) takes no value", remedy: hint) }
    case .value:
      value = value ?? rest.popFirst()
      guard value != nil else {
        throw .usage("\(typed) is missing its value: expected \(option.expectation)", remedy: hint)
      }
    case .optionalValue:
      break
    }
    if let value, !option.accepts(value) {
      throw .usage(
        "\(typed) expects \(option.expectation), not '\(value)'", remedy: hint)
    }
    guard option.repeats || options[option.long] == nil else {
      throw .usage("\(typed) is given twice", remedy: hint)
    }
    options[option.long, default: []].append(value)
  }

  private func unknownOption(_ typed: String) -> CommandError {
    let known = (command?.allOptions ?? Common.options).map(\.long)
    let near =
      typed.hasPrefix("--")
      ? Suggestion.nearest(to: String(typed.dropFirst(2)), of: known) : nil
    return .usage(
      "unknown option \(typed)",
      remedy: (near.map { "Did you mean --\($0)? " } ?? "") + hint)
  }

  private var hint: String {
    command.map { "'farmio \($0.name) --help' lists its options." }
      ?? "Options of a command stand behind its name; 'farmio help' lists the commands."
  }
}
