import FrameEngine
import Testing

struct SequenceJudgeTests {
  private typealias Samples = SequenceSamples

  private static func findings(
    _ frames: [FrameSummary], range: String? = nil
  ) throws -> [SequenceFinding] {
    SequenceJudge(range: try range.map { try FrameRange(parsing: $0) }).findings(for: frames)
  }

  @Test func `A sound sequence has no finding`() throws {
    let frames = (1001...1100).map { number in
      var frame = Samples.frame(number, bytes: 900_000 + number * 37 % 50_000)
      frame.pixelDigest = Digest(words: (UInt64(number), 0, 0, 0))
      frame.mean = 0.18 + Double(number % 7) * 0.001
      frame.nonZeroShare = 0.97
      return frame
    }
    #expect(try Self.findings(frames) == [])
    #expect(try Self.findings(frames.shuffled(), range: "1001-1100") == [])
    #expect(try Self.findings([]) == [])
    #expect(try Self.findings([Samples.frame(7)]) == [])
  }

  @Test func `Each gap is one finding`() throws {
    let frames = (1...20).filter { ![4, 5, 6, 11].contains($0) }.map { Samples.frame($0) }
    let inner = try Self.findings(frames)
    #expect(codes(inner) == [.frameMissing, .frameMissing])
    #expect(inner.map(\.frames.description) == ["4-6", "11"])
    #expect(inner[0].finding.count == 3 && inner[0].finding.severity == .error)
    let outer = try Self.findings(frames, range: "1-22")
    #expect(outer.map(\.frames.description) == ["4-6", "11", "21-22"])
    #expect(try Self.findings([], range: "1-3").map(\.frames.description) == ["1-3"])
  }

  @Test func `Frames outside the range are extra`() throws {
    let found = try Self.findings((1...6).map { Samples.frame($0) }, range: "2-4")
    #expect(codes(found) == [.frameExtra] && found[0].frames.description == "1,5-6")
    let listed = SequenceJudge(range: FrameRange(1...2)).findings(
      for: [Samples.frame(1), Samples.frame(2)], outside: FrameRange(frames: [9]))
    #expect(codes(listed) == [.frameExtra] && listed[0].frames.description == "9")
  }

  @Test func `Names tell of odd numbers`() throws {
    var twice = Samples.frame(2)
    twice.name = "shot.02.exr"
    twice.isPadded = false
    var nameless = Samples.frame(3)
    nameless.frame = nil
    nameless.name = "shot.final.exr"
    let found = try Self.findings([Samples.frame(1), Samples.frame(2), twice, nameless])
    #expect(codes(found) == [.frameExtra, .frameName, .frameName])
    #expect(found[0].names == ["shot.02.exr", "shot.2.exr"])
    #expect(found[1].names == ["shot.final.exr"] && found[2].names == ["shot.02.exr"])
    #expect(try Self.findings([nameless]) == [])
  }

  @Test func `Files without bytes are named together`() throws {
    let frames = (1...4).map { Samples.frame($0, bytes: $0 < 3 ? 0 : 10, parts: []) }
    let found = try Self.findings(frames)
    #expect(codes(found) == [.fileEmpty] && found[0].frames.description == "1-2")
  }

  @Test func `Equal pixels are one finding a group`() throws {
    let digests: [UInt64] = [1, 2, 2, 2, 3, 1, 4]
    let frames = digests.enumerated().map { index, word in
      var frame = Samples.frame(index + 1)
      frame.pixelDigest = Digest(words: (word, word, 0, 0))
      return frame
    }
    let found = try Self.findings(frames)
    #expect(codes(found) == [.frameDuplicate, .frameDuplicate])
    #expect(found.map(\.frames.description) == ["1,6", "2-4"])
    #expect(found[1].finding.text.contains("frames 3-4"))
    #expect(found[1].finding.text.contains("frame 2"))
  }

