import FrameEngine

/// C3: waiting for runs that were at work when tombstones came, and fencing those that are dead.
extension Collector {
  /// Every lease, with the run it belongs to. One that cannot be read stops the collection: the
  /// run behind it may need anything.
  func leases() throws(RepositoryError) -> [(run: RunID, record: LeaseRecord)] {
    var leases = [(run: RunID, record: LeaseRecord)]()
    for object in try repository.list("leases/") {
      guard let run = RunID(hex: object.name.dropFirst("leases/".count)) else { continue }
      // Gone since it was listed: its run has ended.
      guard let body = try repository.record(object.name, kind: .lease) else { continue }
      let record = try parsing(object.name) { () throws(FormatError) in
        try LeaseRecord(decoding: body.rawBytes)
      }
      leases.append((run, record))
    }
    return leases
  }

  /// Whether a run has ended: a writer by its reference, a reader also by its lease being gone.
  private func hasEnded(_ run: RunID) throws(RepositoryError) -> Bool {
    if try repository.record(Repository.forgottenName(run), kind: .forgotten) != nil { return true }
    return try repository.reference(run) != nil
  }

  /// Waits until every run that began before `generation` has ended. `false` when patience is at
  /// an end.
  mutating func waitForRuns(
    before generation: UInt64, own: Run
  ) throws(RepositoryError) -> Bool {
    let start = clock.monotonic()
    while true {
      try cancellation.check()
      try own.renew()
      var waiting = [String]()
      for (run, lease) in try leases() where lease.generation < generation && run != own.id {
        if try hasEnded(run) { continue }
        if try isDead(run, lease) {
          try fence(run)
        } else {
          waiting.append("\(lease.work) on \(lease.host), process \(lease.process), \(run.short)")
        }
      }
      summary.waitingFor = waiting
      if waiting.isEmpty { return true }
      if clock.monotonic() - start >= options.patience { return false }
      clock.sleep(nanoseconds: 250_000_000)
    }
  }

  /// What runs that have not ended read from. A run that ended left a lease only because it was
  /// killed, and needs nothing.
  func livingPins() throws(RepositoryError) -> [Digest] {
    var pins = [Digest]()
    for (run, lease) in try leases() where try !hasEnded(run) { pins += lease.pins }
    return pins
  }

  /// Removes the leases of runs that have ended, and fences off runs that are dead: what a killed
  /// run wrote can be given back only then.
  func tendLeases(own: Run) throws(RepositoryError) {
    let watches = try repository.list("watch/").map(\.name)
    let leases = try leases()
    for (run, lease) in leases where run != own.id {
      if try hasEnded(run) {
        try repository.delete(Run.leaseName(run))
      } else if try isDead(run, lease) {
        try fence(run)
      }
    }
    let watched = Set(leases.map { watchName($0.run) })
    for watch in watches where !watched.contains(watch) { try repository.delete(watch) }
  }

  /// Takes a run for dead: it can commit nothing from now on.
  private func fence(_ run: RunID) throws(RepositoryError) {
    _ = try repository.create(
      Repository.referenceName(run), kind: .reference,
      body: ReferenceRecord.void(time: clock.now(), reason: "no sign of life").encoded)
    if case .void = try repository.reference(run) {
      try repository.delete(Repository.referenceCopyName(run))
    }
    try repository.delete(Run.leaseName(run))
    try repository.delete(watchName(run))
  }

  /// Whether the process is surely gone, or its heartbeat has stood still for the whole silence.
  /// The watch remembers between collections since when a heartbeat stands.
  private func isDead(_ run: RunID, _ lease: LeaseRecord) throws(RepositoryError) -> Bool {
    if host.knowsDead(lease) { return true }
    let now = clock.now()
    let name = watchName(run)
    if let body = try repository.record(name, kind: .watch) {
      let seen = try parsing(name) { () throws(FormatError) in
        try WatchRecord(decoding: body.rawBytes)
      }
      if seen.heartbeat == lease.heartbeat {
        return now.seconds - seen.since.seconds > options.silence
      }
    }
    let watch = WatchRecord(heartbeat: lease.heartbeat, since: now)
    try repository.replace(name, kind: .watch, body: watch.encoded)
    return false
  }

