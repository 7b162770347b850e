import FrameEngine
import Synchronization
import Testing

@testable import Mover

struct RestoreFolderTests {
  /// The kernel's disk, on which opening a folder ends only when two threads are at it.
  private final class MeetingDisk: KernelDisk {
    private let plain = ThreadDisk()
    private let arrived = Condition(0)

    func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError) -> Handle {
      let handle = try plain.open(name, in: folder, access)
      arrived.withLock { $0 += 1 }
      arrived.broadcast()
      arrived.wait { $0 >= 2 ? () : nil }
      return handle
    }

    func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
  }

  @Test func `Threads that open a folder at once share what stays open`() throws {
    let home = try TemporaryFolder()
    let plain = ThreadDisk()
    try plain.makeFolder("inner", in: home.handle, mode: 0o755)
    let above = RestoreFolder(
      path: "", entry: nil, parent: nil, open: try OpenFolder(at: home.path, on: plain))
    let entry = TreeEntry("inner", .unknown, attributes: [], content: .folder([]))
    let folder = RestoreFolder(path: "inner", entry: entry, parent: above, open: nil)
    let disk = MeetingDisk()
    let handles = Mutex<[Handle]>([])
    runWorkers(count: 2, name: "opener") { _ in
      // As its callers do: the handle alone is kept.
      guard let handle = try? folder.opened(on: disk).handle else { return }
      handles.withLock { $0.append(handle) }
    }
    let all = handles.withLock { $0 }
    #expect(all.count == 2 && Set(all).count == 1)
    #expect(try plain.status(of: all[0]).kind == .folder)
  }
}
