import FrameEngine
import Synchronization

@testable import Mover

/// Two writers, two collectors, a reader, whoever forgets, and time itself, all on one repository
/// in memory, taking turns at every store call. The real backup, restore and collection run; what
/// they read and write on disk lies in a folder of its own.
final class Simulation: Sendable {
  /// What an actor does, over and over.
  enum Role: Sendable {
    case write, collect, restore, forget, passTime
  }

  /// What a seed switches on; all at once would hide deep states.
  struct Plan: Sendable {
    var faults = ActorStore.Faults()
    var jumps = false
    var isEncrypted = false
    var operations = 4
    var lie: ActorStore.Lie?
    var roles: [Role] = [.write, .write, .collect, .collect, .restore, .forget, .passTime]

    /// A plan that drops a rule, with the actors that meet it and nothing else going wrong.
    init(lie: ActorStore.Lie) {
      self.lie = lie
      operations = 6
      switch lie {
      case .staleCollections, .hiddenCollections:
        roles = [.write, .write, .collect, .forget]
        faults.stalling = ["put leases/", "create gc/"]
      case .staleReferences:
        roles = [.write, .collect, .restore, .restore, .forget]
        faults.stalling = ["put leases/"]
      case .createReplaces: jumps = true
      }
    }

    /// The plan of a seed.
    init(seed: UInt64) {
      var generator = SeededGenerator(seed: seed ^ 0xFA12)
      if Bool.random(using: &generator) { faults.crashes = .random(in: 1...150, using: &generator) }
      if Bool.random(using: &generator) { faults.failures = .random(in: 1...80, using: &generator) }
      if Bool.random(using: &generator) { faults.stalls = .random(in: 1...200, using: &generator) }
      if Bool.random(using: &generator) { faults.stalling = ["put leases/", "create "] }
      faults.deletesLate = Bool.random(using: &generator)
      jumps = Bool.random(using: &generator)
      isEncrypted = UInt8.random(in: 0..<4, using: &generator) == 0
      operations = .random(in: 2...5, using: &generator)
    }
  }

  private struct Ledger {
    /// What each tag's backup read from the disk.
    var trees: [String: TreeContents] = [:]
    var verified: Set<RunID> = []
    var violations: [String] = []
    var jumps = 0
    var backups = 0
    var collections = 0
    var restores = 0
    var deletedPacks = 0
  }

  let seed: UInt64
  private let plan: Plan
  private let store = MemoryStore()
  private let clock = VirtualClock(seconds: 4_000_000_000)
  private let turnstile: Turnstile
  private let disk = ThreadDisk()
  private let folder: TemporaryFolder
  private let tuning: RepositoryTuning
  private let key: RepositoryKey
  private let direct: Repository
  private let ledger = Mutex(Ledger())

  init(seed: UInt64, plan: Plan) throws {
    self.seed = seed
    self.plan = plan
    turnstile = Turnstile(actors: plan.roles.count, seed: seed)
    folder = try TemporaryFolder(in: "/dev/shm")
    let generator = Mutex(SeededGenerator(seed: seed ^ 0xE47))
    tuning = RepositoryTuning(
      packByteCount: 60_000, cachedRecords: 6,
      entropy: Entropy { count in
        generator.withLock { generator in
          (0..<count).map { _ in .random(in: 0...255, using: &generator) }
        }
      })
    key = plan.isEncrypted ? .keyFile([UInt8](repeating: 7, count: 32)) : .none
    direct = try Repository.create(
      at: store, chunkClass: nil, key: key, clock: clock, tuning: tuning)
  }

  /// What a whole run did, and what was wrong with it.
  struct Report: Sendable {
    let seed: UInt64
    var violations: [String]
    let passes: Int
    let trace: UInt64
    let backups: Int
    let collections: Int
    let restores: Int
    let deletedPacks: Int
  }

  func run() -> Report {
    turnstile.run { actor in
      for operation in 0..<self.plan.operations {
        switch self.plan.roles[actor] {
        case .write: self.backUp(actor, operation)
        case .collect: self.collect(actor)
        case .restore: self.restore(actor, operation)
        case .forget: self.forget(actor)
        case .passTime: self.passTime(actor)
        }
        self.turnstile.pass(actor, for: "next")
      }
    }
    store.catchUp()
    verifyAll("at the end")
    finish()
    return ledger.withLock { ledger in
      Report(
        seed: seed, violations: ledger.violations, passes: turnstile.passes,
        trace: turnstile.trace, backups: ledger.backups, collections: ledger.collections,
        restores: ledger.restores, deletedPacks: ledger.deletedPacks)
    }
  }

