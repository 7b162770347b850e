import FrameEngine
import Testing

@testable import farmio

@Suite struct ArgumentParserTests {
  private func parse(
    _ line: [String], _ variables: [String: String] = [:], repositories: Set<FileName> = []
  ) throws(ParseFailure) -> Request {
    let parser = ArgumentParser(
      commands: Catalogue.commands, environment: Environment(variables),
      isRepository: { repositories.contains($0) })
    return try parser.parse(line.map { FileName($0) })
  }

  private func invocation(
    _ line: String, _ variables: [String: String] = [:], repositories: Set<FileName> = []
  ) throws -> Invocation {
    let words = line.split(separator: " ").map(String.init)
    guard case .run(let invocation) = try parse(words, variables, repositories: repositories) else {
      throw WrongRequest()
    }
    return invocation
  }

  private struct WrongRequest: Error {}

  private func failure(_ line: String) throws -> CommandError {
    do throws(ParseFailure) {
      _ = try parse(line.split(separator: " ").map(String.init))
    } catch {
      return error.error
    }
    throw WrongRequest()
  }

  @Test(arguments: [
    "backup R /a --tag x -t y", "backup -tx R --tag=y /a", "backup -t=x R /a -t y",
    "backup --tag x --tag y -- R /a", "--quiet backup R /a --tag x --tag y",
  ])
  func everySpellingOfAnOptionIsTheSame(line: String) throws {
    let found = try invocation(line)
    #expect(found[BackupCommand.tags] == ["x", "y"])
    #expect(found.repository == "R")
    #expect(found[BackupCommand.paths] == ["/a"])
  }

  @Test func flagsJoinBehindOneDash() throws {
    let found = try invocation("backup -nqx R /a")
    #expect(found[Common.dryRun] && found[Common.quiet] && found[BackupCommand.oneFileSystem])
    #expect(!found[Common.verbose])
  }

  @Test func behindTwoDashesEverythingIsAnArgument() throws {
    let found = try invocation("backup R -- --tag -n --")
    #expect(found[BackupCommand.paths] == ["--tag", "-n", "--"])
    #expect(!found[Common.dryRun])
  }

  @Test func aLoneDashIsAnArgument() throws {
    #expect(try invocation("backup R -")[BackupCommand.paths] == ["-"])
  }

  @Test func anOptionalValueNeedsAnEqualsSign() throws {
    #expect(try invocation("check R")[CheckCommand.readData] == nil)
    #expect(try invocation("check R --read-data")[CheckCommand.readData]?.percent == 100)
    #expect(try invocation("check --read-data=2.5% R")[CheckCommand.readData]?.percent == 2.5)
  }

  @Test func aPathNeedNotBeUTF8() throws {
    let odd = FileName([0x2F, 0xFF, 0x0A])
    let parser = ArgumentParser(
      commands: Catalogue.commands, environment: Environment([:]), isRepository: { _ in false })
    let line = ["restore", "R", "latest", FileName([0x2D, 0x6F] + odd.bytes)]
    guard case .run(let found) = try parser.parse(line) else { throw WrongRequest() }
    #expect(found[RestoreCommand.target] == odd)
  }

  @Test(arguments: [
    ("bakup R /a", "Did you mean 'backup'?"),
    ("backup R /a --exlude x", "Did you mean --exclude?"),
    ("check R --raed-data", "Did you mean --read-data?"),
    ("check R --read", "Did you mean --read-data?"),
  ])
  func aMistypedWordIsCorrected(line: String, hint: String) throws {
    let error = try failure(line)
    #expect(error.status == .usage)
    #expect(try #require(error.remedy).contains(hint))
  }

  @Test(arguments: [
    ("", "no command given"),
    ("init", "REPO is missing"),
    ("init a b", "unexpected argument 'b'"),
    ("restore R latest", "--target is missing"),
    ("restore R xyz --target d", "'xyz' is no SNAP[:PATH]"),
    ("init R --chunk 3K", "--chunk expects 64K, 256K or 1M, not '3K'"),
    ("init R --chunk", "--chunk is missing its value"),
    ("init R --encrypt=yes", "--encrypt takes no value"),
    ("init R --chunk 1M --chunk 1M", "--chunk is given twice"),
    ("backup R /a --level 20", "--level expects a compression level from 1 to 19, not '20'"),
    ("copy a b --bwlimit 0", "--bwlimit expects a rate"),
    ("backup R /a -Z", "unknown option -Z"),
    ("copy foo://b/x d", "'foo://b/x' is no SRC"),
    ("--verbose version", "unknown option --verbose"),
  ])
  func wrongUsageIsNamed(line: String, cause: String) throws {
    let error = try failure(line)
    #expect(error.status == .usage)
    #expect(error.cause.hasPrefix(cause))
    #expect(error.remedy != nil)
  }

  @Test(arguments: ["backup --help", "backup -h", "backup R --tag x -h", "--help backup"])
  func helpWinsOverAllElse(line: String) throws {
    guard case .help(let topic) = try parse(line.split(separator: " ").map(String.init)) else {
      throw WrongRequest()
    }
    #expect(topic?.name == "backup")
  }

  @Test func theProgramHasHelpAndAVersion() throws {
    guard case .help(nil) = try parse(["--help"]) else { throw WrongRequest() }
    guard case .version = try parse(["--version"]) else { throw WrongRequest() }
  }

  @Test func theOptionNamesTheRepository() throws {
    let found = try invocation("backup -r R /a /b", ["FARMIO_REPOSITORY": "E"])
    #expect(found.repository == "R")
    #expect(found[BackupCommand.paths] == ["/a", "/b"])
  }

  @Test(arguments: [
    ("snapshots", "E", []), ("snapshots R", "R", []),
    ("diff aaaa bbbb", "E", []), ("diff R aaaa bbbb", "R", []),
    ("backup /a", "E", ["/a"]), ("backup /a /b", "E", ["/a", "/b"]),
    ("backup /known /b", "/known", ["/b"]),
  ])
  func theEnvironmentStandsInForARepositoryLeftOut(
    line: String, repository: String, paths: [String]
  ) throws {
    let found = try invocation(
      line, ["FARMIO_REPOSITORY": "E"], repositories: ["/known"])
    #expect(found.repository == FileName(repository))
    if found.command.name == "backup" {
      #expect(found[BackupCommand.paths] == paths.map { FileName($0) })
    }
  }

  @Test func everyOptionOfACommandHasItsOwnNames() {
    for command in Catalogue.commands {
      let options = command.allOptions
      #expect(Set(options.map(\.long)).count == options.count, "\(command.name)")
      let letters = options.compactMap(\.short)
      #expect(Set(letters).count == letters.count, "\(command.name)")
    }
  }
}
