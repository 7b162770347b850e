import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

/// What becomes of a decoder that dies, hangs, or is fed rubbish.
@Suite struct DecoderFaultTests {
  // Colours, an alpha and a depth: DWA treats each in its own way.
  private static let chunk = SampleChunk.picture(
    Window(minX: 0, minY: 0, maxX: 99, maxY: 31),
    .of(.half, "A", "B", "G", "R") + .of(.float, "Z"))

  /// A packed chunk, made by a decoder that is well.
  private static func packed(_ codec: PixelCodec = .piz) throws -> [UInt8] {
    var isolated = IsolatedCodec(try builtDecoder())
    return try isolated.encode(chunk, codec)
  }

  @Test func tellsOfACrash() throws {
    let packed = try Self.packed()
    var codec = IsolatedCodec(try builtDecoder("--fault", "crash"))
    for _ in 0..<3 {
      expectFault(.decoderCrashed, "SIGSEGV") { () throws(ChunkFault) in
        _ = try codec.decode(packed, .piz, Self.chunk.shape)
      }
      let process = codec.processIdentifier
      #expect(process == nil)
    }
  }

  @Test func endsADecoderThatHangs() throws {
    let packed = try Self.packed()
    let limits = DecoderLimits(wallTime: .milliseconds(200))
    var codec = IsolatedCodec(try builtDecoder("--fault", "hang"), limits: limits)
    expectFault(.decoderTimeout) { () throws(ChunkFault) in
      _ = try codec.decode(packed, .piz, Self.chunk.shape)
    }
    let process = codec.processIdentifier
    #expect(process == nil)
  }

  /// The limit that ends a busy decoder whose parent has died.
  @Test func limitsProcessorTime() throws {
    let packed = try Self.packed()
    let limits = DecoderLimits(cpuSeconds: 1)
    var codec = IsolatedCodec(try builtDecoder("--fault", "hang"), limits: limits)
    expectFault(.decoderTimeout, "processor time") { () throws(ChunkFault) in
      _ = try codec.decode(packed, .piz, Self.chunk.shape)
    }
  }

  @Test func limitsMemory() throws {
    let packed = try Self.packed()
    var codec = IsolatedCodec(try builtDecoder("--fault", "memory"))
    expectFault(.decoderCrashed, "SIGABRT") { () throws(ChunkFault) in
      _ = try codec.decode(packed, .piz, Self.chunk.shape)
    }
  }