  private func watchName(_ run: RunID) -> String { "watch/\(run)" }

  /// The owners of packs that have ended. An owner with neither lease nor reference lost its lease
  /// by hand: it is fenced off here, so that it can never commit.
  func endedOwners(of known: KnownChunks) throws(RepositoryError) -> Set<RunID> {
    // Leases first: one that is gone had its reference before, and that is seen below.
    let living = Set(try leases().map(\.run))
    var ended = Set<RunID>()
    for run in Set(known.packs().map(\.name.run)).sorted() {
      if try hasEnded(run) {
        ended.insert(run)
      } else if !living.contains(run), !options.isDryRun {
        try fence(run)
        ended.insert(run)
      }
    }
    return ended
  }

  /// Removes marks that nothing needs any more: ends of runs that own no pack and generations
  /// before the newest, each after 30 days, when nobody can still be at work on them.
  func sweepMarks() throws(RepositoryError) {
    let packs = Set(try repository.list("packs/").compactMap { PackName(object: $0.name) })
    let owners = Set(packs.map(\.run))
    try sweepEnds(owners)
    try sweepCopies(of: packs)
    try repository.removeAbandoned(before: clock.now())
    for (generation, hasVerdict) in try repository.generations().dropLast() where hasVerdict {
      // A verdict goes last and late: while it stands, no slow collector can give another, and
      // nobody borrows from what it deletes.
      try repository.delete(Repository.tombstoneName(generation))
      guard let verdict = try repository.verdict(generation), isOld(verdict.time),
        packs.isDisjoint(with: verdict.deleted)
      else { continue }
      try repository.delete(Repository.verdictName(generation))
    }
  }

  private func sweepEnds(_ owners: Set<RunID>) throws(RepositoryError) {
    for object in try repository.list("refs/") {
      guard let run = RunID(hex: object.name.dropFirst("refs/".count)), !owners.contains(run),
        case .void(let time, _) = try repository.reference(run), isOld(time)
      else { continue }
      try repository.delete(object.name)
    }
    for object in try repository.list("forgotten/") {
      guard let run = RunID(hex: object.name.dropFirst("forgotten/".count)), !owners.contains(run),
        let body = try repository.record(object.name, kind: .forgotten)
      else { continue }
      let mark = try parsing(object.name) { () throws(FormatError) in
        try ForgottenRecord(decoding: body.rawBytes)
      }
      guard isOld(mark.time) else { continue }
      // Whoever forgot it may have been killed in between: the reference goes first, or the
      // snapshot would stand again.
      try repository.delete(Repository.referenceName(run))
      try repository.delete(object.name)
    }
  }

  /// Removes copies whose originals are gone, or never came to be: those of runs at work are left
  /// alone, since a copy is written before its original.
  private func sweepCopies(of packs: Set<PackName>) throws(RepositoryError) {
    let copies = try repository.list("copies/packs/") + repository.list("copies/refs/")
    let living = Set(try leases().map(\.run))
    let references = Set(try repository.list("refs/").map(\.name))
    for copy in copies {
      let original = String(copy.name.dropFirst("copies/".count))
      if let pack = PackName(object: original) {
        guard !packs.contains(pack), !living.contains(pack.run) else { continue }
      } else if let run = RunID(hex: original.dropFirst("refs/".count)) {
        guard !references.contains(original), !living.contains(run) else { continue }
      }
      try repository.delete(copy.name)
    }
  }

  private func isOld(_ time: Timestamp) -> Bool {
    clock.now().seconds - time.seconds > 30 * 24 * 3600
  }
}
