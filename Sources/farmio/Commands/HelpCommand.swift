/// `farmio help`.
enum HelpCommand {
  static let topic = OptionalOperand<String>("COMMAND", "The command to explain", .command)

  static let spec = CommandSpec(
    "help", .program, "Explain a command",
    discussion: ["Without COMMAND all commands are listed. 'farmio COMMAND --help' is the same."],
    operands: [topic.spec],
    example: .init(
      command: "farmio help version",
      output: """
        farmio version: print the version

        Usage: farmio version
        """),
    run: run)

  static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    guard let topic = session[topic] else {
      print(nil, session.report)
      return .success
    }
    guard let command = Catalogue.command(topic) else {
      let near = Suggestion.nearest(to: topic, of: Catalogue.commands.map(\.name))
      throw .usage(
        "unknown command '\(topic)'",
        remedy: near.map { "Did you mean '\($0)'?" } ?? "'farmio help' lists the commands.")
    }
    print(command, session.report)
    return .success
  }

  /// Prints the help of one command, or of the program.
  static func print(_ command: CommandSpec?, _ report: Report) {
    report.result(command.map { HelpText.command($0) } ?? HelpText.program(Catalogue.commands))
    report.document { json in
      guard let command else {
        json.array("commands") { list in
          for command in Catalogue.commands { list.object { command.write(to: &$0) } }
        }
        return
      }
      command.write(to: &json)
    }
  }
}

extension CommandSpec {
  /// The fields of the JSON form of the help.
  func write(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("summary", summary)
    json.field("usage", usage)
    json.array("arguments") { list in
      for operand in operands {
        list.object {
          $0.field("name", operand.name)
          $0.field("required", operand.count.lowerBound > 0)
          $0.field("repeats", operand.count.upperBound > 1)
          $0.field("help", operand.help)
        }
      }
    }
    json.array("options") { list in
      for option in allOptions {
        list.object {
          $0.field("long", option.long)
          $0.field("short", option.short.map { String($0) })
          $0.field("value", option.valueName)
          $0.field("repeats", option.repeats && option.shape != .flag)
          $0.field("help", option.help)
        }
      }
    }
  }
}
