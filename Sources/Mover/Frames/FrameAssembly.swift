import FrameEngine
import Synchronization

/// Packs the chunks of all parts by several threads, builds the whole file in memory, and proves it
/// before anyone sees it: every chunk is unpacked again when it is packed, and the finished bytes
/// are parsed, and hold those chunks.
struct FrameAssembly {
  let parts: [Part]
  let crew: FrameCrew
  let cancellation: CancelToken?
  /// The level of deflate.
  var level = 4
  /// What DWA may lose.
  var quality: Float = 45

  /// Writes the unpacked bytes of a chunk of a part, from any thread.
  typealias Gather = @Sendable (_ part: Int, ChunkRegion, inout MutableRawSpan) -> Void

  /// One chunk of the file to come.
  private struct Slot: Sendable {
    let part: Int
    let region: ChunkRegion
  }

  /// The chunks that are packed, and which one is next.
  private struct State {
    /// Taken out by whoever finishes it, so that the file is not copied.
    var writer: ContainerWriter?
    var order = Reordering<[UInt8]>()
    /// Of the packed bytes of each chunk, which were proved: a fault of memory is no attack.
    var checksums: [UInt32]
  }

  /// Builds the file and writes it; returns its bytes.
  func write(
    to path: FileName, _ output: FrameOutput, _ gather: @escaping Gather
  ) throws(FrameWorkError) -> Int {
    let bytes = try build(for: path, gather)
    do throws(DiskError) {
      try output.write(bytes, to: path)
    } catch {
      throw FrameWorkError(error, path)
    }
    return bytes.count
  }

  /// The file.
  func build(for path: FileName, _ gather: @escaping Gather) throws(FrameWorkError) -> [UInt8] {
    let slots = try slots(path)
    let state = Mutex(
      State(
        // Room that is never filled takes no memory.
        writer: ContainerWriter(parts: parts, capacity: roomForAll(slots)),
        checksums: Array(repeating: 0, count: slots.count)))
    try crew.forEach(slots.count, of: path, cancellation) { index, worker throws(FrameWorkError) in
      try pack(index, slots, for: path, &worker, gather, state)
    }
    let checksums = state.withLock { $0.checksums }
    guard let writer = state.withLock({ $0.writer.take() }) else {
      preconditionFailure("a file is built once")
    }
    let bytes = writer.finish()
    try prove(bytes, checksums, path)
    return bytes
  }

  /// Bytes that the file does not exceed, or all but a few.
  private func roomForAll(_ slots: [Slot]) -> Int {
    slots.reduce(1 << 16) {
      $0 + 64
        + ChunkShape(window: $1.region.window, channels: parts[$1.part].channels).byteCount
    }
  }

  private func slots(_ path: FileName) throws(FrameWorkError) -> [Slot] {
    var slots: [Slot] = []
    for (number, part) in parts.enumerated() {
      guard let grid = ChunkGrid(part) else {
        throw FrameWorkError(.unsuitable, path, "the image is beyond the limits")
      }
      for index in 0..<grid.count {
        slots.append(Slot(part: number, region: grid.region(at: index)))
      }
    }
    return slots
  }

  private func pack(
    _ index: Int, _ slots: [Slot], for path: FileName, _ worker: inout ChunkWorker,
    _ gather: Gather, _ state: borrowing Mutex<State>
  ) throws(FrameWorkError) {
    let slot = slots[index]
    let part = parts[slot.part]
    let shape = ChunkShape(window: slot.region.window, channels: part.channels)
    worker.prepare(level: level)
    try worker.requireDecoder(for: part.codec, path)
    do throws(ChunkFault) {
      let packed = try worker.pack(shape, part.codec, quality: quality) {
        gather(slot.part, slot.region, &$0)
      }
      let checksum = CRC32C.checksum(packed.rawBytes)
      state.withLock { state in
        state.checksums[index] = checksum
        for (number, ready) in state.order.add(packed, index) {
          let done = slots[number]
          state.writer?.append(ready.rawBytes, part: done.part, chunk: done.region.index)
        }
      }
    } catch {
      throw FrameWorkError(
        error.code == .chunkCorrupt ? .damaged : .unsuitable, path,
        "chunk \(slot.region.index) cannot be packed: \(error.reason)")
    }
  }

  /// Reads the finished file as a stranger would, and compares the packed bytes of every chunk with
  /// their checksums, part by part and by chunk number.
  func prove(_ bytes: [UInt8], _ checksums: [UInt32], _ path: FileName) throws(FrameWorkError) {
    let container = Container(reading: bytes.rawBytes)
    if let fault = container.findings.first(where: { $0.severity == .error }) {
      throw FrameWorkError(.damaged, path, "the file that was made is not sound: \(fault.text)")
    }
    for (slot, expected) in zip(try slots(path), checksums) {
      guard let record = container.chunks[slot.part][slot.region.index] else {
        throw FrameWorkError(.damaged, path, "chunk \(slot.region.index) was not written")
      }
      guard CRC32C.checksum(bytes.rawBytes.extracting(record.payload)) == expected else {
        let fault = ChunkFault(.chunkCorrupt, "the bytes in the file are others")
        throw FrameWorkError(fault, record, slot.part, path)
      }
    }
  }
}
