import FrameEngine

/// Why a command could not do its work, in the terms of who typed it: the place, what was tried,
/// why it failed, and what to do.
struct CommandError: Error, Hashable, Sendable {
  let status: ExitStatus
  /// The file, object or repository concerned; `nil` where it is the command line.
  let place: FileName?
  /// What was tried, as it follows "cannot": "open the repository".
  let tried: String
  /// Why it failed: "Permission denied".
  let cause: String
  /// What the person can do, as a sentence.
  let remedy: String?

  /// `tried` failed at `place` because of `cause`.
  init(
    _ status: ExitStatus = .failed, at place: FileName?, _ tried: String, _ cause: String,
    remedy: String? = nil
  ) {
    self.status = status
    self.place = place
    self.tried = tried
    self.cause = cause
    self.remedy = remedy
  }

  /// The command line is wrong.
  static func usage(_ cause: String, remedy: String? = nil) -> CommandError {
    CommandError(.usage, at: nil, "", cause, remedy: remedy)
  }

  /// SIGINT or SIGTERM ended the run.
  static let interrupted = CommandError(
    .interrupted, at: nil, "", "interrupted", remedy: "Run the same command again to go on.")
}

extension CommandError {
  /// One line with place, try and cause; the remedy on a second one.
  func message(command: String?) -> String {
    var line = command.map { "farmio \($0): " } ?? "farmio: "
    if let place { line += "\(place): " }
    line += tried.isEmpty ? cause : "cannot \(tried): \(cause)"
    if let remedy { line += "\n  \(remedy)" }
    return line
  }

  /// The same under `--json`.
  func document(command: String?) -> JSONWriter {
    var json = JSONWriter()
    json.object {
      $0.object("error") {
        $0.field("status", Int(status.rawValue))
        $0.field("code", status.code)
        $0.field("command", command)
        if let place { $0.path("place", place) }
        $0.field("tried", tried.isEmpty ? nil : tried)
        $0.field("cause", cause)
        $0.field("remedy", remedy)
      }
    }
    return json
  }
}
