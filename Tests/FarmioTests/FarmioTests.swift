import FrameEngine
import Testing

@testable import farmio

/// Runs the built program as a shell does.
@Suite struct FarmioTests {
  @Test func theVersionIsPrinted() throws {
    for arguments in [["--version"], ["version"]] {
      let child = try ChildProcess.run([ChildProcess.farmio] + arguments)
      #expect(child.status == 0)
      #expect(child.output == "farmio \(Version.number)\n" && child.errors == "")
    }
    let json = try ChildProcess.farmio("version", "--json")
    #expect(json.output == "{\"version\":\"\(Version.number)\"}\n")
  }

  @Test func everyWayToAskForHelpIsTheSame() throws {
    let asked = try ChildProcess.farmio("help", "restore")
    #expect(asked.status == 0 && asked.output.hasPrefix("farmio restore: bring"))
    #expect(try ChildProcess.farmio("restore", "--help").output == asked.output)
    #expect(try ChildProcess.farmio("help").output == ChildProcess.farmio("--help").output)
  }

  @Test func wrongUsageEndsWithTwo() throws {
    let child = try ChildProcess.farmio("bakup", "r", "/a")
    #expect(child.status == 2 && child.output == "")
    #expect(
      child.errors == "farmio: unknown command 'bakup'\n"
        + "  Did you mean 'backup'? 'farmio help' lists the commands.\n")
    #expect(try ChildProcess.farmio().status == 2)
    #expect(try ChildProcess.farmio("help", "restor").status == 2)
  }

  @Test func errorsAreDocumentsUnderJSON() throws {
    let child = try ChildProcess.farmio("check", "--json", "r", "--read-data=200")
    #expect(child.status == 2)
    #expect(
      child.output.hasPrefix(#"{"error":{"status":2,"code":"usage","command":"check","#)
        && child.output.hasSuffix("}}\n"))
    #expect(child.errors.hasPrefix("farmio check: --read-data expects a percentage"))
  }

  @Test func aReaderThatLeavesIsNoError() throws {
    let script = "\"$0\" man | true; echo \"${PIPESTATUS[0]}\""
    let child = try ChildProcess.run(["bash", "-c", script, ChildProcess.farmio])
    #expect(child.output == "0\n" && child.errors == "")
  }

  @Test func outputThatCannotBeWrittenIsAnError() throws {
    let child = try ChildProcess.run(
      ["bash", "-c", "\"$0\" man > /dev/full", ChildProcess.farmio])
    #expect(child.status == 3)
    #expect(child.errors.contains("standard output: No space left on device"))
  }
}
