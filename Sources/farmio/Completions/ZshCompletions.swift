/// The completions of zsh.
enum ZshCompletions {
  /// A file `_farmio` for a folder of $fpath; it may be sourced as well.
  static func script(_ commands: [CommandSpec]) -> String {
    let list = commands.map { "    \(quoted("\($0.name):\($0.summary)"))" }
    let cases = commands.map { command in
      let specs =
        command.allOptions.map { option($0, commands) }
        + command.operands.enumerated().map { operand($0.element, at: $0.offset + 1, commands) }
      return "        \(command.name))\n          _arguments -s -S \\\n            "
        + specs.joined(separator: " \\\n            ") + "\n          ;;"
    }
    return """
      #compdef farmio
      # Completions of farmio for zsh: keep this as _farmio in a folder of $fpath.
      _farmio_commands() {
        local -a commands=(
      \(list.joined(separator: "\n"))
        )
        _describe -t commands command commands
      }
      _farmio() {
        local curcontext=$curcontext state line
        typeset -A opt_args
        _arguments -C \\
          '(- *)'{-h,--help}'[Show the help]' \\
          '(- *)--version[Print the version]' \\
          '1:command:_farmio_commands' \\
          '*::argument:->rest' && return
        case $state in
          rest)
            case $words[1] in
      \(cases.joined(separator: "\n"))
            esac
            ;;
        esac
      }
      if [[ $funcstack[1] == _farmio ]]; then
        _farmio "$@"
      else
        compdef _farmio farmio
      fi
      """
  }

  private static func option(_ option: OptionSpec, _ commands: [CommandSpec]) -> String {
    let value: (mark: String, tail: String) =
      switch option.shape {
      case .flag: ("", "")
      case .value(let name):
        ("=", ":\(name):\(action(option.completion, commands))")
      case .optionalValue(let name): ("=-", "::\(name): ")
      }
    let help = quoted("[\(bracketed(option.help))]\(value.tail)")
    let repeated = option.repeats && option.shape != .flag
    guard let short = option.short else {
      return (repeated ? "'*'" : "") + "--\(option.long)\(value.mark)" + help
    }
    let names = "{-\(short)\(value.mark.isEmpty ? "" : "+"),--\(option.long)\(value.mark)}"
    return (repeated ? "'*'" : "'(-\(short) --\(option.long))'") + names + help
  }

  private static func operand(
    _ operand: OperandSpec, at position: Int, _ commands: [CommandSpec]
  ) -> String {
    let place = operand.count.upperBound > 1 ? "*" : "\(position)"
    let separator = operand.count.lowerBound == 0 && operand.count.upperBound == 1 ? "::" : ":"
    let name = operand.name.escaped([":": "\\:"])
    return quoted("\(place)\(separator)\(name):\(action(operand.completion, commands))")
  }

  private static func action(_ completion: Completion, _ commands: [CommandSpec]) -> String {
    switch completion {
    case .nothing: " "
    case .path, .place: "_files"
    case .folder, .repository: "_files -/"
    case .snapshot: "(latest)"
    case .command: "(\(commands.map(\.name).joined(separator: " ")))"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }

  private static func bracketed(_ text: String) -> String {
    text.escaped(["[": "\\[", "]": "\\]"])
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.escaped(["'": "'\\''"]) + "'"
  }
}
