import CLinux
import FrameEngine
import Glibc
import Testing

@testable import Mover

/// What every lane must do, whichever executor is behind it.
@Suite struct LaneTests {
  let folder: TemporaryFolder
  let plain = ThreadDisk()

  init() throws { folder = try TemporaryFolder() }

  /// Every disk that has lanes: one thread, many, the ring, and a ring of depth 2 that must take
  /// large batches in many rounds.
  static let disks: [(String, any Disk)] =
    [
      ("one thread", ThreadDisk()),
      ("eight threads", ThreadDisk(width: 8)),
    ] + ((try? [("ring", RingDisk()), ("narrow ring", RingDisk(depth: 2))]) ?? [])

  private func run(_ operations: [BulkOperation], on disk: any Disk) throws -> Batch {
    var batch = Batch()
    for operation in operations { batch.append(operation) }
    try disk.makeLane().perform(&batch)
    return batch
  }

  @Test(arguments: disks.indices)
  func filesOfManySizesAreLoaded(_ number: Int) throws {
    let disk = LaneTests.disks[number].1
    let sizes = [0, 1, 100, 4095, 4096, 4097, 8192, 12_288, 65_535, 65_536, 65_537, 200_000]
    for size in sizes {
      try plain.makeFile(FileName("f\(size)"), in: folder.handle, pattern(size))
    }
    for _ in 0..<3 {
      let buffers = sizes.map { _ in Memory(count: 65_536) }
      let batch = try run(
        zip(sizes, buffers).map { size, buffer in
          unsafe .load(FileName("f\(size)"), in: folder.handle, into: buffer.bytes)
        }, on: disk)
      for (index, size) in sizes.enumerated() {
        #expect(try batch.results[index].get() == min(size, 65_536))
        #expect(buffers[index].array(min(size, 65_536)) == pattern(min(size, 65_536)))
      }
    }
  }

  @Test(arguments: disks.indices)
  func eachOperationTellsItsOwnFailure(_ number: Int) throws {
    let disk = LaneTests.disks[number].1
    try plain.makeFile("good", in: folder.handle, [1, 2, 3])
    try plain.makeFolder("inner", in: folder.handle, mode: 0o755)
    try plain.makeSymbolicLink("link", in: folder.handle, to: Array("good".utf8))
    let long = FileName([UInt8](repeating: 97, count: 5_000))
    let buffer = Memory(count: 4096)
    let names: [FileName] = ["good", "missing", "inner", "link", long, "good"]
    let batch = try run(
      names.map { unsafe .load($0, in: folder.handle, into: buffer.bytes) }, on: disk)
    #expect(batch.results[0] == .success(3))
    #expect(batch.results[1] == .failure(DiskError(.open, code: ENOENT, name: "missing")))
    #expect(batch.results[2] == .failure(DiskError(.read, code: EISDIR, name: "inner")))
    #expect(batch.results[3] == .failure(DiskError(.open, code: ELOOP, name: "link")))
    #expect(batch.results[4] == .failure(DiskError(.open, code: ENAMETOOLONG, name: long)))
    #expect(batch.results[5] == .success(3))
  }

  @Test(arguments: disks.indices)
  func rangesAreWrittenAndRead(_ number: Int) throws {
    let disk = LaneTests.disks[number].1
    let file = try plain.open("f", in: folder.handle, .create(mode: 0o600))
    let piece = 10_000
    let source = Memory(pattern(piece * 100))
    let writes: [BulkOperation] = (0..<100).map { index in
      unsafe .write(
        file, at: Int64(index * piece),
        from: UnsafeRawBufferPointer(rebasing: source.bytes[index * piece..<(index + 1) * piece]))
    }
    let written = try run(writes.shuffled(), on: disk)
    #expect(written.results.allSatisfy { $0 == .success(piece) })

    let target = Memory(count: piece * 101)
    let reads: [BulkOperation] = (0..<101).map { index in
      unsafe .read(
        file, at: Int64(index * piece),
        into: .init(rebasing: target.bytes[index * piece..<(index + 1) * piece]))
    }
    let read = try run(reads, on: disk)
    #expect(read.results.prefix(100).allSatisfy { $0 == .success(piece) })
    #expect(read.results[100] == .success(0))
    #expect(target.array(piece * 100) == source.array(piece * 100))
    try plain.close(file)
  }

