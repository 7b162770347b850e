import FrameEngine
import Glibc
import Testing

@testable import Mover

/// What a decoder may still do.
@Suite struct DecoderSandboxTests {
  private static let chunk = SampleChunk.picture(
    Window(minX: 0, minY: 0, maxX: 49, maxY: 9), .of(.half, "Y"))

  @Test func isShutIn() throws {
    var codec = IsolatedCodec(try builtDecoder(), limits: DecoderLimits(addressSpace: 300 << 20))
    _ = try codec.encode(Self.chunk, .piz)
    let process = codec.processIdentifier
    let folder = "/proc/\(try #require(process))"
    let status = Self.fields(folder + "/status")
    #expect(status["NoNewPrivs:"]?.first == "1")
    // Kernels without seccomp have no such line.
    #expect(status["Seccomp:"].map { $0.first == "2" } ?? true)
    #expect(status["SigBlk:"]?.first == "0000000000000000")

    let limits = String(decoding: SystemFile.contents(folder + "/limits"), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    func limit(_ words: String...) -> [String]? {
      limits.first { $0.starts(with: words) }.map { Array($0.dropFirst(words.count).prefix(2)) }
    }
    #expect(limit("Max", "address", "space") == ["\(300 << 20)", "\(300 << 20)"])
    #expect(limit("Max", "core", "file", "size") == ["0", "0"])
    #expect(limit("Max", "file", "size") == ["0", "0"])
    #expect(limit("Max", "open", "files") == ["5", "5"])
    #expect(limit("Max", "cpu", "time")?.first.flatMap { Int($0) } ?? .max < 30)
  }

  /// A program that tells what it was given: no secret of ours, and no descriptor.
  @Test func getsNothingOfOurs() throws {
    let folder = try TemporaryFolder()
    let disk = ThreadDisk()
    let script = """
      #!/bin/sh
      env > '\(folder.path)/environment'
      ls -l /proc/self/fd > '\(folder.path)/descriptors'
      """
    try disk.makeFile("decoder", in: folder.handle, Array(script.utf8))
    let path = folder.path.appending("decoder")
    #expect(unsafe path.withCString { unsafe chmod($0, 0o755) } == 0)
    var codec = IsolatedCodec(DecoderProgram(path: path))
    expectFault(.decoderCrashed, "does not start") { () throws(ChunkFault) in
      _ = try codec.encode(Self.chunk, .piz)
    }
    func lines(_ name: FileName) throws -> [String] {
      String(decoding: try disk.contents(of: name, in: folder.handle), as: UTF8.self)
        .split(separator: "\n").map(String.init)
    }
    let variables = Set(try lines("environment").compactMap { $0.split(separator: "=").first })
    #expect(variables.isSubset(of: ["PWD", "OLDPWD", "SHLVL", "_", "LD_LIBRARY_PATH"]))
    let descriptors = try lines("descriptors")
    #expect(descriptors.contains { $0.contains("3 -> socket:") })
    #expect(descriptors.contains { $0.contains("4 -> /memfd:farmio chunks") })
    #expect(descriptors.count { $0.contains("-> /dev/null") } >= 1)
  }

  /// The child must not be able to shorten what we have mapped.
  @Test func sharesMemoryThatDoesNotShrink() throws {
    var memory = SharedMemory()
    try memory.reserve(10000)
    #expect(memory.capacity == 12288)
    #expect(ftruncate(memory.descriptor, 0) == -1)
    #expect(errno == EPERM)
    try memory.reserve(5)
    #expect(memory.capacity == 12288)
  }

  /// The child checks again what we have checked: it answers whatever it is told.
  @Test func answersRequestsThatMakeNoSense() throws {
    var generator = SeededGenerator(seed: 11)
    var memory = SharedMemory()
    try memory.reserve(1 << 16)
    var process = ChildProcess()
    let limits = DecoderLimits()
    let path = try #require(try builtDecoder().path)
    try process.start(path, limits.arguments, memory: memory.descriptor)
    defer { process.end() }
    #expect(
      DecoderReply(try process.receive(DecoderReply.byteCount, within: limits.wallTime))?.status
        == .done)
    let list = Self.chunk.shape.channels.attributeBytes
    let layout = DecoderLayout(
      channelBytes: list.count, packedBytes: 100, unpackedBytes: Self.chunk.shape.byteCount)
    let sense = DecoderRequest(
      operation: .decode, codec: .piz, window: Self.chunk.shape.window, layout: layout,
      memoryBytes: 1 << 16
    ).bytes
    var refusals = 0
    for _ in 0..<2000 {
      var wrong = list
      if Bool.random(using: &generator) { Self.spoil(&wrong, using: &generator) }
      memory.copy(unsafe wrong.span.bytes, to: 0)
      var request = sense
      Self.spoil(&request, using: &generator)
      try process.send(request)
      let reply = try #require(
        DecoderReply(try process.receive(DecoderReply.byteCount, within: limits.wallTime)))
      if reply.status == .misuse { refusals += 1 }
    }
    #expect(refusals > 1000)
  }

  /// Makes a byte or two of a message extreme.
  private static func spoil(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...2, using: &generator) {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
        [0, 1, 2, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
    }
  }

  private static func fields(_ path: String) -> [String: [String]] {
    let lines = String(decoding: SystemFile.contents(path), as: UTF8.self).split(separator: "\n")
    let words = lines.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    return Dictionary(words.map { ($0[0], Array($0.dropFirst())) }) { first, _ in first }
  }
}
