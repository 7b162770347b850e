import FrameEngine
import Synchronization

/// One look at all chunks of a frame, by any number of threads: each takes slices of chunks, and what
/// they find is merged in chunk order, so that the result is the same for any number of them.
final class FrameLook: Sendable {
  private let container: Container
  private let looks: [PartLook]
  private let slices: [Slice]
  private let state: Mutex<State>

  /// Chunks of one part that one thread looks at in a row.
  private struct Slice {
    let part: Int
    let chunks: Range<Int>
  }

  private struct State {
    var nextToTake = 0
    var nextToMerge = 0
    /// What came back before its turn.
    var waiting: [Int: [ChunkWorker.Outcome]] = [:]
    var result: FrameLookResult
  }

  /// Unpacked bytes of a slice: enough that taking one costs nothing, and that no thread waits long
  /// for the last.
  private static let sliceBytes = 4 << 20

  init(_ container: Container, _ looks: [PartLook]) {
    self.container = container
    self.looks = looks
    slices = FrameLook.slices(of: container)
    state = Mutex(State(result: FrameLookResult(looks, container)))
  }

  /// The most threads that find work.
  var sliceCount: Int { slices.count }

  /// Looks at slices until none is left. Called by each thread with a worker of its own.
  func run(_ worker: inout ChunkWorker, _ memory: FrameBytes, _ cancellation: CancelToken?) {
    while cancellation?.isCancelled != true, let index = take() {
      let slice = slices[index]
      let records = container.chunks[slice.part][slice.chunks]
      let outcomes = memory.withBytes { worker.look(at: records, looks[slice.part], in: $0) }
      merge(index, outcomes)
    }
  }

  /// What all threads found, once they are done.
  var result: FrameLookResult { state.withLock { $0.result } }

  private func take() -> Int? {
    state.withLock { state in
      guard state.nextToTake < slices.count else { return nil }
      defer { state.nextToTake += 1 }
      return state.nextToTake
    }
  }

  private func merge(_ index: Int, _ outcomes: [ChunkWorker.Outcome]) {
    state.withLock { state in
      state.waiting[index] = outcomes
      while let next = state.waiting.removeValue(forKey: state.nextToMerge) {
        state.result.merge(next, part: slices[state.nextToMerge].part)
        state.nextToMerge += 1
      }
    }
  }

  private static func slices(of container: Container) -> [Slice] {
    var slices: [Slice] = []
    for (part, chunks) in container.chunks.enumerated() where !chunks.isEmpty {
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

  init(_ looks: [PartLook], _ container: Container) {
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
