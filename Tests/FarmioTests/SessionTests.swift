import FrameEngine
import Glibc
import Mover
import Testing

@testable import farmio

@Suite struct SessionTests {
  private func session(
    _ options: [FileName], _ console: Console, _ variables: [String: String] = [:]
  ) throws -> Session {
    let environment = Environment(variables)
    let parser = ArgumentParser(
      commands: Catalogue.commands, environment: environment, isRepository: { _ in false })
    guard case .run(let invocation) = try parser.parse(["copy", "a", "b"] + options) else {
      preconditionFailure("copy runs")
    }
    let report = Report(
      console: console, form: invocation[Common.json] ? .json : .text,
      isQuiet: invocation[Common.quiet], isVerbose: false)
    return Session(
      invocation: invocation, report: report, environment: environment, interrupt: Interrupt())
  }

  private func style(
    _ options: [FileName], _ console: Console, _ variables: [String: String] = [:]
  ) throws -> Progress.Style {
    try session(options, console, variables).progressStyle
  }

  @Test func patternsComeFromFilesAndThenFromTheLine() throws {
    try TemporaryFolder.with { folder in
      try folder.write("rules", "# caches\n*.tmp\ncache/\n")
      let file = FileName(folder.file("rules"))
      let filter = try session(["--exclude", "!keep.tmp", "--exclude-from", file], Console())
        .filter()
      #expect(filter.excludes("a.tmp", in: "", isFolder: false))
      #expect(filter.excludes("cache", in: "x", isFolder: true))
      #expect(!filter.excludes("keep.tmp", in: "", isFolder: false))
    }
  }

  @Test func aWrongPatternIsWrongUsageAndNamed() throws {
    try TemporaryFolder.with { folder in
      try folder.write("rules", "[a\n")
      let file = FileName(folder.file("rules"))
      for options: [FileName] in [["--exclude", "[a"], ["--exclude-from", file]] {
        let error = #expect(throws: CommandError.self) {
          try session(options, Console()).filter()
        }
        #expect(error?.status == .usage)
        #expect(error?.message(command: "copy").contains("'[a'") == true)
      }
      let missing = #expect(throws: CommandError.self) {
        try session(["--exclude-from", "/no/such"], Console()).filter()
      }
      #expect(missing?.status == .failed && missing?.place == "/no/such")
    }
  }

  private let plain = Progress.Style.bar(
    ProgressBar.Look(hasColour: true, hasUnicode: false))

  @Test func aTerminalGetsABar() throws {
    let terminal = try PseudoTerminal.open(columns: 80)
    let console = Console(output: terminal.inner, errors: terminal.inner)
    #expect(try style([], console) == plain)
    #expect(try style(["--quiet"], console) == .silent)
    #expect(try style(["--json"], console) == .silent)
    #expect(try style(["--progress", "none"], console) == .silent)
    #expect(try style(["--progress=json"], console) == .json)
    #expect(try style([], console, ["TERM": "dumb"]) == .silent)
  }

  @Test func aFileGetsABarOnlyIfAsked() throws {
    let ends = try SystemError.pipe()
    defer {
      close(ends.reading)
      close(ends.writing)
    }
    let console = Console(output: ends.writing, errors: ends.writing)
    #expect(try style([], console) == .silent)
    #expect(try style(["--progress", "bar"], console) == plain)
    #expect(console.columns == 80)
  }

  @Test func progressEndsWithTheWorkAlsoWhenItFails() throws {
    let ends = try SystemError.pipe()
    let console = Console(output: ends.writing, errors: ends.writing)
    let invocation = Invocation(
      command: CopyCommand.spec, options: ["progress": ["json"]], operands: [:])
    let session = Session(
      invocation: invocation,
      report: Report(console: console, form: .text, isQuiet: false, isVerbose: false),
      environment: Environment([:]), interrupt: Interrupt())
    #expect(throws: CommandError.interrupted) {
      try session.withProgress("copy", ProgressCounters()) { () throws(CommandError) in
        throw .interrupted
      }
    }
    close(ends.writing)
    let text = try Descriptor.readAll(ends.reading)
    close(ends.reading)
    #expect(text.hasPrefix(#"{"progress":{"command":"copy""#))
  }
}
