import FrameEngine
import Synchronization

/// Packs the chunks of all parts by several threads, builds the whole file in memory, and proves it:
/// the finished bytes are parsed and every chunk is decoded again before anyone sees them.
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
    var waiting: [Int: [UInt8]] = [:]
    var nextToWrite = 0
    var digests: [Digest]
    var failure: FrameWorkError?
  }

  /// The file.
  func build(for path: FileName, _ gather: @escaping Gather) throws(FrameWorkError) -> [UInt8] {
    let slots = try slots(path)
    let state = Mutex(
      State(
        writer: ContainerWriter(parts: parts),
        digests: Array(repeating: .zero, count: slots.count)))
    let next = Atomic<Int>(0)
    crew.run(upTo: slots.count) { worker in
      worker.prepare(level: level)
      while cancellation?.isCancelled != true, state.withLock({ $0.failure == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < slots.count else { return }
        pack(index, slots, for: path, &worker, gather, state)
      }
    }
    if cancellation?.isCancelled == true {
      throw FrameWorkError(.interrupted, path, "interrupted")
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    let digests = state.withLock { $0.digests }
    guard let writer = state.withLock({ $0.writer.take() }) else {
      preconditionFailure("a file is built once")
    }
    let bytes = writer.finish()
    try prove(bytes, slots, digests, path)
    return bytes
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
  ) {
    let slot = slots[index]
    let part = parts[slot.part]
    let shape = ChunkShape(window: slot.region.window, channels: part.channels)
    do throws(ChunkFault) {
      let (packed, digest) = try worker.pack(shape, part.codec, quality: quality) {
        gather(slot.part, slot.region, &$0)
      }
      state.withLock { state in
        state.digests[index] = digest
        state.waiting[index] = packed
        while let ready = state.waiting.removeValue(forKey: state.nextToWrite) {
          let done = slots[state.nextToWrite]
          state.writer?.append(ready.rawBytes, part: done.part, chunk: done.region.index)
          state.nextToWrite += 1
        }
      }
    } catch {
      state.withLock {
        $0.failure = FrameWorkError(
          .unsuitable, path, "chunk \(slot.region.index) cannot be packed: \(error.reason)")
      }
    }
  }

  /// Reads the finished file as a stranger would.
  private func prove(
    _ bytes: [UInt8], _ slots: [Slot], _ digests: [Digest], _ path: FileName
  ) throws(FrameWorkError) {
    let container = Container(reading: bytes.rawBytes)
    if let fault = container.findings.first(where: { $0.severity == .error }) {
      throw FrameWorkError(.damaged, path, "the file that was made is not sound: \(fault.text)")
    }
    let failure = Mutex<FrameWorkError?>(nil)
    let next = Atomic<Int>(0)
    crew.run(upTo: slots.count) { worker in
      while failure.withLock({ $0 == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < slots.count else { return }
        let slot = slots[index]
        guard let record = container.chunks[slot.part][slot.region.index] else { continue }
        do throws(ChunkFault) {
          try prove(record, parts[slot.part], digests[index], bytes, &worker)
        } catch {
          failure.withLock { $0 = FrameWorkError(error, record, slot.part, path) }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  private func prove(
    _ record: ChunkRecord, _ part: Part, _ expected: Digest, _ bytes: [UInt8],
    _ worker: inout ChunkWorker
  ) throws(ChunkFault) {
    let digest = try worker.withUnpacked(record, of: part, in: bytes.rawBytes) { BLAKE3.hash($1) }
    let isExact = part.channels.allSatisfy { part.codec.isLossless(for: $0.type) }
    if isExact && digest != expected {
      throw ChunkFault(.chunkCorrupt, "the pixels that come back are others")
    }
  }
}
