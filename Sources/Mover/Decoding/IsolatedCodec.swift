public import FrameEngine
import Glibc

/// PIZ, B44 and DWA, by OpenEXR in a process of its own: what its parsers do on hostile bytes, they
/// do there, under limits.
///
/// The process starts with the first chunk, serves all that follow, and ends with its owner. If it
/// dies or hangs over a chunk, that is one `ChunkFault`, and the next chunk gets a new one. Costs
/// a thread switch there and back and a copy of the chunk. One owner at a time: each thread has its
/// own.
public struct IsolatedCodec: ~Copyable, Sendable {
  private let program: DecoderProgram
  private let limits: DecoderLimits
  private var memory = SharedMemory()
  private var process = ChildProcess()
  private var channels = [FrameEngine.Channel]()
  private var channelBytes = [UInt8]()

  /// A codec that has not started its process yet.
  public init(_ program: DecoderProgram, limits: DecoderLimits = DecoderLimits()) {
    self.program = program
    self.limits = limits
  }

  /// The process's number while one runs.
  var processIdentifier: Int32? { process.identifier }

  /// Unpacks a chunk into `target`, whose length is `shape.byteCount`. As many packed
  /// bytes as unpacked ones are stored bytes, and are copied without the process.
  ///
  /// Returns 0: the library does not tell of bytes behind the stream. Throws `chunkSize`,
  /// `chunkCorrupt`, `codecUnsupported`, `limitExceeded`, `decoderCrashed` or `decoderTimeout`.
  public mutating func decode(
    _ packed: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, into target: inout MutableRawSpan
  ) throws(ChunkFault) -> Int {
    precondition(target.byteCount == shape.byteCount, "the target has the size of the chunk")
    try require(codec)
    guard packed.byteCount > 0, packed.byteCount <= shape.byteCount else {
      throw ChunkFault(
        .chunkSize, "\(packed.byteCount) packed bytes for \(shape.byteCount) unpacked ones")
    }
    if packed.byteCount == shape.byteCount {
      target.begin(with: packed)
      return 0
    }
    let layout = try layout(shape, packedBytes: packed.byteCount)
    memory.copy(packed, to: layout.packed.lowerBound)
    let count = try exchange(
      DecoderRequest(
        operation: .decode, codec: codec, window: shape.window, layout: layout,
        memoryBytes: memory.capacity))
    if count != shape.byteCount { throw endNonsense() }
    target.begin(with: memory.bytes.extracting(layout.unpacked))
    return 0
  }

  /// Packs a chunk into `packed`, whose content is replaced: stored as
  /// it is where packing does not shrink it. `quality` is what DWA may lose (OpenEXR's
  /// `dwaCompressionLevel`; 45 is its default, less is better).
  ///
  /// Throws `codecUnsupported`, `limitExceeded`, `decoderCrashed` or `decoderTimeout`.
  public mutating func encode(
    _ unpacked: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, quality: Float = 45,
    into packed: inout [UInt8]
  ) throws(ChunkFault) {
    precondition(unpacked.byteCount == shape.byteCount, "the source has the size of the chunk")
    try require(codec)
    let layout = try layout(shape, packedBytes: shape.byteCount)
    memory.copy(unpacked, to: layout.unpacked.lowerBound)
    let count = try exchange(
      DecoderRequest(
        operation: .encode, codec: codec, window: shape.window, quality: quality, layout: layout,
        memoryBytes: memory.capacity))
    guard count > 0, count <= layout.packed.count else { throw endNonsense() }
    packed.removeAll(keepingCapacity: true)
    unsafe memory.bytes.extracting(layout.packed).extracting(first: count).withUnsafeBytes {
      unsafe packed.append(contentsOf: $0)
    }
  }

  private func require(_ codec: PixelCodec) throws(ChunkFault) {
    if codec.decoding != .isolated {
      throw ChunkFault(.codecUnsupported, "\(codec.name) is no codec of the decoder program")
    }
  }