  private func violate(_ text: String) { ledger.withLock { $0.violations.append(text) } }

  private func open(_ actor: Int) -> (ActorStore, Repository)? {
    let store = ActorStore(
      store, turnstile: turnstile, actor: actor, faults: plan.faults, lie: lie(of: actor))
    guard let repository = try? Repository.open(at: store, key: key, tuning: tuning) else {
      return nil
    }
    return (store, repository)
  }

  private func lie(of actor: Int) -> ActorStore.Lie? {
    switch (plan.lie, plan.roles[actor]) {
    case (.hiddenCollections, .write), (.staleCollections, .write), (.staleReferences, .restore),
      (.createReplaces, _):
      plan.lie
    default: nil
    }
  }

  /// Whether an operation's failure is explained by what was done to it.
  private func isExcused(_ store: ActorStore, jumpsBefore: Int) -> Bool {
    store.isFaulty || ledger.withLock { $0.jumps } != jumpsBefore
  }

  // MARK: Actors

  private func backUp(_ actor: Int, _ operation: Int) {
    let tag = "\(actor)-\(operation)"
    let source = folder.path.appending(FileName("source\(actor)"))
    let jumps = ledger.withLock { $0.jumps }
    guard let (store, repository) = open(actor) else { return }
    do {
      let tree = try mutate(source)
      ledger.withLock { $0.trees[tag] = tree }
      var options = Backup.Options()
      options.paths = [source]
      options.tags = [tag]
      options.threads = 1
      options.readsAll = turnstile.random(below: 4) == 0
      let outcome = try Backup(
        into: repository, from: disk, host: .unseen("writer\(actor)"), clock: clock,
        cancellation: CancelToken(), progress: ProgressCounters()
      ).run(options)
      if !outcome.failures.isEmpty { violate("backup \(tag): \(outcome.failures)") }
      ledger.withLock { $0.backups += 1 }
    } catch let error as RepositoryError {
      if !isExcused(store, jumpsBefore: jumps) { violate("backup \(tag): \(error)") }
    } catch {
      violate("backup \(tag): \(error)")
    }
  }

  private func collect(_ actor: Int) {
    guard let (store, repository) = open(actor) else { return }
    let jumps = ledger.withLock { $0.jumps }
    var options = Collector.Options()
    options.patience = 2_000_000_000
    options.tolerance = turnstile.random(below: 2) == 0 ? 0 : 0.3
    do {
      let summary = try Collector(
        repository, host: .unseen("collector\(actor)"), clock: clock, options: options,
        cancellation: CancelToken()
      ).collect()
      ledger.withLock { ledger in
        ledger.collections += 1
        ledger.deletedPacks += summary.deletedPacks
      }
    } catch {
      if !isExcused(store, jumpsBefore: jumps) { violate("collection: \(error)") }
    }
    verifyAll("after a collection")
  }

  private func restore(_ actor: Int, _ operation: Int) {
    guard let (store, repository) = open(actor) else { return }
    let jumps = ledger.withLock { $0.jumps }
    do {
      let snapshots = try repository.snapshots()
      guard !snapshots.isEmpty else { return }
      let snapshot = snapshots[Int(turnstile.random(below: UInt64(snapshots.count)))]
      var options = Restore.Options()
      options.target = folder.path.appending(FileName("target\(actor)-\(operation)"))
      options.threads = 1
      let outcome = try Restore(
        from: repository, to: disk, host: .unseen("reader"), clock: clock,
        cancellation: CancelToken(), progress: ProgressCounters()
      ).run(snapshot, options)
      ledger.withLock { $0.restores += 1 }
      guard outcome.failures.isEmpty else {
        if !isExcused(store, jumpsBefore: jumps) { violate("restore: \(outcome.failures)") }
        return
      }
      let found = try diskContents(of: options.target)
      if found != expected(snapshot) { violate("restore of \(snapshot.record.tags): wrong bytes") }
    } catch let error as RepositoryError {
      if error.code != .noSnapshot, !isExcused(store, jumpsBefore: jumps) {
        violate("restore: \(error)")
      }
    } catch {
      violate("restore: \(error)")
    }
  }

  private func forget(_ actor: Int) {
    for _ in 0..<turnstile.random(below: 12) { turnstile.pass(actor, for: "wait") }
    guard let (store, repository) = open(actor) else { return }
    do {
      let snapshots = try repository.snapshots()
      guard !snapshots.isEmpty else { return }
      let snapshot = snapshots[Int(turnstile.random(below: UInt64(snapshots.count)))]
      try repository.forgetForTest(snapshot.id, clock: clock)
    } catch {
      if !store.isFaulty { violate("forget: \(error)") }
    }
  }

