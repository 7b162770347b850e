import FrameEngine
import Synchronization
import Testing

@testable import Mover

@Suite struct BackupTests {
  @Test func aTextThatNoReaderAcceptsIsRefused() throws {
    let fixture = try RepositoryFixture()
    try fixture.disk.makeFolders(fixture.source)
    var options = Backup.Options()
    options.paths = [fixture.source]
    options.tags = [String(repeating: "x", count: Limits.textBytes + 1)]
    let backup = Backup(
      into: fixture.repository, from: fixture.disk, host: .unseen("host"), clock: fixture.clock,
      cancellation: CancelToken(), progress: ProgressCounters())
    #expect(throws: RepositoryError.self) { try backup.run(options) }
    options.tags = [String(repeating: "x", count: Limits.textBytes)]
    _ = try backup.run(options)
    #expect(try fixture.repository.snapshots().count == 1)
  }

  @Test func anEmptyFileThatGrowsMeanwhileIsStored() throws {
    let fixture = try RepositoryFixture()
    try fixture.disk.makeFolders(fixture.source)
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    try fixture.disk.makeFile("log", in: handle, [])
    var options = Backup.Options()
    options.paths = [fixture.source.appending("log")]
    let outcome = try Backup(
      into: fixture.repository, from: GrowingDisk("log", in: handle), host: .unseen("host"),
      clock: fixture.clock, cancellation: CancelToken(), progress: ProgressCounters()
    ).run(options)
    let known = try KnownChunks(fixture.repository, avoiding: [], forReading: true)
    #expect(
      try fixture.repository.contents(of: outcome.snapshot, known: known) == ["log": [1, 2, 3]])
  }

  @Test func attributesBeyondTheLimitLeaveTheFolderReadable() throws {
    let fixture = try RepositoryFixture()
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 1)
    try tree.grow(10)
    let outcome = try fixture.backUp(disk: CrowdedDisk())
    #expect(outcome.notes.count > 3)
    let known = try KnownChunks(fixture.repository, avoiding: [], forReading: true)
    _ = try fixture.repository.contents(of: outcome.snapshot, known: known)
  }

  @Test func aParentThatIsForgottenMakesRoomForAnother() throws {
    let fixture = try RepositoryFixture()
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 2)
    try tree.grow(10)
    let first = try fixture.backUp().snapshot
    let second = try fixture.backUp().snapshot
    // Forgotten after it was chosen, before its pin stands.
    let (store, repository, clock) = (fixture.store, fixture.repository, fixture.clock)
    let hooked = HookedStore(store) { (verb, name) throws(StoreError) in
      let isPin = verb == "put" && name.hasPrefix("leases/") && store.names.contains(name)
      guard isPin, store.names.contains("refs/\(second.id)") else { return }
      do throws(RepositoryError) {
        try repository.forgetForTest(second.id, clock: clock)
      } catch {
        throw StoreError(.failed, verb, name, error.description)
      }
    }
    var options = Backup.Options()
    options.paths = [fixture.source]
    let third = try Backup(
      into: Repository.open(at: hooked, key: .none), from: fixture.disk, host: .unseen("host"),
      clock: fixture.clock, cancellation: CancelToken(), progress: ProgressCounters()
    ).run(options)
    #expect(third.snapshot.record.parent == first.id)
    #expect(try !fixture.repository.snapshots().contains { $0.id == second.id })
  }
}

/// Appends to an empty file just after it was looked at for the first time.
private final class GrowingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let name: FileName
  private let folder: Handle
  private let hasGrown = Atomic<Bool>(false)

  init(_ name: FileName, in folder: Handle) {
    self.name = name
    self.folder = folder
  }

  func status(of handle: Handle) throws(DiskError) -> FileStatus {
    let status = try plain.status(of: handle)
    if status.kind == .regular, !hasGrown.exchange(true, ordering: .relaxed) {
      let file = try plain.open(name, in: folder, .update())
      try plain.write(file, at: 0, [1, 2, 3])
      try plain.close(file)
    }
    return status
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}

/// Every file has more attributes than a tree may hold, as XFS allows.
private final class CrowdedDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let attributes = (0..<17).map { number in
    ExtendedAttribute(
      name: Array("user.\(number)".utf8), value: [UInt8](repeating: 1, count: 64 << 10))
  }

  func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] { attributes }
  func attributes(of name: FileName, in folder: Handle) throws(DiskError) -> [ExtendedAttribute] {
    attributes
  }
  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}
