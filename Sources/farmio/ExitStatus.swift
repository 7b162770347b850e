/// How a run ended. Scripts and CI systems read these numbers: they never change.
enum ExitStatus: Int32, CaseIterable, Sendable {
  /// All well.
  case success = 0
  /// Finished, and the data is not well: differences, damage, files left out.
  case notWell = 1
  /// The command line is wrong; nothing was done.
  case usage = 2
  /// Could not finish: disk, network, access, a wrong passphrase.
  case failed = 3
  /// Interrupted, and safe to run again.
  case interrupted = 130
}

extension ExitStatus {
  /// The meaning, for the help.
  var meaning: String {
    switch self {
    case .success: "all well"
    case .notWell: "finished, and the data is not well"
    case .usage: "wrong usage; nothing was done"
    case .failed: "could not finish (disk, network, access, passphrase)"
    case .interrupted: "interrupted, and safe to run again"
    }
  }

  /// The word for scripts, in the error document.
  var code: String {
    switch self {
    case .success: "success"
    case .notWell: "not_well"
    case .usage: "usage"
    case .failed: "failed"
    case .interrupted: "interrupted"
    }
  }
}
