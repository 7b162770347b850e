/// The completions of fish.
enum FishCompletions {
  /// A file `farmio.fish` for ~/.config/fish/completions.
  static func script(_ commands: [CommandSpec]) -> String {
    var lines = [
      "# Completions of farmio for fish: keep this as ~/.config/fish/completions/farmio.fish",
      "complete -c farmio -f",
      "complete -c farmio -n __fish_use_subcommand -s h -l help -d 'Show the help'",
      "complete -c farmio -n __fish_use_subcommand -l version -d 'Print the version'",
    ]
    for command in commands {
      let summary = quoted(command.summary)
      lines.append("complete -c farmio -n __fish_use_subcommand -a \(command.name) -d \(summary)")
    }
    for command in commands {
      let condition = "complete -c farmio -n '__fish_seen_subcommand_from \(command.name)'"
      for option in command.allOptions {
        let short = option.short.map { " -s \($0)" } ?? ""
        lines.append(
          "\(condition)\(short) -l \(option.long)\(value(option, commands)) "
            + "-d \(quoted(option.help))"
        )
      }
      let offers = Set(command.operands.map { words($0.completion, commands) })
      for offer in offers.sorted() where !offer.isEmpty { lines.append(condition + offer) }
    }
    return lines.joined(separator: "\n")
  }

  private static func value(_ option: OptionSpec, _ commands: [CommandSpec]) -> String {
    guard case .value = option.shape else { return "" }
    let words = words(option.completion, commands)
    return words == " -F" ? " -r -F" : " -x" + words
  }

  private static func words(_ completion: Completion, _ commands: [CommandSpec]) -> String {
    switch completion {
    case .nothing: ""
    case .path, .place: " -F"
    case .folder, .repository: " -a '(__fish_complete_directories)'"
    case .snapshot: " -a latest"
    case .command: " -a '\(commands.map(\.name).joined(separator: " "))'"
    case .words(let words): " -a '\(words.joined(separator: " "))'"
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.escaped(["\\": "\\\\", "'": "\\'"]) + "'"
  }
}
