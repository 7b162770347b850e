import FrameEngine
import Mover
import Synchronization
import Testing

@testable import farmio

@Suite struct ProgressBarTests {
  private let plain = ProgressBar.Look(hasColour: false, hasUnicode: false)

  private var sample: ProgressSample {
    ProgressSample(
      verb: "backup", elapsed: 10, filesDone: 1_204, filesTotal: 8_000, bytesDone: 1_240_000_000,
      bytesTotal: 2_480_000_000, bytesPerSecond: 124_000_000, name: "show/tex/wood_v003.exr")
  }

  @Test func aWideTerminalShowsAll() {
    let line = ProgressBar.line(sample, columns: 140, look: plain)
    #expect(
      line == "backup 50.0 %  ############............  1.24 GB of 2.48 GB  10.0 s left  "
        + "124 MB/s  1,204/8,000 files  show/tex/wood_v003.exr")
  }

  @Test(arguments: 1...200)
  func everyWidthIsKept(columns: Int) {
    var failing = sample
    failing.errors = 12
    for look in [plain, ProgressBar.Look(hasColour: false, hasUnicode: true)] {
      for sample in [sample, failing, ProgressSample(verb: "copy")] {
        let line = ProgressBar.line(sample, columns: columns, look: look)
        #expect(TextWidth.cells(line) < columns)
        if columns > 40 { #expect(line.contains(Wording.size(sample.bytesDone))) }
      }
    }
  }

  @Test func withoutTotalsNothingIsGuessed() {
    var unknown = sample
    unknown.bytesTotal = nil
    unknown.filesTotal = nil
    let line = ProgressBar.line(unknown, columns: 100, look: plain)
    #expect(!line.contains("%") && !line.contains("left") && !line.contains("#"))
    #expect(line.contains("1.24 GB  124 MB/s  1,204 files"))
  }

  @Test func errorsAreCountedAndRed() {
    var failing = sample
    failing.errors = 1
    let colour = ProgressBar.Look(hasColour: true, hasUnicode: true)
    #expect(ProgressBar.line(failing, columns: 100, look: plain).contains("1 error  "))
    #expect(ProgressBar.line(failing, columns: 100, look: colour).contains("\u{1B}[31m"))
    #expect(!ProgressBar.line(failing, columns: 100, look: plain).contains("\u{1B}"))
  }

  @Test func theLookFollowsTheEnvironment() {
    let look = ProgressBar.Look(Environment(["LANG": "de_DE.UTF-8", "NO_COLOR": "1"]))
    #expect(look == ProgressBar.Look(hasColour: false, hasUnicode: true))
    #expect(ProgressBar.Look(Environment(["LANG": "C.UTF-8", "LC_ALL": "C"])).hasUnicode == false)
  }

  @Test func theRecordHoldsTheCounters() {
    let counters = ProgressCounters()
    counters.found(bytes: 100)
    counters.found(bytes: 300)
    counters.finished(bytes: 100)
    counters.currentName = "a"
    let sample = ProgressSample(counters, verb: "copy", elapsed: 2, bytesPerSecond: 50)
    let record = String(decoding: sample.record.bytes, as: UTF8.self)
    #expect(
      record == #"{"progress":{"command":"copy","seconds":2,"files_done":1,"files_total":2,"#
        + #""bytes_done":100,"bytes_total":400,"bytes_stored":0,"bytes_per_second":50,"#
        + #""seconds_left":6,"errors":0,"path":"a"}}"#)
    counters.isCounting.store(true, ordering: .relaxed)
    let early = ProgressSample(counters, verb: "copy", elapsed: 2, bytesPerSecond: 50)
    #expect(early.filesTotal == nil && early.bytesTotal == nil && early.secondsLeft == nil)
  }

  @Test func theRateSettlesAtTheSpeed() {
    var meter = RateMeter()
    #expect(meter.update(seconds: 1, bytes: 1_000) == 1_000)
    #expect(meter.update(seconds: 1, bytes: 5_000) == 1_000)
    var rate = 0.0
    for second in 2...40 {
      rate = meter.update(seconds: Double(second), bytes: Int64(second) * 2_000)
    }
    #expect(abs(rate - 2_000) < 20)
  }
}
