import Glibc
import Synchronization
import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameVerifierTests {
  private let shed = FrameShed()

  @Test(arguments: PixelCodec.allCases.filter { $0.decoding != .unsupported })
  func `Sound frames of every codec are sound`(codec: PixelCodec) throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines(codec)))
    let report = try shed.verify("f.exr").reports[0]
    #expect(report.status == .sound && report.findings.isEmpty, "\(report.findings)")
    #expect(report.parts[0].isComplete && report.parts[0].damaged.isEmpty)
    #expect(report.byteCount == (try shed.read("f.exr")).count)
  }

  @Test func `Tiles, resolutions, parts and deep samples are sound`() throws {
    let frames = [
      SampleFrame(SampleFrame.tiles(.zip, .mip)), SampleFrame(SampleFrame.tiles(.piz, .rip)),
      SampleFrame(
        SampleFrame.lines(name: "a"), SampleFrame.lines(.rle, .of(.float, "Z"), name: "b")),
      SampleFrame(SampleFrame.deep()), SampleFrame(SampleFrame.lines(.zip, .subsampled(2))),
    ]
    for frame in frames {
      shed.scratch.run("rm -f f.exr")
      try shed.write("f.exr", frame)
      let report = try shed.verify("f.exr").reports[0]
      #expect(report.status == .sound, "\(report.findings)")
      #expect(report.parts.count == frame.parts.count)
    }
  }

  @Test func `Reports come in order, and are the same for any number of threads`() throws {
    for number in 1...30 {
      let codec: PixelCodec = number % 3 == 0 ? .piz : .zip
      try shed.write("s.\(number).exr", SampleFrame(SampleFrame.lines(codec), seed: number))
    }
    // A frame that takes longer than those behind it, and damage.
    shed.scratch.run("rm s.2.exr s.9.exr")
    let large = Window(minX: 0, minY: 0, maxX: 1999, maxY: 999)
    try shed.write("s.2.exr", SampleFrame(SampleFrame.lines(.zips, in: large)))
    let sound = try SampleFrame(SampleFrame.lines(), seed: 9).bytes()
    try shed.write("s.9.exr", sound.flipping(3))
    let one = try shed.verify("s.#.exr") { $0.threads = 1 }
    let five = try shed.verify("s.#.exr") { $0.threads = 5 }
    #expect(one.reports.map(\.file.frame) == Array(1...30))
    #expect(five.reports.map(\.file.frame) == Array(1...30))
    #expect(one.sequence == five.sequence)
    for (a, b) in zip(one.reports, five.reports) {
      #expect(a.findings == b.findings && a.status == b.status)
      #expect(a.parts[0].scan?.statistics == b.parts[0].scan?.statistics)
      #expect(a.parts[0].scan?.digest == b.parts[0].scan?.digest)
    }
    #expect(one.reports[8].status == .bad && one.reports[7].status == .sound)
  }

  @Test func `Sequences follow each other, each with its own end`() throws {
    let frame = try SampleFrame(SampleFrame.lines()).bytes()
    for number in [1, 2, 4] { try shed.write("a.\(number).exr", frame) }
    for name in ["b.exr", "c.7.exr", "c.8.exr"] { try shed.write(name, frame) }
    let list = try FrameList([shed("")], on: shed.disk)
    for threads in [1, 4] {
      var options = VerifyOptions()
      options.threads = threads
      let verifier = FrameVerifier(
        disk: shed.disk, decoder: .installed, options: options)
      let told = Mutex<[String]>([])
      try verifier.verify(
        list.sequences, progress: ProgressCounters(),
        each: { report in told.withLock { $0.append(report.file.name.description) } },
        ended: { sequence, found in
          let missing = found.filter { $0.finding.code == .frameMissing }.map(\.frames.description)
          told.withLock { $0.append("\(sequence.files.count) \(missing)") }
        })
      #expect(
        told.withLock { $0 } == [
          "a.1.exr", "a.2.exr", "a.4.exr", #"3 ["3"]"#, "b.exr", "1 []", "c.7.exr", "c.8.exr",
          "2 []",
        ])
    }
  }

  @Test func `Digests of pixels are taken only where they are asked for`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let with = try shed.verify("f.exr").reports[0].parts[0].scan
    let without = try shed.verify("f.exr") { $0.takesPixelDigests = false }.reports[0].parts[0].scan
    #expect(with?.digest != nil && without?.digest == nil)
    #expect(with?.statistics == without?.statistics && without?.chunkCount == with?.chunkCount)
  }

  @Test func `A window beyond all measure is named, and costs no memory`() throws {
    let vast = Window(minX: 0, minY: 0, maxX: (1 << 22) + 5, maxY: 0)
    try shed.write("f.exr", SampleFrame(SampleFrame.lines(.zip, .of(.half, "Y"), in: vast)))
    let report = try shed.verify("f.exr").reports[0]
    #expect(report.findings.map(\.code) == [.limitExceeded])
    #expect(report.parts[0].scan == nil && report.parts[0].damaged.isEmpty)
    #expect(try shed.verify("f.exr") { $0.depth = .decode }.reports[0].status == .sound)
  }

  @Test func `After a cancellation reports end, and nothing is said of the rest`() throws {
    let frame = try SampleFrame(SampleFrame.lines()).bytes()
    for number in 1...20 { try shed.write("s.\(number).exr", frame) }
    let token = CancelToken()
    let found = try shed.verify("s.#.exr", cancelling: token, after: 3) { $0.threads = 3 }
    #expect(found.reports.count < 20 && found.reports.count >= 3)
    #expect(found.reports.map(\.file.frame) == Array(1...found.reports.count))
    #expect(found.sequence.isEmpty)
    let none = try shed.verify("s.#.exr", cancelling: token)
    #expect(none.reports.isEmpty && none.sequence.isEmpty)
  }

  @Test func `A file that cannot be read stops nobody`() throws {
    let frame = try SampleFrame(SampleFrame.lines()).bytes()
    for number in [1, 3] { try shed.write("s.\(number).exr", frame) }
    shed.scratch.run("ln -s nowhere s.2.exr")
    let found = try shed.verify("s.#.exr")
    #expect(found.reports.map(\.status) == [.sound, .unreadable, .sound])
    #expect(found.reports[1].failure != nil && found.reports[1].findings.isEmpty)
    let refusing = RefusingDisk(name: shed("s.1.exr"), code: EIO)
    guard case .disk(let error)? = try shed.verify("s.#.exr", on: refusing).reports[0].failure
    else { return #expect(Bool(false), "the frame was read") }
    #expect(error.code == EIO)
  }

  @Test func `A decoder that is missing concerns no other codec`() throws {
    try shed.write("s.1.exr", SampleFrame(SampleFrame.lines(.zip)))
    try shed.write("s.2.exr", SampleFrame(SampleFrame.lines(.piz)))
    let lost = DecoderProgram(path: "/nonexistent")
    let found = try shed.verify("s.#.exr", decoder: lost)
    #expect(found.reports.map(\.status) == [.sound, .unreadable])
    let missing = DecoderMissing(codec: .piz, tried: ["/nonexistent"])
    #expect(found.reports[1].failure == .decoder(missing))
    let structure = try shed.verify("s.#.exr", decoder: lost) { $0.depth = .structure }
    #expect(structure.reports.map(\.status) == [.sound, .sound])
  }

  @Test func `Each depth finds what lies within it`() throws {
    var bytes = try SampleFrame(SampleFrame.lines(.none)).bytes()
    let payload = bytes.chunks[0][5].payload
    bytes[payload.lowerBound] = 0x00
    bytes[payload.lowerBound + 1] = 0x7E
    try shed.write("nan.exr", bytes)
    try shed.write("flip.exr", try SampleFrame(SampleFrame.lines()).bytes().flipping(2))
    for (name, expected): (String, [[FindingCode]]) in [
      ("nan.exr", [[], [], [.nanPixels]]),
      ("flip.exr", [[], [.chunkCorrupt, .salvage], [.chunkCorrupt, .salvage]]),
    ] {
      for (depth, codes) in zip(VerifyDepth.allCases, expected) {
        let found = try shed.verify(name) { $0.depth = depth }
        #expect(found.codes() == codes, "\(name) \(depth)")
        #expect(found.reports[0].status == (codes.isEmpty ? .sound : .bad))
        #expect((found.reports[0].parts[0].scan != nil) == (depth == .pixels))
      }
    }
    let damaged = try shed.verify("flip.exr").reports[0]
    #expect(damaged.parts[0].damaged == [2])
    #expect(damaged.findings[1].text.contains("16-47, 64-165"))
    #expect(damaged.findings[0].place.window?.minY == 48)
  }

  @Test func `An empty file is one finding about its frame`() throws {
    let frame = try SampleFrame(SampleFrame.lines()).bytes()
    for number in [1, 3] { try shed.write("s.\(number).exr", frame) }
    shed.scratch.run(": > s.2.exr")
    let found = try shed.verify("s.#.exr")
    #expect(found.codes(1) == [.fileEmpty])
    #expect(!found.sequence.contains { $0.finding.code == .fileEmpty })
  }

  @Test func `A hole is damage where it is no black`() throws {
    let black = SampleFrame(
      SampleFrame.lines(.none, in: Window(minX: 0, minY: 0, maxX: 4095, maxY: 15)),
      holes: [Window(minX: 0, minY: 4, maxX: 4095, maxY: 11)])
    try shed.write("black.exr", black)
    try shed.write("rle.exr", SampleFrame(SampleFrame.lines(.rle, in: black.parts[0].dataWindow)))
    shed.scratch.run("fallocate -d black.exr; fallocate -p -o 8192 -l 8192 rle.exr")
    let whole = try shed.verify("black.exr")
    let holes = whole.reports[0].findings.filter { $0.code == .fileHole }
    #expect(!holes.isEmpty && holes.allSatisfy { $0.severity == .information })
    let damaged = try shed.verify("rle.exr").reports[0].findings.filter { $0.code == .fileHole }
    #expect(damaged.map(\.severity) == [.error] && damaged[0].byteOffset == 8192)
  }

  @Test func `A frame that lacks what its neighbours have is found`() throws {
    let band = Window(minX: -8, minY: 48, maxX: 247, maxY: 79)
    let bucket = Window(minX: -8 + 64, minY: 16 + 64, maxX: -8 + 127, maxY: 16 + 127)
    for number in 1...7 {
      let holes = number == 3 ? [band] : number == 5 ? [bucket] : []
      try shed.write(
        "s.\(number).exr", SampleFrame(SampleFrame.lines(), seed: number, holes: holes))
    }
    let found = try shed.verify("s.#.exr") { $0.threads = 4 }
    #expect(found.codes(2) == [.zeroBand] && found.codes(4) == [.missingBucket])
    #expect(found.reports[2].findings.first?.place.window == band)
    #expect(found.reports[4].findings.first?.place.window == bucket)
    #expect(found.reports.enumerated().allSatisfy { $0 == 2 || $0 == 4 || $1.status == .sound })
    // What is damaged is not empty.
    let damaged = try shed.read("s.6.exr").flipping(4)
    shed.scratch.run("rm s.6.exr")
    try shed.write("s.6.exr", damaged)
    let lost = try shed.verify("s.#.exr")
    #expect(lost.reports[5].parts[0].damaged == [4] && !lost.codes(5).contains(.zeroBand))
    try shed.write("whole.exr", SampleFrame(SampleFrame.lines(), seed: 6))
    shed.scratch.run("mv whole.exr s.6.exr")
    // A neighbour that is not there says nothing.
    shed.scratch.run("rm s.4.exr")
    let apart = try shed.verify("s.#.exr")
    #expect(apart.reports.allSatisfy { $0.status == .sound })
    #expect(apart.sequence.contains { $0.finding.code == .frameMissing })
  }

  @Test func `Frames of equal pixels are found, however they are packed`() throws {
    for (number, codec): (Int, PixelCodec) in [(1, .zip), (2, .zip), (3, .zip), (4, .zip)] {
      let seed = number == 3 ? 2 : number
      try shed.write("s.\(number).exr", SampleFrame(SampleFrame.lines(codec), seed: seed))
    }
    let found = try shed.verify("s.#.exr").sequence
    #expect(found.map(\.finding.code) == [.frameDuplicate])
    #expect(found.first?.frames.description == "2-3")
    #expect(try shed.verify("s.#.exr") { $0.depth = .decode }.sequence.isEmpty)
  }

  @Test func `The range, changes and the profile's weights count`() throws {
    for number in [1, 2, 4] {
      let codec: PixelCodec = number == 4 ? .piz : .zip
      try shed.write("s.\(number).exr", SampleFrame(SampleFrame.lines(codec), seed: number))
    }
    let found = try shed.verify("s.#.exr") { $0.range = try FrameRange(parsing: "1-5") }
    #expect(found.sequence.map(\.finding.code) == [.frameMissing, .frameMissing, .sequenceChange])
    let calm = try shed.verify("s.#.exr") { options in
      options.profile.severities = [.frameMissing: nil, .sequenceChange: .warning]
    }
    #expect(calm.sequence.map(\.finding.severity) == [.warning])
  }

  @Test func `The largest count of deep samples is compared with the header`() throws {
    for (stated, codes): (Int, [FindingCode]) in [
      (2, []), (5, [.deepMaxSamples]), (1, [.deepMaxSamples]), (-1, []),
    ] {
      shed.scratch.run("rm -f d.exr")
      try shed.write("d.exr", SampleFrame(SampleFrame.deep(.none, stating: stated)))
      #expect(try shed.verify("d.exr").codes() == codes, "\(stated)")
    }
    // Where a chunk is missing nobody knows the largest.
    var cut = try SampleFrame(SampleFrame.deep(.none, stating: 9)).bytes()
    cut.removeLast(20)
    try shed.write("cut.exr", cut)
    let codes = try shed.verify("cut.exr").codes()
    #expect(codes.contains(.fileTruncated) && !codes.contains(.deepMaxSamples))
  }

  @Test func `A codec that is not decoded here is no damage`() throws {
    try shed.write("h.exr", SampleFrame(SampleFrame.lines(.htj2k32)))
    let report = try shed.verify("h.exr").reports[0]
    #expect(report.findings.map(\.code) == [.codecUnsupported])
    #expect(report.status == .sound && report.parts[0].damaged.isEmpty)
    #expect(report.findings[0].count == report.parts[0].chunkCount)
  }

  @Test func `A decoder that crashes is one finding about one chunk`() throws {
    let small = Window(minX: 0, minY: 0, maxX: 63, maxY: 31)
    for number in 1...3 {
      let codec: PixelCodec = number == 2 ? .piz : .zip
      let frame = SampleFrame(SampleFrame.lines(codec, in: small), seed: number)
      try shed.write("s.\(number).exr", frame)
    }
    let found = try shed.verify("s.#.exr", decoder: builtDecoder("--fault", "crash"))
    #expect(found.reports.map(\.status) == [.sound, .bad, .sound])
    #expect(found.codes(1) == [.decoderCrashed, .salvage])
    #expect(found.reports[1].parts[0].damaged == [0])
  }

  @Test func `Thumbnails are made where they are asked for`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let report = try shed.verify("f.exr") { $0.thumbnails = ThumbnailBox(width: 64, height: 64) }
      .reports[0]
    #expect(report.parts[0].thumbnail?.width == 64)
    #expect(report.withoutPixels.parts[0].thumbnail == nil)
    #expect(try shed.verify("f.exr").reports[0].parts[0].thumbnail == nil)
  }
}
