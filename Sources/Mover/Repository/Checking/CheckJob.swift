import FrameEngine
import Synchronization

/// One check at work.
final class CheckJob {
  let repository: Repository
  let run: Run
  let host: Host
  let clock: any Clock
  let options: Check.Options
  private let cancellation: CancelToken
  private let progress: ProgressCounters
  var outcome = Check.Outcome()
  /// Packs whose ends are whole.
  private var whole: [PackScan.Pack] = []
  /// Packs whose ends are not.
  private var broken: [(name: PackName, size: Int64)] = []
  /// Chunks found damaged in a pack, which count as missing from it.
  private var rotten: [PackName: Set<Digest>] = [:]
  private var indexIsBroken = false

  init(
    _ repository: Repository, run: Run, host: Host, clock: any Clock, options: Check.Options,
    cancellation: CancelToken, progress: ProgressCounters
  ) {
    self.repository = repository
    self.run = run
    self.host = host
    self.clock = clock
    self.options = options
    self.cancellation = cancellation
    self.progress = progress
  }

  func check() throws(RepositoryError) -> Check.Outcome {
    let listed = try repository.list("packs/")
    try checkPackEnds(listed)
    try checkIndex()
    if options.dataShare > 0 { try checkData() }
    try checkPackCopies()
    try checkConfig()
    let snapshots = try checkReferences()
    if options.repairs { try repair() }
    try checkTrees(snapshots)
    return outcome
  }

  // MARK: Packs and index

  private func checkPackEnds(_ listed: [StoredObject]) throws(RepositoryError) {
    for object in listed.sorted(by: { $0.name < $1.name }) {
      try cancellation.check()
      try run.renew()
      guard let name = PackName(object: object.name) else {
        add(.packEnd, object.name, nil, "its name is not that of a pack")
        continue
      }
      outcome.packs += 1
      outcome.bytes += object.size
      do throws(RepositoryError) {
        let part = try repository.packEnd(name, byteCount: object.size)
        let records = try repository.records(of: part, in: object.name)
        whole.append(PackScan.Pack(part: part, records: records))
      } catch {
        guard error.isDamage else { throw error }
        if try isGoing(name) { continue }
        add(.packEnd, object.name, nil, error.reason)
        broken.append((name, object.size))
      }
    }
  }

  /// Every segment must be readable, and agree with the packs it copies. Packs that no segment
  /// lists are no fault: they are found by their own ends.
  private func checkIndex() throws(RepositoryError) {
    let ends = Dictionary(
      whole.map { ($0.part.header.name, $0.part) }, uniquingKeysWith: { first, _ in first })
    for object in try repository.list("index/") {
      let store = repository.store
      let bytes = try storing { () throws(StoreError) in
        try store.get(object.name, limit: Limits.segmentBytes)
      }
      guard let bytes else { continue }
      do throws(RepositoryError) {
        let segment = try parsing(object.name) { () throws(FormatError) in
          try IndexSegment(decoding: bytes.rawBytes)
        }
        for part in segment.parts {
          if let end = ends[part.header.name] {
            guard end == part else {
              throw RepositoryError(
                .damaged, object.name, "its copy of \(part.header.name) differs from the pack")
            }
          } else {
            _ = try repository.records(of: part, in: object.name)
          }
        }
      } catch {
        guard error.isDamage else { throw error }
        add(.index, object.name, nil, error.reason)
        indexIsBroken = true
      }
    }
  }

  /// A metadata pack and its copy are the same bytes. Compared by their ends, or where data is read
  /// by all of it; a copy that differs is written again from a pack that is whole.
  private func checkPackCopies() throws(RepositoryError) {
    for pack in whole where pack.part.header.kind == .metadata && rotten[pack.name] == nil {
      try cancellation.check()
      guard let reason = try repository.copyFault(of: pack, readingData: options.dataShare > 0)
      else { continue }
      if try isGoing(pack.name) { continue }
      if options.repairs { try repository.restoreCopy(of: pack) }
      add(.packEnd, pack.name.copyObject, nil, reason, isRepaired: options.repairs)
    }
  }

  private func checkData() throws(RepositoryError) {
    let chosen = choose(whole)
    let scan = PackScan(
      repository, chosen, run: run, cancellation: cancellation, progress: progress)
    try scan.run(threads: options.threads ?? BackupJob.defaultThreads)
    outcome.readPacks = chosen.count
    outcome.readBytes = chosen.reduce(0) { $0 + Int64($1.part.trailer.packByteCount) }
    let faults = scan.faults()
    let going = faults.isEmpty ? [] : try repository.deletedPacks(readingOnly: true)
    for fault in faults where !going.contains(fault.pack) {
      add(.record, fault.pack.object, fault.byteOffset, fault.reason, record: fault.id)
      if let id = fault.id { rotten[fault.pack, default: []].insert(id) }
    }
  }

