/// The manual in roff, with the macros of man(7).
enum ManualPage {
  /// The page about all `commands`.
  static func text(_ commands: [CommandSpec]) -> String {
    var page = [
      ".TH FARMIO 1 \"\" \"farmio \(Version.number)\" \"User Commands\"",
      ".nh", ".ad l",
      ".SH NAME", "farmio \\- move, check and keep the files of a show",
      ".SH SYNOPSIS", ".B farmio", ".I COMMAND", "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...",
      ".SH DESCRIPTION",
      escaped(
        "farmio moves a show to the render farm, checks what comes back, and keeps it in "
          + "repositories: deduplicated, compressed, proved on every read, encrypted if wished."),
      ".PP",
      escaped("Paths may be any bytes that the file system allows; other arguments are UTF-8."),
    ]
    for group in CommandSpec.Group.allCases {
      page.append(".SH \"\(group.rawValue.uppercased())\"")
      for command in commands where command.group == group { page += section(command) }
    }
    page += commonOptions + values + environment + exitStatus + json
    return page.joined(separator: "\n")
  }

  private static func section(_ command: CommandSpec) -> [String] {
    var lines = [".SS \"\(escaped(command.usage))\""]
    lines += [escaped(command.summary + ".")]
    for paragraph in command.discussion { lines += [".PP", escaped(paragraph)] }
    for operand in command.operands where operand.name != Common.repositoryOperand.spec.name {
      lines += [".TP", ".I \"\(escaped(operand.name))\"", escaped(operand.help + ".")]
    }
    lines += command.options.flatMap(entry)
    lines += [
      ".PP", "Example:", ".PP", ".nf", ".RS 4", "\\fB$ \(literal(command.example.command))\\fR",
    ]
    lines += command.example.output.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "\\&" : literal(String($0)) }
    return lines + [".RE", ".fi"]
  }

  private static func entry(_ option: OptionSpec) -> [String] {
    var heading = option.short.map { "\\fB\\-\($0)\\fR, " } ?? ""
    heading += "\\fB\\-\\-\(escaped(option.long))\\fR"
    switch option.shape {
    case .flag: break
    case .value(let name): heading += " \\fI\(escaped(name))\\fR"
    case .optionalValue(let name): heading += "[=\\fI\(escaped(name))\\fR]"
    }
    return [".TP", heading, escaped(option.note + ".")]
  }

  private static var commonOptions: [String] {
    [".SH \"OPTIONS OF EVERY COMMAND\""] + Common.options.flatMap(entry)
      + [".SH \"OPTIONS OF EVERY COMMAND ON A REPOSITORY\""]
      + Common.repositoryOptions.flatMap(entry)
  }

  private static var values: [String] {
    [
      ".SH VALUES", ".TP", "sizes and rates",
      escaped(
        "64K, 10M, 1.5G: K, M, G and T are powers of 1024; KB, MB, GB and TB powers of 1000. "
          + "A rate may end in /s. Sizes are printed in powers of 1000."),
      ".TP", "spans of time",
      escaped("90s, 15m, 36h, 7d, 2w, 1y, 1h30m: the unit is required; a year is 365 days."),
      ".TP", "snapshots", escaped(SnapshotReference.expectation + "."),
      ".TP", "globs",
      escaped(
        "As in .gitignore: * and ? stop at a slash, ** does not; a pattern with a slash at its "
          + "start or middle counts from the top; a slash at its end means folders only; ! takes "
          + "back an earlier pattern; the last pattern that matches decides."),
    ]
  }

  private static var environment: [String] {
    [".SH ENVIRONMENT"]
      + HelpText.environment.flatMap { [".TP", ".B \($0.0)", escaped($0.1 + ".")] }
  }

  private static var exitStatus: [String] {
    [".SH \"EXIT STATUS\""]
      + ExitStatus.allCases.flatMap { [".TP", ".B \($0.rawValue)", escaped($0.meaning + ".")] }
  }

  private static var json: [String] {
    [
      ".SH JSON",
      escaped(
        "With --json a command prints one document, or one object a line where results stream. "
          + "A path that is valid UTF-8 stands as it is. One that is not has each invalid byte as "
          + "\\xHH, and beside it a field with _base64 behind its name that holds the exact "
          + "bytes. Moments are RFC 3339 in UTC, sizes bytes, spans seconds. A run that fails "
          + "prints {\"error\":{…}} with status, code, command, place, tried, cause and remedy."),
      ".PP",
      escaped(
        "With --progress json each line on stderr that starts with {\"progress\": holds the "
          + "counters of the moment; totals and the time left are null while unknown."),
    ]
  }

  /// Text to be filled: roff's own characters stand for themselves.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      case "…": result += "..."
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "`": result += "\\(ga"
      default: result.append(character)
      }
    }
    return result.hasPrefix(".") ? "\\&" + result : result
  }

  /// A line to be shown as it is.
  private static func literal(_ text: String) -> String {
    let text = escaped(text)
    return text.hasPrefix(" ") ? "\\&" + text : text
  }
}
