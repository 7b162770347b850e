/// The shells that can complete command lines.
enum ShellKind: String, ArgumentWord {
  case bash
  case zsh
  case fish
}

/// `farmio completions`.
enum CompletionsCommand {
  static let shell = Operand<ShellKind>(
    "SHELL", "bash, zsh or fish", .words(ShellKind.words))

  static let spec = CommandSpec(
    "completions", .program, "Print the completions of a shell",
    discussion: [
      "Prints a script that teaches the shell to complete farmio's commands, options and values. "
        + "For zsh it is a file _farmio in a folder of $fpath; for fish, farmio.fish in "
        + "~/.config/fish/completions."
    ],
    operands: [shell.spec],
    example: .init(
      command: "source <(farmio completions bash)", output: "# and then: farmio re<TAB>"),
    run: run)

  static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let script =
      switch session[shell] {
      case .bash: BashCompletions.script(Catalogue.commands)
      case .zsh: ZshCompletions.script(Catalogue.commands)
      case .fish: FishCompletions.script(Catalogue.commands)
      }
    session.report.result(script)
    session.report.document { $0.field("script", script) }
    return .success
  }
}
