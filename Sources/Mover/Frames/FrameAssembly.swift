import FrameEngine
import Synchronization

/// Packs the chunks of one part by several threads, builds the whole file in memory, and proves it:
/// the finished bytes are parsed and every chunk is decoded again before anyone sees them.
struct FrameAssembly {
  let part: Part
  let crew: FrameCrew
  let cancellation: CancelToken?
  /// The level of deflate.
  var level = 4
  /// What DWA may lose.
  var quality: Float = 45

  /// The chunks that are packed, and which one is next.
  private struct State {
    /// Taken out by whoever finishes it, so that the file is not copied.
    var writer: ContainerWriter?
    var waiting: [Int: [UInt8]] = [:]
    var nextToWrite = 0
    var digests: [Digest]
    var failure: FrameWorkError?
  }

  /// The file. `gather` writes the unpacked bytes of a chunk, from any thread.
  func build(
    for path: FileName, _ gather: @escaping @Sendable (ChunkRegion, inout MutableRawSpan) -> Void
  ) throws(FrameWorkError) -> [UInt8] {
    guard let grid = ChunkGrid(part) else {
      throw FrameWorkError(.unsuitable, path, "the image is beyond the limits")
    }
    let state = Mutex(
      State(
        writer: ContainerWriter(parts: [part]),
        digests: Array(repeating: .zero, count: grid.count)))
    let next = Atomic<Int>(0)
    crew.run(upTo: grid.count) { worker in
      worker.prepare(level: level)
      while cancellation?.isCancelled != true, state.withLock({ $0.failure == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < grid.count else { return }
        pack(grid.region(at: index), for: path, &worker, gather, state)
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
    try prove(bytes, digests, path)
    return bytes
  }

  private func pack(
    _ region: ChunkRegion, for path: FileName, _ worker: inout ChunkWorker,
    _ gather: (ChunkRegion, inout MutableRawSpan) -> Void, _ state: borrowing Mutex<State>
  ) {
    let shape = ChunkShape(window: region.window, channels: part.channels)
    do throws(ChunkFault) {
      let (packed, digest) = try worker.pack(shape, part.codec, quality: quality) {
        gather(region, &$0)
      }
      state.withLock { state in
        state.digests[region.index] = digest
        state.waiting[region.index] = packed
        while let ready = state.waiting.removeValue(forKey: state.nextToWrite) {
          state.writer?.append(ready.rawBytes, part: 0, chunk: state.nextToWrite)
          state.nextToWrite += 1
        }
      }
    } catch {
      state.withLock {
        $0.failure = FrameWorkError(
          .unsuitable, path, "chunk \(region.index) cannot be packed: \(error.reason)")
      }
    }
  }

  /// Reads the finished file as a stranger would.
  private func prove(_ bytes: [UInt8], _ digests: [Digest], _ path: FileName)
    throws(FrameWorkError)
  {
    let container = Container(reading: bytes.rawBytes)
    if let fault = container.findings.first(where: { $0.severity == .error }) {
      throw FrameWorkError(.damaged, path, "the file that was made is not sound: \(fault.text)")
    }
    let isExact = part.channels.allSatisfy { part.codec.isLossless(for: $0.type) }
    let failure = Mutex<FrameWorkError?>(nil)
    let next = Atomic<Int>(0)
    let records = container.chunks[0].compactMap { $0 }
    crew.run(upTo: records.count) { worker in
      while failure.withLock({ $0 == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < records.count else { return }
        let record = records[index]
        do throws(ChunkFault) {
          let digest = try worker.withUnpacked(record, of: part, in: bytes.rawBytes) {
            BLAKE3.hash($1)
          }
          if isExact && digest != digests[record.region.index] {
            throw ChunkFault(.chunkCorrupt, "the pixels that come back are others")
          }
        } catch {
          failure.withLock { $0 = FrameWorkError(error, record, 0, path) }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}