  @Test func `What changes is named for each thing`() throws {
    let wide = Window(minX: 0, minY: 0, maxX: 2047, maxY: 1079)
    var frames = (1...10).map { number in
      // Data windows may move.
      let data = Window(minX: number, minY: 0, maxX: 500 + number, maxY: 400)
      return Samples.frame(number, parts: [Samples.part(data: data)])
    }
    #expect(try Self.findings(frames) == [])
    frames[2] = Samples.frame(3, parts: [Samples.part(codec: .piz)])
    frames[4] = Samples.frame(5, parts: [Samples.part(display: wide)])
    frames[5] = Samples.frame(6, parts: [Samples.part(channels: Array(Samples.rgba.dropFirst()))])
    frames[6] = Samples.frame(7, parts: [Samples.part(), Samples.part(name: "depth")])
    frames[7] = Samples.frame(8, parts: [Samples.part(attributes: [Samples.rate(24)])])
    let found = try Self.findings(frames)
    #expect(
      codes(found) == [
        .sequenceChange, .sequenceChange, .sequenceChange, .sequenceChange, .frameRate,
      ])
    #expect(found.map(\.frames.description) == ["7", "5", "3", "6", "8"])
    #expect(found[2].finding.text.contains("piz") && found[2].finding.text.contains("zip"))
    #expect(found[3].finding.text.contains("without A"))
  }

  @Test func `A change half way names the second half`() throws {
    let frames = (1...10).map {
      Samples.frame($0, parts: [Samples.part(codec: $0 < 6 ? .zip : .piz)])
    }
    let found = try Self.findings(frames)
    #expect(found.map(\.frames.description) == ["6-10"])
  }
}

struct OutlierTests {
  private typealias Samples = SequenceSamples

  /// The frames whose size stands out.
  private static func outliers(_ sizes: [Int]) -> [Int] {
    let frames = sizes.enumerated().map { Samples.frame($0 + 1, bytes: $1) }
    return SequenceJudge().findings(for: frames).flatMap(\.frames.frames)
  }

  private static func noise(_ index: Int) -> Int { index &* 7919 % 20_011 }

  @Test func `A frame far from its neighbours stands out`() {
    var sizes = (0..<40).map { 1_000_000 + Self.noise($0) }
    #expect(Self.outliers(sizes).isEmpty)
    sizes[20] = 300_000
    sizes[30] = 2_000_000
    #expect(Self.outliers(sizes) == [21, 31])
  }

  @Test(arguments: [0, 1, 38, 39])
  func `The ends are watched, too`(index: Int) {
    var sizes = (0..<40).map { 1_000_000 + Self.noise($0) }
    sizes[index] = 100_000
    #expect(Self.outliers(sizes) == [index + 1])
  }

  @Test func `Two bad frames side by side stand out`() {
    var sizes = (0..<40).map { 1_000_000 + Self.noise($0) }
    sizes[20] = 100_000
    sizes[21] = 110_000
    #expect(Self.outliers(sizes) == [21, 22])
  }

  @Test func `Ramps, cuts and waves are no outliers`() {
    #expect(Self.outliers((0..<60).map { 100_000 + $0 * 50_000 }).isEmpty)
    #expect(Self.outliers((0..<60).map { 5_000_000 - $0 * 80_000 }).isEmpty)
    #expect(Self.outliers((0..<40).map { $0 < 20 ? 500_000 : 2_000_000 }).isEmpty)
    #expect(
      Self.outliers((0..<40).map { ($0 < 20 ? 3_000_000 : 900_000) + Self.noise($0) }).isEmpty)
    let wave = (0..<80).map { step in
      let phase = Double(step % 40) / 20 - 1
      return 2_000_000 + Int(1_500_000 * (1 - phase * phase))
    }
    #expect(Self.outliers(wave).isEmpty)
    let fade = (0..<30).map { Int(20_000 * (1 + Double($0) * Double($0))) }
    #expect(Self.outliers(fade).isEmpty)
  }

  @Test func `Few frames are not judged`() {
    #expect(Self.outliers([10_000_000, 1, 20_000_000]).isEmpty)
  }

  @Test func `Mean and filled area count as well`() {
    let frames = (1...20).map { number in
      var frame = Samples.frame(number)
      frame.mean = number == 7 ? 0.9 : 0.2 + Double(number) * 0.001
      frame.nonZeroShare = number == 12 ? 0.5 : 0.95
      if number == 15 { frame.mean = nil }
      if number == 16 { frame.mean = .nan }
      return frame
    }
    let found = SequenceJudge().findings(for: frames)
    #expect(codes(found) == [.frameOutlier, .frameOutlier])
    #expect(found[0].frames.description == "7" && found[0].finding.text.contains("mean 0.9"))
    #expect(found[1].frames.description == "12" && found[1].finding.text.contains("filled area"))
  }
}
