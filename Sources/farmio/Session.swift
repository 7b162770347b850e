import FrameEngine
import Mover

/// Everything a command needs while it runs: what was asked, where to report, when to stop.
struct Session: Sendable {
  let invocation: Invocation
  let report: Report
  let environment: Environment
  let interrupt: Interrupt

  /// What was asked for under this option or argument: `session[Backup.tags]`.
  subscript(flag: Flag) -> Bool { invocation[flag] }
  subscript<Value>(option: Option<Value>) -> Value? { invocation[option] }
  subscript<Value>(option: RequiredOption<Value>) -> Value { invocation[option] }
  subscript<Value>(option: OptionalValueOption<Value>) -> Value? { invocation[option] }
  subscript<Value>(list: OptionList<Value>) -> [Value] { invocation[list] }
  subscript<Value>(operand: Operand<Value>) -> Value { invocation[operand] }
  subscript<Value>(operand: OptionalOperand<Value>) -> Value? { invocation[operand] }
  subscript<Value>(list: OperandList<Value>) -> [Value] { invocation[list] }

  /// What unlocks the repository, from wherever the person keeps it.
  var secrets: SecretSource {
    SecretSource(
      keyFile: invocation[Common.keyFile], passwordFile: invocation[Common.passwordFile],
      environment: environment, interrupt: interrupt)
  }

  /// What `--exclude-from` and `--exclude` leave out; the latter decide, as the last rules do.
  func filter() throws(CommandError) -> Filter {
    var filter = Filter()
    for file in invocation[Common.excludeFrom] {
      let lines = try SmallFile.read(file, "read the patterns", limit: Session.patternBytes)
      do throws(FilterError) {
        try filter.exclude(linesOf: lines)
      } catch {
        throw CommandError(
          .usage, at: file, "use the pattern '\(error.pattern)'", error.reason)
      }
    }
    for pattern in invocation[Common.exclude] {
      do throws(FilterError) {
        try filter.exclude(pattern.bytes)
      } catch {
        throw .usage("--exclude '\(error.pattern)': \(error.reason)")
      }
    }
    return filter
  }

  /// What `--include` chooses: patterns by the same rules, which select here.
  func inclusion(_ patterns: [FileName]) throws(CommandError) -> Filter {
    var filter = Filter()
    for pattern in patterns {
      do throws(FilterError) {
        try filter.exclude(pattern.bytes)
      } catch {
        throw .usage("--include '\(error.pattern)': \(error.reason)")
      }
    }
    return filter
  }

  /// Bytes of a file of patterns.
  private static let patternBytes = 4 << 20

  /// Runs `work` while `counters` are shown as the person asked; `verb` stands before the bar.
  func withProgress<Result>(
    _ verb: String, _ counters: ProgressCounters, _ work: () throws(CommandError) -> Result
  ) throws(CommandError) -> Result {
    let progress = Progress(
      verb, counters, style: progressStyle, console: report.console)
    defer { progress.finish() }
    return try work()
  }

  /// How progress is shown: as asked, or a bar where a person would see it.
  var progressStyle: Progress.Style {
    let console = report.console
    switch invocation[Common.progress] {
    case .bar?: return .bar(ProgressBar.Look(environment))
    case .json?: return .json
    case ProgressMode.none?: return .silent
    case nil:
      let fits = console.errorsAreTerminal && environment.text("TERM") != "dumb"
      return fits && !report.isQuiet && report.form == .text
        ? .bar(ProgressBar.Look(environment)) : .silent
    }
  }
}