  private func passTime(_ actor: Int) {
    for _ in 0..<turnstile.random(below: 40) { turnstile.pass(actor, for: "tick") }
    clock.advance(seconds: 120)
    guard plan.jumps, turnstile.random(below: 3) == 0 else { return }
    clock.advance(seconds: 25 * 3600)
    ledger.withLock { $0.jumps += 1 }
  }

  // MARK: The disk

  private static let files: [FileName] = ["a/1.usda", "a/2.usda", "a/big.exr", "b/3", "b/big.vdb"]

  /// Changes some files; returns what all hold. Bytes come from a small pool, so that writers find
  /// each other's chunks.
  private func mutate(_ source: FileName) throws -> TreeContents {
    var contents = TreeContents()
    try disk.makeFolders(source.appending("a"))
    try disk.makeFolders(source.appending("b"))
    for name in Simulation.files {
      let path = source.appending(name)
      let (parent, base) = path.splittingLast()
      let handle = try disk.open(parent, in: .current, .folder)
      defer { try? disk.close(handle) }
      let isNew = try !disk.entries(of: handle).contains { $0.name == base }
      if isNew || turnstile.random(below: 3) == 0 {
        let isLarge = String(decoding: base.bytes, as: UTF8.self).hasPrefix("big")
        let bytes = Simulation.pool(turnstile.random(below: 5), isLarge ? 40_000 : 500)
        if !isNew { try disk.remove(base, in: handle, isFolder: false) }
        try disk.makeFile(base, in: handle, bytes)
      }
      contents[source.lastComponent.appending(name)] = try disk.contents(of: base, in: handle)
    }
    return contents
  }

  private static func pool(_ number: UInt64, _ count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: number)
    var writer = ByteWriter(capacity: count + 8)
    while writer.count < count { writer.append(generator.next()) }
    return Array(writer.bytes.prefix(count))
  }

  private func diskContents(of target: FileName) throws -> TreeContents {
    var contents = TreeContents()
    var waiting = [FileName("")]
    while let folder = waiting.popLast() {
      let handle = try disk.open(target.appending(folder).appending("."), in: .current, .folder)
      defer { try? disk.close(handle) }
      for entry in try disk.entries(of: handle) {
        let inner = folder.appending(entry.name)
        if entry.kind == .folder {
          waiting.append(inner)
        } else {
          contents[inner] = try disk.contents(of: entry.name, in: handle)
        }
      }
    }
    return contents
  }

  // MARK: The oracle

  private func expected(_ snapshot: Snapshot) -> TreeContents? {
    ledger.withLock { $0.trees[snapshot.record.tags[0]] }
  }

  /// Every snapshot that stands is whole, with the bytes that its backup read.
  private func verifyAll(_ when: String) {
    do {
      let known = try KnownChunks(direct, avoiding: [], forReading: true)
      for snapshot in try direct.snapshots() {
        do {
          if try direct.contents(of: snapshot, known: known) != expected(snapshot) {
            violate("\(when), \(snapshot.record.tags) holds other bytes")
          }
        } catch {
          violate("\(when), \(snapshot.record.tags) is lost: \(error)")
        }
      }
    } catch {
      violate("\(when): \(error)")
    }
  }

  /// Without faults, a few collections leave exactly what is needed.
  private func finish() {
    var options = Collector.Options()
    options.tolerance = 0
    options.patience = 0
    do {
      for _ in 0..<4 {
        clock.advance(seconds: 30 * 3600)
        _ = try Collector(
          direct, host: .unseen("last"), clock: clock, options: options,
          cancellation: CancelToken()
        ).collect()
      }
      verifyAll("after the last collection")
      try verifyTidy()
    } catch {
      violate("the last collection: \(error)")
    }
  }

  private func verifyTidy() throws {
    let known = try KnownChunks(direct, avoiding: [], forReading: true)
    if !known.faults.isEmpty { violate("the last collection left \(known.faults)") }
    var marking = Marking(direct, known: known, usesOtherPacks: false)
    for snapshot in try direct.snapshots() { try marking.mark(snapshot.record.pages, of: "") }
    for (number, pack) in known.packs().enumerated()
    where marking.live.use(ofPack: number).count != pack.recordCount {
      violate(
        "\(pack.name) keeps \(pack.recordCount) records, \(marking.live.use(ofPack: number).count) are needed"
      )
    }
    for name in store.names where name.hasPrefix("leases/") || name.hasPrefix("watch/") {
      violate("\(name) is left behind")
    }
    if try direct.generations().contains(where: { !$0.hasVerdict }) {
      violate("a collection is left open")
    }
  }
}