  /// Whether a collection is deleting a pack, or was killed while it did: its copy goes first, and
  /// what is missing of it is no damage.
  private func isGoing(_ pack: PackName) throws(RepositoryError) -> Bool {
    try repository.deletedPacks(readingOnly: true).contains(pack)
  }

  /// A share of the packs at random, so that a share every night sees all of them in time.
  private func choose(_ packs: [PackScan.Pack]) -> [PackScan.Pack] {
    guard options.dataShare < 1 else { return packs }
    let count = Int((Double(packs.count) * options.dataShare).rounded(.up))
    return Array(packs.shuffled().prefix(count))
  }

  // MARK: Snapshots

  private func checkTrees(_ snapshots: [Snapshot]) throws(RepositoryError) {
    let known = try KnownChunks(
      repository, avoiding: run.condemned, forReading: true, rotten: rotten)
    outcome.chunks = known.count
    var marking = Marking(repository, known: known, usesOtherPacks: true)
    for snapshot in snapshots {
      try cancellation.check()
      try run.renew()
      try marking.mark(snapshot.record.pages, of: snapshot.id.short)
    }
    try nameBypassed(known)
    guard !marking.missing.isEmpty else { return }
    for fault in marking.missing {
      add(.missing, fault.id.hex, nil, fault.reason)
    }
    try nameFiles(of: snapshots, needing: Set(marking.missing.map(\.id)), known)
  }

  /// Names packs whose metadata another copy made good, unless they were named before.
  private func nameBypassed(_ known: KnownChunks) throws(RepositoryError) {
    let named = Set(outcome.findings.map(\.object))
    for fault in known.bypassed where !named.contains(fault.object) {
      if let pack = PackName(object: fault.object), try isGoing(pack) { continue }
      add(.record, fault.object, nil, fault.reason)
    }
  }

  /// Names every file that needs what is missing.
  private func nameFiles(
    of snapshots: [Snapshot], needing missing: Set<Digest>, _ known: KnownChunks
  ) throws(RepositoryError) {
    var search = DamagedFiles(repository, known: known, missing: missing)
    for snapshot in snapshots {
      for path in try search.paths(in: snapshot) {
        add(.file, "\(snapshot.id.short):\(path)", nil, "it cannot be restored whole")
      }
    }
  }

  // MARK: Repair

  private func repair() throws(RepositoryError) {
    guard !outcome.findings.isEmpty else { return }
    var repair = try Repair(repository, run: run, cancellation: cancellation)
    var retired = [PackName]()
    var lost = [PackName: Set<Digest>]()
    for pack in broken {
      lost[pack.name] = try repair.rescue(pack.name, byteCount: pack.size).lost
      retired.append(pack.name)
    }
    for pack in whole where rotten[pack.name] != nil {
      lost[pack.name] = try repair.rescue(pack).lost
      retired.append(pack.name)
    }
    try repair.finish()
    if !retired.isEmpty {
      var collector = Collector(
        repository, host: host, clock: clock, options: Collector.Options(),
        cancellation: cancellation)
      // Where runs are at work that must end first, the next collection deletes the packs.
      _ = try collector.retire(retired, rotten: rotten, run: run)
      try markRescued(lost)
    } else if indexIsBroken {
      try repository.rewriteIndex(without: [], run: run)
    }
    markRepaired { $0.code == .index }
  }

  /// A fault is mended if every record it cost is whole in a new pack, or was in another all along.
  private func markRescued(_ lost: [PackName: Set<Digest>]) throws(RepositoryError) {
    let known = try KnownChunks(
      repository, avoiding: [], forReading: true,
      rotten: rotten.merging(lost) { $0.union($1) })
    for (pack, ids) in lost {
      var gone = Set<Digest>()
      for id in ids where try !known.contains(id) { gone.insert(id) }
      markRepaired { finding in
        guard finding.object == pack.object else { return false }
        return finding.record.map { !gone.contains($0) } ?? gone.isEmpty
      }
    }
  }

  private func markRepaired(_ matches: (Check.Finding) -> Bool) {
    for index in outcome.findings.indices where matches(outcome.findings[index]) {
      outcome.findings[index].isRepaired = true
    }
  }

  func add(
    _ code: Check.Finding.Code, _ object: String, _ byteOffset: Int?, _ reason: String,
    record: Digest? = nil, isRepaired: Bool = false
  ) {
    progress.errors.add(1, ordering: .relaxed)
    outcome.findings.append(
      Check.Finding(
        code: code, object: object, byteOffset: byteOffset, record: record, reason: reason,
        isRepaired: isRepaired))
  }
}

extension RepositoryError {
  /// Whether bytes are to blame, not a disk or wire that fails.
  var isDamage: Bool {
    switch code {
    case .damaged, .newer, .foreign: true
    default: false
    }
  }
}