  /// Makes room for a chunk in the shared memory, and writes its channels there.
  private mutating func layout(
    _ shape: ChunkShape, packedBytes: Int
  ) throws(ChunkFault) -> DecoderLayout {
    if channels != shape.channels || channelBytes.isEmpty {
      channels = shape.channels
      channelBytes = channels.attributeBytes
    }
    let corners = [shape.window.minX, shape.window.minY, shape.window.maxX, shape.window.maxY]
    guard corners.allSatisfy({ Int32(exactly: $0) != nil }) else {
      throw ChunkFault(.limitExceeded, "a window of \(shape.window)")
    }
    let layout = DecoderLayout(
      channelBytes: channelBytes.count, packedBytes: packedBytes, unpackedBytes: shape.byteCount)
    let needed = layout.unpacked.upperBound
    guard needed <= limits.sharedMemory, layout.unpacked.count > 0 else {
      throw ChunkFault(
        .limitExceeded,
        "a chunk of \(shape.byteCount) bytes; the decoder takes \(limits.sharedMemory) at most")
    }
    do throws(SystemCause) {
      if needed > memory.capacity {
        try memory.reserve(min(max(needed, 2 * memory.capacity), limits.sharedMemory))
      }
    } catch {
      throw ChunkFault(.limitExceeded, "no memory to share with the decoder: \(error.text)")
    }
    let list = channelBytes
    memory.copy(unsafe list.span.bytes, to: 0)
    return layout
  }

  /// Asks the process, started if need be, and returns how many bytes it wrote.
  private mutating func exchange(_ request: DecoderRequest) throws(ChunkFault) -> Int {
    let wasRunning = process.identifier != nil
    if !wasRunning { try start() }
    let reply: [UInt8]
    do throws(ChildProcess.Silence) {
      try process.send(request.bytes)
      reply = try process.receive(DecoderReply.byteCount, within: limits.wallTime)
    } catch {
      // Somebody ended it between two chunks: no fault of this one.
      if error == .gone, wasRunning {
        process.end()
        return try exchange(request)
      }
      throw fault(of: error)
    }
    guard let reply = DecoderReply(reply) else { throw endNonsense() }
    switch reply.status {
    case .done: return reply.byteCount
    case .corrupt: throw ChunkFault(.chunkCorrupt, reply.reason)
    case .unsupported: throw ChunkFault(.codecUnsupported, reply.reason)
    case .limit: throw ChunkFault(.limitExceeded, reply.reason)
    case .misuse: throw ChunkFault(.decoderCrashed, "the decoder refuses: \(reply.reason)")
    }
  }

  /// Starts the process and waits for its greeting.
  private mutating func start() throws(ChunkFault) {
    guard let path = program.path else {
      let places = program.places.map(\.description).joined(separator: ", ")
      throw ChunkFault(.decoderCrashed, "\(places) was not found")
    }
    do throws(SystemCause) {
      try process.start(
        path, limits.arguments + program.arguments, memory: memory.descriptor)
    } catch {
      throw ChunkFault(.decoderCrashed, "\(path) does not start: \(error.text)")
    }
    do throws(ChildProcess.Silence) {
      let greeting = try process.receive(DecoderReply.byteCount, within: limits.wallTime)
      if DecoderReply(greeting)?.status != .done { throw .ended }
    } catch {
      let reason = fault(of: error).reason
      throw ChunkFault(.decoderCrashed, "\(path) does not start: \(reason)")
    }
  }

  /// Ends a process that gave no answer, and tells why it did not.
  private mutating func fault(of silence: ChildProcess.Silence) -> ChunkFault {
    let status = process.end()
    if silence == .late {
      return ChunkFault(
        .decoderTimeout, "the decoder took longer than \(limits.wallTime) and was ended")
    }
    let signal = status & 0x7F
    if signal == SIGXCPU {
      return ChunkFault(
        .decoderTimeout, "the decoder used \(limits.cpuSeconds) s of processor time")
    }
    return ChunkFault(
      .decoderCrashed,
      signal == 0
        ? "the decoder ended with status \(status >> 8 & 0xFF)"
        : "the decoder was ended by \(SignalName.of(signal))")
  }

  /// Ends a process whose answers make no sense.
  private mutating func endNonsense() -> ChunkFault {
    process.end()
    return ChunkFault(.decoderCrashed, "the decoder gave an answer that makes no sense")
  }
}

/// Signals by which a process may end.
enum SignalName {
  /// The name, such as `SIGSEGV`.
  static func of(_ signal: Int32) -> String {
    switch signal {
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGILL: "SIGILL"
    case SIGKILL: "SIGKILL (from outside, or the kernel was out of memory)"
    case SIGSEGV: "SIGSEGV"
    case SIGSYS: "SIGSYS"
    case SIGTERM: "SIGTERM"
    case SIGTRAP: "SIGTRAP"
    case SIGXFSZ: "SIGXFSZ"
    default: "signal \(signal)"
    }
  }
}
