/// A command, described once: the parser, the help, the completions and the manual read this.
struct CommandSpec: Sendable {
  /// The headings of the list of commands.
  enum Group: String, CaseIterable, Sendable {
    case repository = "Keep a show"
    case transfer = "Move a show"
    case frames = "Prove and prepare frames"
    case program = "The program"
  }

  /// What the command does.
  typealias Runner = @Sendable (Session) throws(CommandError) -> ExitStatus

  let name: String
  let group: Group
  /// One line, without a full stop.
  let summary: String
  /// Paragraphs that say what it does and what it promises.
  let discussion: [String]
  /// In the order in which they are typed. Where the first is `REPO`, it may be left out.
  let operands: [OperandSpec]
  /// Without those that every command has.
  let options: [OptionSpec]
  let example: Example
  /// What a status means for this command, where that says more than `ExitStatus` does.
  let exits: [Exit]
  let run: Runner

  /// A command typed by a person, and what it printed.
  struct Example: Sendable {
    let command: String
    let output: String
  }

  /// The meaning of one exit status.
  struct Exit: Sendable {
    let status: ExitStatus
    let meaning: String

    init(_ status: ExitStatus, _ meaning: String) {
      self.status = status
      self.meaning = meaning
    }
  }

  init(
    _ name: String, _ group: Group, _ summary: String, discussion: [String],
    operands: [OperandSpec] = [], options: [OptionSpec] = [], example: Example,
    exits: [Exit] = [], run: @escaping Runner
  ) {
    self.name = name
    self.group = group
    self.summary = summary
    self.discussion = discussion
    self.operands = operands
    self.options = options
    self.example = example
    self.exits = exits
    self.run = run
  }
}

extension CommandSpec {
  /// Whether the first operand is a repository, which the environment can name.
  var takesRepository: Bool { operands.first?.name == Common.repositoryOperand.spec.name }

  /// Its own options, then those of the repository, then those of every command.
  var allOptions: [OptionSpec] {
    options + (takesRepository ? Common.repositoryOptions : [])
      + (group == .program ? Common.programOptions : Common.options)
  }

  /// The option called `--long`.
  func option(long: String) -> OptionSpec? { allOptions.first { $0.long == long } }

  /// The option called `-short`.
  func option(short: Character) -> OptionSpec? { allOptions.first { $0.short == short } }

  /// Each status with its meaning, in order: this command's own words, or the usual ones.
  var exitTable: [Exit] {
    ExitStatus.allCases.filter { group != .program || $0 != .interrupted && $0 != .notWell }
      .map { status in exits.first { $0.status == status } ?? Exit(status, status.meaning) }
  }
}
