/// The completions of bash, without help from the package bash-completion.
enum BashCompletions {
  /// A script to be sourced.
  static func script(_ commands: [CommandSpec]) -> String {
    let names = commands.map(\.name).joined(separator: " ")
    return """
      # Completions of farmio for bash: source <(farmio completions bash)
      _farmio_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
      _farmio_paths() {
        local IFS=$'\\n'
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen "$1" -- "$current"))
      }
      _farmio() {
        local current previous command= count=0 skip= i word
        current=${COMP_WORDS[COMP_CWORD]}
        previous=${COMP_WORDS[COMP_CWORD-1]}
        # Bash takes --option=value for three words.
        if [[ $current == = ]]; then
          current=
        elif [[ $previous == = ]]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        COMPREPLY=()
        for ((i = 1; i < COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          if [[ $word == = ]]; then
            skip=1
          elif [[ -n $skip ]]; then
            skip=
          elif [[ $word == -* ]]; then
            case "$command $word" in
      \(valued(commands)) ) skip=1 ;;
            esac
          elif [[ -z $command ]]; then
            command=$word
          else
            ((count++))
          fi
        done
        if [[ -z $command ]]; then
          case $current in
            -*) _farmio_words "--help --version" ;;
            *) _farmio_words "\(names)" ;;
          esac
          return
        fi
        case "$command $previous" in
      \(values(commands))
        esac
        if [[ $current == -* ]]; then
          case $command in
      \(options(commands))
          esac
          return
        fi
        case "$command $count" in
      \(operands(commands))
        esac
      }
      complete -F _farmio farmio
      """
  }

  /// The options that take the next word.
  private static func valued(_ commands: [CommandSpec]) -> String {
    let patterns = commands.flatMap { command in
      command.allOptions.flatMap { option -> [String] in
        guard case .value = option.shape else { return [] }
        return option.typed.map { "\"\(command.name) \($0)\"" }
      }
    }
    return "        " + patterns.joined(separator: " | \\\n        ")
  }

  private static func values(_ commands: [CommandSpec]) -> String {
    commands.flatMap { command in
      command.allOptions.compactMap { option -> String? in
        guard case .value = option.shape else { return nil }
        let patterns = option.typed.map { "\"\(command.name) \($0)\"" }.joined(separator: " | ")
        return "    \(patterns)) \(action(option.completion, commands))return ;;"
      }
    }.joined(separator: "\n")
  }

  private static func options(_ commands: [CommandSpec]) -> String {
    commands.map { command in
      let words = command.allOptions.flatMap(\.typed).joined(separator: " ")
      return "      \(command.name)) _farmio_words \"\(words)\" ;;"
    }.joined(separator: "\n")
  }

  private static func operands(_ commands: [CommandSpec]) -> String {
    commands.flatMap { command in
      command.operands.enumerated().map { index, operand in
        let place =
          operand.count.upperBound > 1 ? "\"\(command.name) \"*" : "\"\(command.name) \(index)\""
        return "    \(place)) \(action(operand.completion, commands));;"
      }
    }.joined(separator: "\n")
  }

  private static func action(_ completion: Completion, _ commands: [CommandSpec]) -> String {
    switch completion {
    case .nothing: ""
    case .path, .place: "_farmio_paths -f; "
    case .folder, .repository: "_farmio_paths -d; "
    case .snapshot: "_farmio_words latest; "
    case .command: "_farmio_words \"\(commands.map(\.name).joined(separator: " "))\"; "
    case .words(let words): "_farmio_words \"\(words.joined(separator: " "))\"; "
    }
  }
}

extension OptionSpec {
  /// Each way to type it.
  var typed: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(long)"] }
}

extension String {
  /// The text with each character that has a replacement replaced. `replacing` of the standard
  /// library would bring the engine of regular expressions along, megabytes of it.
  func escaped(_ replacements: [Character: String]) -> String {
    reduce(into: "") { $0 += replacements[$1] ?? String($1) }
  }
}
