import FrameEngine
import Glibc
import Mover
import Testing

@testable import farmio

@Suite struct ProgressTests {
  private let look = ProgressBar.Look(hasColour: false, hasUnicode: false)

  @Test func aBarIsDrawnAndRemoved() throws {
    let terminal = try PseudoTerminal.open(columns: 90)
    let console = Console(output: terminal.inner, errors: terminal.inner)
    #expect(console.columns == 90 && console.errorsAreTerminal)
    let counters = ProgressCounters()
    counters.found(bytes: 2_000)
    counters.finished(bytes: 1_000)
    let progress = Progress("restore", counters, style: .bar(look), console: console)
    let drawn = try terminal.read(until: "files")
    #expect(drawn.contains("\r\u{1B}[Krestore 50.0 %  ####"))
    console.writeLine(Array("a line".utf8))
    let around = try terminal.read(until: "a line\r\n")
    let line = try #require(around.firstRange(of: "a line"))
    #expect(around[..<line.lowerBound].hasSuffix("\r\u{1B}[K"))
    progress.finish()
    progress.finish()
    console.writeLine(Array("the end".utf8))
    let end = try terminal.read(until: "the end\r\n")
    #expect(end.hasSuffix("\r\u{1B}[Kthe end\r\n"))
  }

  @Test func recordsAreLinesOfTheirOwn() throws {
    let ends = try SystemError.pipe()
    let console = Console(output: ends.writing, errors: ends.writing)
    let counters = ProgressCounters()
    let progress = Progress("copy", counters, style: .json, console: console)
    counters.finished(bytes: 7)
    progress.finish()
    close(ends.writing)
    let text = try Descriptor.readAll(ends.reading)
    close(ends.reading)
    let last = try #require(text.split(separator: "\n").last)
    #expect(last.hasPrefix(#"{"progress":{"command":"copy","#))
    #expect(last.contains(#""files_done":1,"#) && last.contains(#""bytes_done":7,"#))
  }

  @Test func silenceIsSilent() throws {
    let ends = try SystemError.pipe()
    let console = Console(output: ends.writing, errors: ends.writing)
    Progress("copy", ProgressCounters(), style: .silent, console: console).finish()
    close(ends.writing)
    #expect(try Descriptor.readAll(ends.reading) == "")
    close(ends.reading)
  }
}