  /// Killed between two chunks, it is none of the next chunk's doing.
  @Test func startsAgainAfterAKillBetweenChunks() throws {
    let packed = try Self.packed()
    var codec = IsolatedCodec(try builtDecoder())
    for _ in 0..<20 {
      #expect(try codec.decode(packed, .piz, Self.chunk.shape) == Self.chunk.bytes)
      let process = codec.processIdentifier
      kill(try #require(process), SIGKILL)
    }
    #expect(try codec.decode(packed, .piz, Self.chunk.shape) == Self.chunk.bytes)
  }

  @Test func tellsOfAKillOverAChunk() throws {
    let packed = try Self.packed()
    let folder = try TemporaryFolder()
    let path = folder.path.appending("killed-decoder")
    try ThreadDisk().makeSymbolicLink(
      "killed-decoder", in: folder.handle, to: try #require(try builtDecoder().path).bytes)
    let program = DecoderProgram(path: path, arguments: ["--fault", "hang"])
    let fault = Mutex<ChunkFault?>(nil)
    let worker = WorkerThread("decoder test") {
      var codec = IsolatedCodec(program)
      do throws(ChunkFault) {
        _ = try codec.decode(packed, .piz, Self.chunk.shape)
      } catch {
        fault.withLock { $0 = error }
      }
    }
    // It greets before it hangs: killed any earlier, it would not have started.
    while fault.withLock({ $0 == nil }) {
      if let process = processRunning(path), isBusy(process) { kill(process, SIGKILL) }
      usleep(1000)
    }
    worker.join()
    let found = try #require(fault.withLock { $0 })
    #expect(found.code == .decoderCrashed)
    #expect(found.reason.contains("SIGKILL"), "\(found.reason)")
  }

  @Test func namesAProgramThatIsMissing() throws {
    let packed = try Self.packed()
    var codec = IsolatedCodec(DecoderProgram(path: "/nonexistent/farmio-decoder"))
    expectFault(.decoderCrashed, "/nonexistent/farmio-decoder was not found") {
      () throws(ChunkFault) in
      _ = try codec.decode(packed, .piz, Self.chunk.shape)
    }
  }

  @Test func namesAProgramThatIsAnother() throws {
    let packed = try Self.packed()
    var codec = IsolatedCodec(DecoderProgram(path: "/bin/true"))
    expectFault(.decoderCrashed, "/bin/true does not start") { () throws(ChunkFault) in
      _ = try codec.decode(packed, .piz, Self.chunk.shape)
    }
  }

  /// Rubbish gives a fault or pixels, and the same ones whatever was decoded before.
  @Test(arguments: IsolatedCodecTests.codecs)
  func livesOnRubbish(codec: PixelCodec) throws {
    var generator = SeededGenerator(seed: UInt64(codec.rawValue))
    let sound = try Self.packed(codec)
    var isolated = IsolatedCodec(try builtDecoder())
    var other = IsolatedCodec(try builtDecoder())
    let expected = try isolated.decode(sound, codec, Self.chunk.shape)
    var faults = 0
    for round in 0..<600 {
      let rubbish = Self.rubbish(of: sound, using: &generator)
      let first = Self.outcome(rubbish, codec, &isolated)
      if round % 4 == 0 {
        _ = Self.outcome(sound, codec, &other)
        #expect(Self.outcome(rubbish, codec, &other) == first, "round \(round)")
      }
      if case .failure(let fault) = first {
        faults += 1
        #expect(
          [.chunkCorrupt, .limitExceeded, .decoderCrashed, .decoderTimeout].contains(fault.code))
      }
    }
    #expect(faults > 0)
    #expect(try isolated.decode(sound, codec, Self.chunk.shape) == expected)
  }

  private static func outcome(
    _ packed: [UInt8], _ codec: PixelCodec, _ isolated: inout IsolatedCodec
  ) -> Result<[UInt8], ChunkFault> {
    do throws(ChunkFault) {
      return .success(try isolated.decode(packed, codec, chunk.shape))
    } catch {
      return .failure(error)
    }
  }

  private static func rubbish(
    of sound: [UInt8], using generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = sound
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
    case 1:
      for index in bytes.indices {
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
    case 2:
      // The start, where the sizes are.
      let index = Int.random(in: 0..<min(64, bytes.count), using: &generator)
      bytes[index] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
    default:
      for _ in 0..<Int.random(in: 1...16, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
      }
    }
    return bytes
  }

  @Test func servesManyThreads() throws {
    let program = try builtDecoder()
    let packed = try Self.packed()
    let sound = Atomic<Int>(0)
    runWorkers(count: 12) { _ in
      var codec = IsolatedCodec(program)
      for _ in 0..<20 {
        if (try? codec.decode(packed, .piz, Self.chunk.shape)) == Self.chunk.bytes {
          sound.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(sound.load(ordering: .relaxed) == 240)
  }

  /// In a process of its own, whose descriptors and children are this test's alone.
  @Test func leavesNothingBehind() async {
    await #expect(processExitsWith: .success) {
      let chunk = DecoderFaultTests.chunk
      var codec = IsolatedCodec(try builtDecoder())
      let packed = try codec.encode(chunk, .piz)
      let before = openDescriptors()
      for round in 0..<200 {
        _ = try codec.decode(packed, .piz, chunk.shape)
        if round % 2 == 0 {
          kill(codec.processIdentifier!, SIGKILL)
        } else {
          codec = IsolatedCodec(try builtDecoder())
          _ = try codec.decode(packed, .piz, chunk.shape)
        }
      }
      _ = try codec.decode(packed, .piz, chunk.shape)
      #expect(openDescriptors() == before)
      codec = IsolatedCodec(try builtDecoder())
      var status: Int32 = 0
      // No child is left, neither running nor dead.
      #expect(unsafe waitpid(-1, &status, WNOHANG) == -1)
      #expect(errno == ECHILD)
    }
  }
}

/// How many descriptors this process has open.
private func openDescriptors() -> Int {
  (0..<1024).count { fcntl(Int32($0), F_GETFD) >= 0 }
}

/// The process that was started by this path.
private func processRunning(_ path: FileName) -> pid_t? {
  let disk = ThreadDisk()
  guard let folder = try? disk.open("/proc", in: .current, .folder) else { return nil }
  defer { try? disk.close(folder) }
  for entry in (try? disk.entries(of: folder)) ?? [] {
    guard let number = pid_t(entry.name.description) else { continue }
    let words = SystemFile.contents("/proc/\(number)/cmdline")
    if words.prefix(while: { $0 != 0 }).elementsEqual(path.bytes) { return number }
  }
  return nil
}

/// Whether a process has used a tenth of a second of processor time.
private func isBusy(_ process: pid_t) -> Bool {
  let line = String(decoding: SystemFile.contents("/proc/\(process)/stat"), as: UTF8.self)
  guard let end = line.lastIndex(of: ")") else { return false }
  let fields = line[line.index(after: end)...].split(separator: " ")
  return fields.count > 12 && (Int(fields[11]) ?? 0) >= 10
}
