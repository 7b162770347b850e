import FrameEngine
import Glibc
import Mover
import Synchronization
import Testing

@Suite struct StretchTests {
  /// The kernel's disk, except that it watches writes around the page cache, or refuses them as a
  /// file system does that wants larger pieces.
  private final class WatchedDisk: KernelDisk {
    private let plain = ThreadDisk()
    private let refuses: Bool
    private let state = Mutex((handles: Set<Handle>(), writes: 0, bytes: 0))

    init(refuses: Bool) { self.refuses = refuses }

    /// Writes around the cache, and their bytes.
    var direct: (writes: Int, bytes: Int) { state.withLock { ($0.writes, $0.bytes) } }

    func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError) -> Handle {
      let handle = try plain.open(name, in: folder, access)
      if access == .update(direct: true) { state.withLock { _ = $0.handles.insert(handle) } }
      return handle
    }

    func close(_ handle: Handle) throws(DiskError) {
      state.withLock { _ = $0.handles.remove(handle) }
      try plain.close(handle)
    }

    func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
      let isDirect = state.withLock { state in
        guard state.handles.contains(handle) else { return false }
        state.writes += 1
        state.bytes += bytes.byteCount
        return true
      }
      if isDirect && refuses { throw DiskError(.write, code: EINVAL) }
      try plain.write(handle, at: offset, bytes)
    }

    func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
  }

  @Test(arguments: [false, true])
  func `Large files come back around the page cache, or through it`(refuses: Bool) throws {
    let vault = try ScratchRepository()
    // Sizes that fill no page, the same bytes at two places, and data between holes.
    vault.change(
      """
      head -c 20000123 /dev/urandom > odd; (head -c 777 /dev/urandom; cat odd; cat odd) > twice
      head -c 9000001 /dev/zero | tr '\\0' a > same; truncate -s 30000000 sparse
      dd if=odd of=sparse bs=4001 count=2500 seek=1501 conv=notrunc status=none
      """)
    let snapshot = try vault.backup()
    let disk = WatchedDisk(refuses: refuses)
    let outcome = try vault.restore(snapshot, to: "out", onto: disk)
    #expect(outcome.faults.isEmpty)
    // Ten of the thirty megabytes of the sparse file are data.
    let script = "diff -r t out && [ $(stat -c %b out/sparse) -lt 30000 ] && echo same"
    #expect(vault.scratch.run(script) == "same\n")
    let direct = disk.direct
    #expect(direct.writes > 0)
    if !refuses { #expect(direct.bytes > 60_000_000 && direct.bytes % 4096 == 0) }
  }
}
