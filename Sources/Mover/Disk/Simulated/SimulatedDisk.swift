// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

/// A disk made up in memory, which knows what a power cut would leave of it.
///
/// The model is the pessimistic reading of POSIX: data is durable only after a sync of the file,
/// a name only after a sync of its folder; until then each 4 KiB page is old or new on its own,
/// sizes may come before data, and changes to different names may overtake each other. After a
/// failed sync the pages count as clean: only writing them anew brings them to the disk.
///
/// Operations are numbered from 1, so that a test can cut the power after each of them in turn.
/// Time is a count of changes, so two equal runs are equal in everything. Symbolic links on the
/// way to a name are not followed.
public final class SimulatedDisk: Disk {
  struct State {
    var files: SimulatedFiles
    var open: [Int32: UInt64] = [:]
    var lastDescriptor: Int32 = 1000
    var operationCount = 0
    var lastOperation = Int.max
    var failingSyncs: Set<Int> = []
    var ignoredSyncs: Set<FileKind> = []
    var syncCount = 0

    /// The inode that a handle is open on.
    func inode(_ handle: Handle) throws(SimulatedFiles.Refusal) -> UInt64 {
      if handle == .current { return SimulatedFiles.root }
      guard let inode = open[handle.descriptor] else { throw .init(code: EBADF) }
      return inode
    }
  }

  private let state: Condition<State>

  /// An empty disk.
  public convenience init() { self.init(SimulatedFiles()) }

  private init(_ files: SimulatedFiles) { state = Condition(State(files: files)) }

  /// The number of operations so far, refused ones among them.
  public var operationCount: Int { state.withLock { $0.operationCount } }

  /// Cuts the power once `count` operations in all have been done: every later one fails with EIO
  /// and changes nothing.
  public func cutPower(after count: Int) { state.withLock { $0.lastOperation = count } }

  /// Lets the syncs with these numbers (from 1) fail with EIO.
  public func failSyncs(_ numbers: Set<Int>) { state.withLock { $0.failingSyncs = numbers } }

  /// Makes this a disk that lies: syncs of these kinds succeed and do nothing. A rig must notice.
  public func ignoreSyncs(of kinds: Set<FileKind>) { state.withLock { $0.ignoredSyncs = kinds } }

  /// What would be found after a power cut now: one of the possible disks, chosen by the seed.
  /// This disk stays as it is.
  public func afterCrash(seed: UInt64) -> SimulatedDisk {
    var random = SeededGenerator(seed: seed)
    return SimulatedDisk(state.withLock { $0.files.afterCrash(&random) })
  }

  /// Does one numbered operation, unless the power is out.
  func perform<R>(
    _ operation: DiskError.Operation, _ name: FileName = "",
    _ body: (inout State) throws(SimulatedFiles.Refusal) -> R
  ) throws(DiskError) -> R {
    try state.withLock { state throws(DiskError) in
      state.operationCount += 1
      guard state.operationCount <= state.lastOperation else {
        throw DiskError(operation, code: EIO, name: name)
      }
      do throws(SimulatedFiles.Refusal) { return try body(&state) } catch {
        throw DiskError(operation, code: error.code, name: name)
      }
    }
  }
}

extension SimulatedDisk {
  public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    try perform(.open, name) { state throws(SimulatedFiles.Refusal) in
      let start = try state.inode(folder)
      let inode: UInt64
      if case .create(let mode, _) = access {
        inode = try state.files.make(name, from: start, kind: .regular, mode: mode)
      } else {
        inode = try state.files.inode(name, from: start)
        let kind = try state.files[inode].kind
        if kind == .symbolicLink { throw .init(code: ELOOP) }
        if access == .folder, kind != .folder { throw .init(code: ENOTDIR) }
        if case .update = access, kind == .folder { throw .init(code: EISDIR) }
      }
      state.lastDescriptor += 1
      state.open[state.lastDescriptor] = inode
      return Handle(state.lastDescriptor)
    }
  }

  public func close(_ handle: Handle) throws(DiskError) {
    try perform(.close) { state throws(SimulatedFiles.Refusal) in
      _ = try state.inode(handle)
      state.open[handle.descriptor] = nil
    }
  }

  public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    try perform(.status, name) { state throws(SimulatedFiles.Refusal) in
      let inode = try state.files.inode(name, from: try state.inode(folder))
      return try state.files[inode].status(inode: inode)
    }
  }

  public func status(of handle: Handle) throws(DiskError) -> FileStatus {
    try perform(.status) { state throws(SimulatedFiles.Refusal) in
      let inode = try state.inode(handle)
      return try state.files[inode].status(inode: inode)
    }
  }

  public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    try perform(.list) { state throws(SimulatedFiles.Refusal) in
      let names = try state.files[try state.inode(folder)].names
      return names.sorted { $0.key < $1.key }.map { name, inode in
        FolderEntry(name: name, kind: state.files.nodes[inode]?.kind, inode: inode)
      }
    }
  }

  public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    FileSystem(magic: 0, isRemote: false)
  }

  public func makeLane() throws(DiskError) -> any Lane { DiskLane(disk: self) }
}
