/// The help as a person reads it, in 80 columns.
enum HelpText {
  private static let columns = 80

  /// The list of commands.
  static func program(_ commands: [CommandSpec]) -> String {
    var lines = [
      "farmio moves a show to the render farm, checks what comes back, and keeps it.", "",
      "Usage: farmio COMMAND [OPTION…] [ARGUMENT…]",
    ]
    let width = commands.map(\.name.count).max() ?? 0
    for group in CommandSpec.Group.allCases {
      lines += ["", "\(group.rawValue):"]
      for command in commands where command.group == group {
        lines.append("  \(padded(command.name, width))  \(command.summary)")
      }
    }
    lines += ["", "Environment:"]
    lines += definitions(environment)
    lines += ["", "'farmio COMMAND --help' explains a command, with an example."]
    return lines.joined(separator: "\n")
  }

  /// All about one command.
  static func command(_ command: CommandSpec) -> String {
    var lines = ["farmio \(command.name): \(lowercasedStart(command.summary))", ""]
    lines += usageLines(command)
    for paragraph in command.discussion { lines += [""] + TextFlow.wrap(paragraph, columns) }
    if !command.operands.isEmpty {
      lines += ["", "Arguments:"]
      lines += definitions(command.operands.map { ($0.name, $0.help) })
    }
    lines += ["", "Options:"]
    lines += definitions(command.allOptions.map { (heading($0), $0.note) })
    lines += ["", "Example:", "  $ \(command.example.command)"]
    lines += command.example.output.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  \($0)" }
    lines += ["", "Exit status:"]
    lines += definitions(command.exitTable.map { ("\($0.status.rawValue)", $0.meaning) })
    return lines.joined(separator: "\n")
  }

  /// The variables that the program reads, with what they do.
  static let environment = [
    ("FARMIO_REPOSITORY", "the repository, where the argument REPO is left out"),
    ("FARMIO_PASSWORD_FILE", "a file whose first line is the passphrase"),
    ("FARMIO_PASSWORD_COMMAND", "a command that prints the passphrase"),
    ("FARMIO_SMB_CREDENTIALS", "a file with username=, password= and domain= for smb:// places"),
    ("NO_COLOR", "if set, the progress bar has no colours"),
  ]

  private static func usageLines(_ command: CommandSpec) -> [String] {
    let wrapped = TextFlow.wrap(command.usage, columns - 14)
    return wrapped.enumerated().map { ($0 == 0 ? "Usage: " : "       ") + $1 }
  }

  private static func heading(_ option: OptionSpec) -> String {
    (option.short.map { "-\($0), " } ?? "    ") + option.long(withValue: true)
  }

  /// Terms in a column, each with its text beside it, or below where the term is long.
  private static func definitions(_ pairs: [(String, String)]) -> [String] {
    let width = min(pairs.map { TextWidth.cells($0.0) }.max() ?? 0, 26)
    let indent = String(repeating: " ", count: width + 4)
    var lines = [String]()
    for (term, text) in pairs {
      var wrapped = TextFlow.wrap(text, columns - width - 4)[...]
      if TextWidth.cells(term) > width {
        lines.append("  \(term)")
      } else {
        lines.append("  \(padded(term, width))  \(wrapped.popFirst() ?? "")")
      }
      lines += wrapped.map { indent + $0 }
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - TextWidth.cells(text)))
  }

  private static func lowercasedStart(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension CommandSpec {
  /// How the command is typed.
  var usage: String {
    let required = options.filter { $0.isRequired }.map { $0.long(withValue: true) }
    return (["farmio \(name)"] + operands.map(\.usage) + required + ["[OPTION…]"])
      .joined(separator: " ")
  }
}

extension OptionSpec {
  /// `--long`, with its value's name where one follows.
  func long(withValue: Bool) -> String {
    guard withValue else { return "--\(long)" }
    switch shape {
    case .flag: return "--\(long)"
    case .value(let name): return "--\(long) \(name)"
    case .optionalValue(let name): return "--\(long)[=\(name)]"
    }
  }

  /// The help, with the note that it may be repeated.
  var note: String { repeats && shape != .flag ? help + " (may be repeated)" : help }
}

/// Breaks text into lines.
enum TextFlow {
  /// Lines of at most `width` cells, broken at spaces; a longer word stands alone.
  static func wrap(_ text: String, _ width: Int) -> [String] {
    var lines = [String]()
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if TextWidth.cells(line) + 1 + TextWidth.cells(String(word)) <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