  @Test(arguments: disks.indices)
  func statusesStandBesideTheirResults(_ number: Int) throws {
    let disk = LaneTests.disks[number].1
    for size in 0..<300 {
      try plain.makeFile(FileName("\(size)"), in: folder.handle, pattern(size))
    }
    let batch = try run(
      (0..<301).map { .status(FileName("\($0)"), in: folder.handle) }, on: disk)
    for size in 0..<300 {
      let status = batch.statuses[try batch.results[size].get()]
      #expect(status == (try plain.status(of: FileName("\(size)"), in: folder.handle)))
    }
    #expect(batch.results[300] == .failure(DiskError(.status, code: ENOENT, name: "300")))
  }

  @Test(arguments: disks.indices)
  func aFullDiskIsToldOfTheWrite(_ number: Int) throws {
    let file = try plain.open("/dev/full", in: .current, .update())
    let source = Memory(count: 100)
    let batch = try run(
      [unsafe .write(file, at: 0, from: UnsafeRawBufferPointer(source.bytes))],
      on: LaneTests.disks[number].1)
    #expect(batch.results == [.failure(DiskError(.write, code: ENOSPC))])
    try plain.close(file)
  }

  @Test(arguments: disks.indices)
  func noOperationIsNoWork(_ number: Int) throws {
    #expect(try run([], on: LaneTests.disks[number].1).results.isEmpty)
  }

  @Test func aCancelledLaneStartsNothing() throws {
    try plain.makeFile("f", in: folder.handle, [1])
    let token = CancelToken()
    token.cancel()
    let buffer = Memory(count: 100)
    for disk: any Disk in [
      ThreadDisk(cancellation: token), ThreadDisk(width: 4, cancellation: token),
      try RingDisk(cancellation: token),
    ] {
      let batch = try run(
        (0..<5).map { _ in unsafe .load("f", in: folder.handle, into: buffer.bytes) }, on: disk)
      #expect(batch.results.allSatisfy { $0.failureCode == ECANCELED })
    }
  }
}

/// F_SETLEASE, which is a GNU name.
private let setLease: Int32 = 1024

/// What only the ring does.
@Suite struct RingTests {
  let folder: TemporaryFolder
  let plain = ThreadDisk()

  init() throws { folder = try TemporaryFolder() }

  @Test func aLaneLeavesNoFileOpen() throws {
    try plain.makeFile("f", in: folder.handle, pattern(8192))
    let lane = try RingDisk(depth: 4).makeLane()
    let buffer = Memory(count: 100)
    var batch = Batch()
    for _ in 0..<50 { unsafe batch.append(.load("f", in: folder.handle, into: buffer.bytes)) }
    lane.perform(&batch)
    #expect(batch.results.allSatisfy { $0 == .success(100) })
    // A file that is open for reading cannot be leased for writing: the kernel keeps the count.
    let file = try plain.open("f", in: folder.handle, .update())
    let code = fcntl(file.descriptor, setLease, Int32(F_WRLCK))
    #expect(code == 0)
    try plain.close(file)
  }

  @Test func aLaneGoesFromThreadToThread() throws {
    try plain.makeFile("f", in: folder.handle, [7])
    let lane = LaneBox(try RingDisk().makeLane())
    let buffer = Memory(count: 4096)
    unsafe lane.lane.register([buffer.bytes])
    for _ in 0..<3 {
      let thread = WorkerThread("lane") { [folder] in
        var batch = Batch()
        unsafe batch.append(.load("f", in: folder.handle, into: buffer.bytes))
        lane.lane.perform(&batch)
        #expect(batch.results == [.success(1)])
      }
      thread.join()
    }
  }

  @Test func registeredBuffersReceiveTheSameBytes() throws {
    try plain.makeFile("f", in: folder.handle, pattern(1 << 20))
    let file = try plain.open("f", in: folder.handle, .read(direct: true))
    let lane = try RingDisk().makeLane()
    let buffers = (0..<4).map { _ in Memory(count: 1 << 18) }
    unsafe lane.register(buffers.map { unsafe $0.bytes })
    var batch = Batch()
    for (index, buffer) in buffers.enumerated() {
      unsafe batch.append(.read(file, at: Int64(index) << 18, into: buffer.bytes))
    }
    lane.perform(&batch)
    #expect(batch.results.allSatisfy { $0 == .success(1 << 18) })
    #expect(Array(buffers.map { $0.array(1 << 18) }.joined()) == pattern(1 << 20))
    try plain.close(file)
  }
}

private final class LaneBox: @unchecked Sendable {
  let lane: any Lane
  init(_ lane: any Lane) { self.lane = lane }
}

extension Result where Failure == DiskError {
  /// The kernel's error number; `nil` for a success.
  var failureCode: Int32? {
    if case .failure(let error) = self { error.code } else { nil }
  }
}

/// Bytes that differ from place to place.
func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}
