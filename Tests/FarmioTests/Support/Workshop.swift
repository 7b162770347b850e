import Testing

/// A folder in which a shell runs the built program, as people's scripts do.
struct Workshop {
  let folder: TemporaryFolder

  /// Calls `body` with a new folder that holds a tree `t` and an empty repository `r`.
  @discardableResult
  static func with<R>(_ body: (Workshop) throws -> R) throws -> R {
    try TemporaryFolder.with { folder in
      let workshop = Workshop(folder: folder)
      try workshop.run("mkdir t; farmio init r --quiet")
      return try body(workshop)
    }
  }

  /// Runs a script of bash in the folder, and ends it at its first failure.
  func process(_ script: String) throws -> ChildProcess {
    let program = ChildProcess.farmio.split(separator: "/").dropLast().joined(separator: "/")
    return try ChildProcess.run(
      ["bash", "-c", "set -e -o pipefail\n\(script)"],
      environment: ["PATH": "/\(program):/usr/local/bin:/usr/bin:/bin", "TZ": "UTC"],
      in: folder.path)
  }

  /// What a script that must succeed prints.
  @discardableResult
  func run(_ script: String) throws -> String {
    let child = try process(script)
    try #require(child.status == 0, "\(script)\n\(child.output)\(child.errors)")
    return child.output
  }

  /// Backs `t` up; returns the snapshot's id.
  func backup(_ options: String = "") throws -> String {
    String(try run("farmio backup r t --quiet \(options)").dropLast())
  }
}
