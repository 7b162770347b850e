import FrameEngine

/// Neighbouring records of one pack that are fetched with one read, and what needs them.
struct PackRun: Sendable {
  /// One record, and the numbers of the requests that need it: fetched and decoded once.
  struct Item: Sendable {
    let record: PackRecord
    let requests: [Int]
  }

  let pack: PackName
  /// In pack order.
  let items: [Item]

  /// Bytes of one read.
  static let readLimit = 1 << 20
  /// Bytes between two records that are read rather than skipped.
  static let gapLimit = 64 << 10

  /// Runs for all requests, and the requests whose chunks no pack holds.
  static func plan(
    _ requests: [RestoreWindow.Request], known: KnownChunks
  ) throws(RepositoryError) -> (runs: [PackRun], missing: [Int]) {
    var missing = [Int]()
    var located = [(pack: Int, record: Int, request: Int)]()
    located.reserveCapacity(requests.count)
    for (index, request) in requests.enumerated() {
      if let location = try known.location(request.chunk) {
        located.append((location.pack, location.record, index))
      } else {
        missing.append(index)
      }
    }
    located.sort { ($0.pack, $0.record, $0.request) < ($1.pack, $1.record, $1.request) }
    var planner = Planner()
    var position = 0
    while position < located.count {
      let (pack, number, _) = located[position]
      var needs = [Int]()
      while position < located.count, located[position].pack == pack,
        located[position].record == number
      {
        needs.append(located[position].request)
        position += 1
      }
      let stored = try known.stored(ChunkLocation(pack: pack, record: number))
      planner.add(Item(record: stored.record, requests: needs), of: stored.pack)
    }
    planner.close()
    return (planner.runs, missing)
  }

  /// Joins items, given in pack order, to runs.
  private struct Planner {
    private(set) var runs: [PackRun] = []
    private var pack: PackName?
    private var items: [Item] = []

    mutating func add(_ item: Item, of pack: PackName) {
      if let first = items.first?.record, let last = items.last?.record {
        let end = item.record.payloadOffset + Int(item.record.storedCount)
        let isNear = item.record.payloadOffset - last.endOffset <= PackRun.gapLimit
        let fits = end - first.payloadOffset <= PackRun.readLimit
        if self.pack != pack || !isNear || !fits { close() }
      }
      self.pack = pack
      items.append(item)
    }

    mutating func close() {
      if let pack, !items.isEmpty { runs.append(PackRun(pack: pack, items: items)) }
      items = []
    }
  }
}
