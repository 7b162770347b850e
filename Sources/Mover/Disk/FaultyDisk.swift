// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

#if FaultInjection
  public import FrameEngine
  import CLinux
  import Glibc
  import Synchronization

  /// A disk on which one numbered operation goes wrong. Builds without the trait FaultInjection
  /// do not have it.
  ///
  /// Every operation has a number, those of batches too, whichever thread makes it. A sweep runs
  /// the same work with the numbers 1, 2, 3 … until a run ends with fewer operations.
  public final class FaultyDisk: Disk {
    private let base: any Disk
    private let fault: Fault?
    private let count = Atomic<Int>(0)

    /// `base` with a fault, or only counting.
    public init(_ base: any Disk, fault: Fault?) {
      self.base = base
      self.fault = fault
    }

    /// `base` with the fault that the environment names; `base` itself if it names none.
    static func decorating(_ base: any Disk) throws(DiskError) -> any Disk {
      guard let value = unsafe getenv("FARMIO_FAULT") else { return base }
      let text = unsafe String(cString: value)
      guard let fault = Fault(text) else {
        throw DiskError(.open, code: EINVAL, name: FileName("FARMIO_FAULT=\(text)"))
      }
      return FaultyDisk(base, fault: fault)
    }

    /// The number of operations so far.
    public var operationCount: Int { count.load(ordering: .relaxed) }

    /// What goes wrong with the operation that is being begun.
    private func nextFault() -> Fault.Kind? {
      let number = count.add(1, ordering: .relaxed).newValue
      return number == fault?.number ? fault?.kind : nil
    }

    private func perform<R>(
      _ operation: DiskError.Operation, _ name: FileName = "", lie: R? = nil,
      undo: (R) -> Void = { _ in }, _ body: () throws(DiskError) -> R
    ) throws(DiskError) -> R {
      switch nextFault() {
      case .error(let code): throw DiskError(operation, code: code, name: name)
      case .lie:
        if let lie { return lie }
        return try body()
      case .late:
        undo(try body())
        throw DiskError(operation, code: EIO, name: name)
      case .killBefore: die()
      case .killAfter:
        _ = try body()
        die()
      case .short, nil: return try body()
      }
    }

    private func die() -> Never {
      _ = farmio_kill(getpid(), SIGKILL)
      fatalError("a killed process goes on")
    }
  }

  extension FaultyDisk {
    public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
      -> Handle
    {
      try perform(.open, name, undo: { self.base.abandon($0) }) { () throws(DiskError) in
        try base.open(name, in: folder, access)
      }
    }

    /// A failed close lets go of the handle all the same, as Linux does.
    public func close(_ handle: Handle) throws(DiskError) {
      let kind = nextFault()
      if kind == .killBefore { die() }
      try base.close(handle)
      switch kind {
      case .error(let code): throw DiskError(.close, code: code)
      case .late: throw DiskError(.close, code: EIO)
      case .killAfter: die()
      case .killBefore, .lie, .short, nil: return
      }
    }

    public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
      throws(DiskError) -> Int
    {
      switch nextFault() {
      case .error(let code): throw DiskError(.read, code: code)
      case .killBefore, .killAfter: die()
      case .late:
        _ = try base.read(handle, at: offset, into: &buffer)
        throw DiskError(.read, code: EIO)
      case .short: return try base.read(handle, at: offset, into: &buffer) / 2
      case .lie, nil: return try base.read(handle, at: offset, into: &buffer)
      }
    }

    public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
      switch nextFault() {
      case .error(let code): throw DiskError(.write, code: code)
      case .killBefore: die()
      case .killAfter:
        try base.write(handle, at: offset, bytes)
        die()
      case .late:
        try base.write(handle, at: offset, bytes)
        throw DiskError(.write, code: EIO)
      case .short:
        try base.write(handle, at: offset, bytes.extracting(0..<bytes.byteCount / 2))
        throw DiskError(.write, code: ENOSPC)
      case .lie: return
      case nil: try base.write(handle, at: offset, bytes)
      }
    }

    public func makeLane() throws(DiskError) -> any Lane { DiskLane(disk: self) }
  }

  // Calls that go wrong as a whole.
  extension FaultyDisk {
    public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
      try perform(.status, name) { () throws(DiskError) in try base.status(of: name, in: folder) }
    }

    public func status(of handle: Handle) throws(DiskError) -> FileStatus {
      try perform(.status) { () throws(DiskError) in try base.status(of: handle) }
    }

    public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
      try perform(.list) { () throws(DiskError) in try base.entries(of: folder) }
    }

    public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
      try perform(.makeFolder, name, lie: ()) { () throws(DiskError) in
        try base.makeFolder(name, in: folder, mode: mode)
      }
    }

    public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
      throws(DiskError)
    {
      try perform(.makeLink, name, lie: ()) { () throws(DiskError) in
        try base.makeSymbolicLink(name, in: folder, to: target)
      }
    }

    public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
      try perform(.readLink, name) { () throws(DiskError) in
        try base.readSymbolicLink(name, in: folder)
      }
    }

    public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
      throws(DiskError)
    {
      try perform(.makeNode, name, lie: ()) { () throws(DiskError) in
        try base.makeNode(name, in: folder, mode: mode, device: device)
      }
    }

    public func link(
      _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
    ) throws(DiskError) {
      try perform(.link, newName, lie: ()) { () throws(DiskError) in
        try base.link(name, in: folder, to: newName, in: newFolder)
      }
    }

    public func rename(
      _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
    ) throws(DiskError) {
      try perform(.rename, newName, lie: ()) { () throws(DiskError) in
        try base.rename(name, in: folder, to: newName, in: newFolder)
      }
    }

    public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
      try perform(.remove, name, lie: ()) { () throws(DiskError) in
        try base.remove(name, in: folder, isFolder: isFolder)
      }
    }

    public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
      try perform(.setSize, lie: ()) { () throws(DiskError) in
        try base.setSize(handle, to: byteCount)
      }
    }

    public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
      try perform(.reserve, lie: ()) { () throws(DiskError) in
        try base.reserve(handle, byteCount: byteCount)
      }
    }

    public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
      -> Range<Int64>?
    {
      try perform(.seek) { () throws(DiskError) in
        try base.nextData(handle, from: offset, size: size)
      }
    }

    public func copyRange(
      from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
      byteCount: Int
    ) throws(DiskError) -> Int {
      try perform(.copy) { () throws(DiskError) in
        try base.copyRange(
          from: source, at: offset, to: target, at: targetOffset, byteCount: byteCount)
      }
    }

    public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool {
      try perform(.clone) { () throws(DiskError) in try base.clone(source, to: target) }
    }

    public func sync(_ handle: Handle) throws(DiskError) {
      try perform(.sync, lie: ()) { () throws(DiskError) in try base.sync(handle) }
    }

    public func syncFileSystem(_ handle: Handle) throws(DiskError) {
      try perform(.sync, lie: ()) { () throws(DiskError) in try base.syncFileSystem(handle) }
    }

    public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
      try perform(.setMode, lie: ()) { () throws(DiskError) in try base.setMode(handle, mode) }
    }

    public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
      throws(DiskError)
    {
      try perform(.setOwner, name, lie: ()) { () throws(DiskError) in
        try base.setOwner(name, in: folder, user: user, group: group)
      }
    }

    public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
      try perform(.setOwner, lie: ()) { () throws(DiskError) in
        try base.setOwner(handle, user: user, group: group)
      }
    }

    public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp) throws(DiskError)
    {
      try perform(.setTimes, name, lie: ()) { () throws(DiskError) in
        try base.setTimes(name, in: folder, modified: modified)
      }
    }

    public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
      try perform(.setTimes, lie: ()) { () throws(DiskError) in
        try base.setTimes(handle, modified: modified)
      }
    }

    public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] {
      try perform(.attributes) { () throws(DiskError) in try base.attributes(of: handle) }
    }

    public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
      -> [ExtendedAttribute]
    {
      try perform(.attributes, name) { () throws(DiskError) in
        try base.attributes(of: name, in: folder)
      }
    }

    public func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
      try perform(.setAttribute, lie: ()) { () throws(DiskError) in
        try base.setAttribute(handle, attribute)
      }
    }

    public func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
      throws(DiskError)
    {
      try perform(.setAttribute, name, lie: ()) { () throws(DiskError) in
        try base.setAttribute(name, in: folder, attribute)
      }
    }

    public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
      try perform(.fileSystem) { () throws(DiskError) in try base.fileSystem(of: handle) }
    }
  }
#endif
