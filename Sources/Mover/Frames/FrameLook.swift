import FrameEngine
import Synchronization

/// One look at all chunks of a frame, by any number of threads: each takes slices of chunks, and what
/// they find is merged in chunk order, so that the result is the same for any number of them.
struct FrameLook {
  private let container: Container
  private let looks: [PartLook]

  /// Chunks of one part that one thread looks at in a row.
  private struct Slice {
    let part: Int
    let chunks: Range<Int>
  }

  private struct State {
    var order = Reordering<[ChunkWorker.Outcome]>()
    var result: FrameLookResult
  }

  /// Unpacked bytes of a slice: enough that taking one costs nothing, and that no thread waits long
  /// for the last.
  private static let sliceBytes = 4 << 20

  init(_ container: Container, _ looks: [PartLook]) {
    self.container = container
    self.looks = looks
  }

  /// Looks at all slices by the threads of `crew`, and returns what they found. After a
  /// cancellation some is missing.
  func run(_ crew: FrameCrew, _ memory: FrameBytes, _ cancellation: CancelToken?) -> FrameLookResult
  {
    let slices = FrameLook.slices(of: container)
    let state = Mutex(State(result: FrameLookResult(looks)))
    crew.forEach(slices.count, until: { cancellation?.isCancelled == true }) { index, worker in
      let slice = slices[index]
      let records = container.chunks[slice.part][slice.chunks]
      let outcomes = memory.withBytes { worker.look(at: records, looks[slice.part], in: $0) }
      state.withLock { state in
        for (number, ready) in state.order.add(outcomes, index) {
          state.result.merge(ready, part: slices[number].part)
        }
      }
    }
    return state.withLock { $0.result }
  }

  private static func slices(of container: Container) -> [Slice] {
    var slices: [Slice] = []
    for (part, chunks) in container.chunks.enumerated()
    where !chunks.isEmpty && container.parts[part].codec.decoding != .unsupported {
      var start = 0
      var bytes = 0
      for (index, record) in chunks.enumerated() {
        guard let record else { continue }
        bytes += container.grids[part].unpackedByteCount(of: record.region)
        guard bytes >= sliceBytes else { continue }
        slices.append(Slice(part: part, chunks: start..<index + 1))
        start = index + 1
        bytes = 0
      }
      if start < chunks.count { slices.append(Slice(part: part, chunks: start..<chunks.count)) }
    }
    return slices
  }
}

/// What a look at the chunks of a frame brought to light.
struct FrameLookResult: Sendable {
  /// What the pixels of each part are; `nil` for deep parts, and where pixels were not asked for.
  private(set) var scans: [PartScan?]
  /// The thumbnails of the parts that get one.
  private(set) var thumbnails: [Thumbnail?]
  /// The IDs in the pixels, by part and Cryptomatte layer.
  private(set) var ids: [[Set<UInt32>]]
  /// The samples of the deep pixel that has most, by part.
  private(set) var deepSamples: [Int]
  /// Chunks that do not decode, by part, rising.
  private(set) var damaged: [[Int]]
  private(set) var findings: [Finding] = []

  init(_ looks: [PartLook]) {
    scans = looks.map { look in look.plan.map { PartScan($0, tiles: look.part.tiles) } }
    thumbnails = looks.map(\.thumbnail)
    ids = looks.map { $0.layers.map { _ in [] } }
    deepSamples = looks.map { _ in 0 }
    damaged = looks.map { _ in [] }
  }

  /// Adds what came of the next chunks of a part.
  mutating func merge(_ outcomes: [ChunkWorker.Outcome], part: Int) {
    for outcome in outcomes {
      findings += outcome.findings
      if !outcome.isSound { damaged[part].append(outcome.chunk) }
      deepSamples[part] = max(deepSamples[part], outcome.deepSamples)
      for (layer, found) in outcome.ids.enumerated() { ids[part][layer].formUnion(found) }
      if let band = outcome.band { thumbnails[part]?.merge(band) }
      if let scan = outcome.scan { scans[part]?.merge(scan) }
    }
  }
}
