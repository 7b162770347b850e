/// What a command tells: text for a person, or JSON for a program.
///
/// A command calls both forms side by side; the one that was not asked for is not even composed:
///
///     report.line("\(count) snapshots")
///     report.document { $0.field("count", count) }
struct Report: Sendable {
  /// For whom the report is.
  enum Form: Hashable, Sendable {
    case text
    case json
  }

  let console: Console
  let form: Form
  /// Only results are printed.
  let isQuiet: Bool
  /// Every file is named.
  let isVerbose: Bool

  /// A line for a person.
  func line(_ text: @autoclosure () -> String) {
    if form == .text, !isQuiet { console.writeLine(Array(text().utf8)) }
  }

  /// A line for a person who asked for details.
  func detail(_ text: @autoclosure () -> String) {
    if form == .text, isVerbose, !isQuiet { console.writeLine(Array(text().utf8)) }
  }

  /// A line that is the result: printed under `--quiet` too.
  func result(_ text: @autoclosure () -> String) {
    if form == .text { console.writeLine(Array(text().utf8)) }
  }

  /// A table for a person; under `--quiet` without its headings.
  func table(_ table: @autoclosure () -> Table, withHeadings: Bool = true) {
    guard form == .text else { return }
    for row in table().lines(withHeadings: withHeadings && !isQuiet) {
      console.writeLine(Array(row.utf8))
    }
  }

  /// The one JSON document of a command whose result is one thing.
  func document(_ fields: (inout JSONWriter) -> Void) {
    guard form == .json else { return }
    var json = JSONWriter()
    json.object(fields)
    console.writeLine(json.bytes)
  }

  /// One JSON object of a command whose results stream, on a line of its own.
  func record(_ fields: (inout JSONWriter) -> Void) {
    document(fields)
  }

  /// Something to know that does not end the work, on stderr.
  func warning(_ text: @autoclosure () -> String) {
    console.note("farmio: \(text())")
  }

  /// Why the command ended without doing its work: on stderr, and as a document under `--json`.
  func failure(_ error: CommandError, command: String?) {
    if form == .json { console.writeLine(error.document(command: command).bytes) }
    console.note(error.message(command: command))
  }
}
