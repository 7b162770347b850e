import FrameEngine
import Testing

struct TimeCodeTests {
  private typealias Samples = SequenceSamples

  /// Time codes of `count` frames, counted up from `start` one by one as a clock would.
  private static func codes(
    from start: TimeCode, nominal: Int, count: Int, hasFields: Bool = false
  ) -> [TimeCode] {
    var code = start
    return (0..<count).map { index in
      defer {
        if nominal <= 30 || index % 2 == 1 { advance(&code, nominal > 30 ? nominal / 2 : nominal) }
      }
      var shown = code
      shown.isSecondField = hasFields && index % 2 == 1
      return shown
    }
  }

  private static func advance(_ code: inout TimeCode, _ base: Int) {
    code.frames += 1
    guard code.frames == base else { return }
    code.frames = 0
    code.seconds += 1
    guard code.seconds == 60 else { return }
    code.seconds = 0
    code.minutes += 1
    if code.isDropFrame, !code.minutes.isMultiple(of: 10) { code.frames = 2 }
    guard code.minutes == 60 else { return }
    code.minutes = 0
    code.hours = (code.hours + 1) % 24
  }

  private static func findings(
    _ codes: [TimeCode?], rate: Attribute? = nil, first: Int = 1001
  ) -> [SequenceFinding] {
    let frames = codes.enumerated().map { index, code in
      let attributes = [code.map { Samples.timeCode($0) }, rate].compactMap(\.self)
      return Samples.frame(first + index, parts: [Samples.part(attributes: attributes)])
    }
    return SequenceJudge().findings(for: frames)
  }

  @Test func `The attribute's bits are read and written`() {
    // 01:02:03:04, packed by hand.
    let attribute = Samples.words("timeCode", "timecode", [0x0102_0304, 0])
    let code = attribute.timeCode
    #expect(code == TimeCode(hours: 1, minutes: 2, seconds: 3, frames: 4))
    #expect(code.map { Attribute("timeCode", timeCode: $0) } == attribute)
    let drop = TimeCode(
      hours: 23, minutes: 59, seconds: 58, frames: 29, isDropFrame: true, isSecondField: true)
    #expect(Samples.timeCode(drop).timeCode == drop)
    #expect(drop.description == "23:59:58;29.1")
    #expect(Samples.words("timeCode", "timecode", [0x0A, 0]).timeCode == nil)
    #expect(Samples.words("timeCode", "timecode", [0]).timeCode == nil)
    #expect(Samples.words("timeCode", "int", [0, 0]).timeCode == nil)
  }

  @Test(arguments: [24, 25, 30])
  func `Time codes that run are no finding`(nominal: Int) {
    let start = TimeCode(hours: 9, minutes: 59, seconds: 58, frames: 20)
    let codes = Self.codes(from: start, nominal: nominal, count: 200)
    #expect(Self.findings(codes, rate: Samples.rate(UInt32(nominal))) == [])
    #expect(Self.findings(codes) == [], "the rate is found out")
  }

  @Test(arguments: [0, 7, 9, 10, 59])
  func `Drop frame leaves out numbers, but not in every tenth minute`(minute: Int) {
    let start = TimeCode(
      hours: 23, minutes: minute, seconds: 58, frames: 10, isDropFrame: true)
    let codes = Self.codes(from: start, nominal: 30, count: 2_000)
    #expect(Self.findings(codes, rate: Samples.rate(30_000, 1001)) == [])
    var plain = Self.codes(
      from: TimeCode(hours: 23, minutes: 5, seconds: 58, frames: 10), nominal: 30, count: 100)
    for index in plain.indices { plain[index].isDropFrame = true }
    let found = Self.findings(plain, rate: Samples.rate(30_000, 1001))
    #expect(found.contains { $0.finding.code == .timecode })
  }

  @Test(arguments: [48, 50, 60], [true, false])
  func `Above 30 a number stands for two frames`(nominal: Int, hasFields: Bool) {
    let start = TimeCode(hours: 0, minutes: 0, seconds: 59, frames: 3)
    for first in [1001, 1002] {
      let codes = Self.codes(from: start, nominal: nominal, count: 120, hasFields: hasFields)
      #expect(Self.findings(codes, rate: Samples.rate(UInt32(nominal)), first: first) == [])
    }
  }

  @Test func `A jump names what is due`() throws {
    let start = TimeCode(hours: 1, minutes: 0, seconds: 0, frames: 0)
    var codes = Self.codes(from: start, nominal: 24, count: 50)
    codes[31].frames = 8
    let found = Self.findings(codes, rate: Samples.rate(24))
    #expect(found.count == 1)
    let finding = try #require(found.first)
    #expect(finding.finding.code == .timecode && finding.frames.description == "1032")
    #expect(finding.finding.text.contains("01:00:01:08"))
    #expect(finding.finding.text.contains("01:00:01:07"))
  }

  @Test func `Standing, impossible and absent time codes are told apart`() {
    let start = TimeCode(hours: 1, minutes: 0, seconds: 0, frames: 0)
    let still = Self.findings([TimeCode](repeating: start, count: 10), rate: Samples.rate(24))
    #expect(still.count == 1 && still[0].finding.text.contains("stands still"))
    var codes: [TimeCode?] = Self.codes(from: start, nominal: 24, count: 20)
    codes[5]?.frames = 29
    codes[9] = nil
    let found = Self.findings(codes, rate: Samples.rate(24))
    #expect(found.map(\.finding.code) == [.metadataMissing, .timecode])
    #expect(found.map(\.frames.description) == ["1010", "1006"])
  }
}

struct FrameRateTests {
  @Test(arguments: [
    ("24", 24, 1), ("23.976", 24_000, 1001), ("24000/1001", 24_000, 1001), ("59.94", 60_000, 1001),
  ])
  func `Rates are read`(text: String, numerator: Int32, denominator: UInt32) throws {
    let rate = try #require(FrameRate(parsing: text))
    #expect(rate == FrameRate(numerator, denominator))
  }

  @Test(arguments: ["", "0", "-24", "24/0", "24/", "/1", "24/1/1", "24.5", "x", "99999999999"])
  func `What is no rate is refused`(text: String) {
    #expect(FrameRate(parsing: text) == nil)
  }

  @Test func `Equal ratios are equal`() {
    #expect(FrameRate(48, 2) == FrameRate(24, 1))
    #expect(FrameRate(48, 2)?.hashValue == FrameRate(24, 1)?.hashValue)
    #expect(FrameRate(24_000, 1001) != FrameRate(24, 1))
  }
}
