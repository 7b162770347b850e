import FrameEngine
import Glibc
import Mover

/// `farmio mount`.
enum MountCommand {
  static let folder = Operand<FileName>("DIR", "The folder to show it in, which exists", .folder)
  static let snapshot = Option<SnapshotReference>(
    "snapshot", "s", "SNAP[:PATH]", "Show this snapshot, or a folder of it, alone", .snapshot)
  static let allowOther = Flag(
    "allow-other", nil, "Let other users look, as owners and modes of the files allow")
  static let memory = Option<ByteSize>(
    "memory", nil, "SIZE", "Keep up to SIZE of decoded data in memory (256M)")

  static let spec = CommandSpec(
    "mount", .repository, "Show snapshots as a folder, without restoring them",
    discussion: [
      "Mounts the repository read-only at DIR, by FUSE: each snapshot in a folder of its short id, "
        + "and latest, a link to the newest; or with --snapshot that one alone. Data is fetched "
        + "when it is read, ahead of whoever reads from front to back, and proved before anyone "
        + "sees it. A fault of the network is an I/O error and a line on stderr that names the "
        + "file and the cause; never wrong bytes. Snapshots that are made later do not show.",
      "What comes from a remote place is kept in a cache on this machine, which all farmio "
        + "processes share: FARMIO_CACHE_DIR, or farmio in XDG_CACHE_HOME or ~/.cache. "
        + "FARMIO_CACHE_SIZE limits it (20G; 0 for none).",
      "Runs until the folder is unmounted (fusermount3 -u DIR) or it is interrupted, which unmounts "
        + "it. Meanwhile a prune takes nothing that the mount shows.",
    ],
    operands: [Common.repositoryOperand.spec, folder.spec],
    options: [snapshot.spec, allowOther.spec, memory.spec, Common.cache.spec],
    example: .init(
      command: "farmio mount s3://farm-vault/dragon /mnt/dragon --snapshot latest",
      output: "mounted snapshot 4f1c09d2 at /mnt/dragon; end with: fusermount3 -u /mnt/dragon"),
    exits: [
      .init(.success, "it was mounted, and is unmounted again"),
      .init(.notWell, "what is to be mounted is damaged"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let repository = try session.openRepository(.mounted)
    let folder = session[folder]
    let (mount, what, id) = try makeMount(of: repository, session)
    do throws(CommandError) {
      try show(mount, what, id, of: repository, in: folder, session)
    } catch {
      // The first failure is the one to tell; a reader's lease is found dead by a collection.
      try? mount.close()
      throw error
    }
    try working { () throws(RepositoryError) in try mount.close() }
    session.report.line("unmounted \(folder)")
    return .success
  }

  private static func makeMount(
    of repository: Repository, _ session: Session
  ) throws(CommandError) -> (mount: Mount, what: String, snapshot: RunID?) {
    var options = Mount.Options()
    if let memory = session[memory] {
      guard memory.bytes >= 16 << 20 else {
        throw .usage("--memory is too little to read with", remedy: "Give 16M or more.")
      }
      options.memoryLimit = Int(memory.bytes)
    }
    let report = session.report
    let log: @Sendable (String) -> Void = { report.warning($0) }
    guard let wanted = session[snapshot] else {
      let listing = try session.listing(of: repository)
      guard !listing.snapshots.isEmpty else {
        throw CommandError(
          .usage, at: FileName(repository.place), "", "the repository has no snapshots",
          remedy: "Make one with: farmio backup \(repository.place) PATH")
      }
      let mount = try working { () throws(RepositoryError) in
        try Mount(
          repository, all: listing, options, host: .current(), clock: SystemClock(), log: log)
      }
      return (mount, Wording.count(listing.snapshots.count, "snapshot"), nil)
    }
    let place = try session.place(wanted, of: repository)
    let mount = try working { () throws(RepositoryError) in
      try Mount(
        repository, at: place, options, host: .current(), clock: SystemClock(), log: log)
    }
    let path = place.path.bytes.isEmpty ? "" : ":\(place.path)"
    return (mount, "snapshot \(place.snapshot.id.short)\(path)", place.snapshot.id)
  }

  private static func show(
    _ mount: Mount, _ what: String, _ id: RunID?, of repository: Repository, in folder: FileName,
    _ session: Session
  ) throws(CommandError) {
    try session.interrupt.check()
    var options = MountPoint.Options()
    options.sourceName = repository.place
    options.allowsOthers = session[allowOther]
    if let threads = session.threads { options.threads = threads }
    let point: MountPoint
    do throws(MountPointError) {
      point = try MountPoint(mount, in: folder, options, clock: SystemClock())
    } catch {
      throw CommandError(at: error.folder, "mount there", error.cause, remedy: error.remedy)
    }
    let report = session.report
    report.line("mounted \(what) at \(folder); end with: fusermount3 -u \(folder)")
    report.document {
      $0.path("mounted", folder)
      $0.field("repository", repository.place)
      if let id { $0.field("snapshot", id.hex) }
      $0.field("process", Int(getpid()))
    }
    try report.console.flush()
    point.serve(until: session.interrupt.token)
  }
}
