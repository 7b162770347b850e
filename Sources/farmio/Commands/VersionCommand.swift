/// The version of the program.
enum Version {
  static let number = "0.1.0"
}

/// `farmio version`.
enum VersionCommand {
  static let spec = CommandSpec(
    "version", .program, "Print the version",
    discussion: ["'farmio --version' is the same."],
    example: .init(command: "farmio version", output: "farmio \(Version.number)"),
    run: run)

  static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    print(session.report)
    return .success
  }

  /// Prints the version.
  static func print(_ report: Report) {
    report.result("farmio \(Version.number)")
    report.document { $0.field("version", Version.number) }
  }
}
