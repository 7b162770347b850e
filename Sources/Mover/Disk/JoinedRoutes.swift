import FrameEngine

// Which disk a name or a handle belongs to.
extension JoinedDisk {
  /// Numbers that each disk beside the machine's has for its handles. No process may have so many
  /// descriptors.
  private static let span: Int32 = 1 << 26

  /// The disk of a handle, and its own number there.
  subscript(handle: Handle) -> (disk: any Disk, inner: Handle) {
    let number = handle.descriptor
    if number < JoinedDisk.span { return (local, handle) }
    let member = members[Int(number / JoinedDisk.span) - 1]
    return (member.disk, Handle(number % JoinedDisk.span))
  }

  /// Where a call with a name goes.
  struct Route {
    let disk: any Disk
    let name: FileName
    let folder: Handle
    /// The name as the caller knows it.
    let outerName: FileName
    /// What is added to the numbers of the disk's handles.
    let offset: Int32

    /// The handle as callers know it.
    func outer(_ handle: Handle) -> Handle {
      if offset == 0 { return handle }
      precondition(handle.descriptor < JoinedDisk.span, "a disk numbers its handles too high")
      return Handle(handle.descriptor + offset)
    }

    /// Runs `body`; a failure is told with the caller's name.
    func told<R>(_ body: () throws(DiskError) -> R) throws(DiskError) -> R {
      do throws(DiskError) {
        return try body()
      } catch {
        throw error.name == name ? error.at(outerName) : error
      }
    }
  }

  /// The route of a name in a folder.
  func route(_ name: FileName, _ folder: Handle) -> Route {
    if folder == .current {
      for index in members.indices {
        if let inside = members[index].inside(name) {
          return Route(
            disk: members[index].disk, name: inside, folder: .current, outerName: name,
            offset: Int32(index + 1) * JoinedDisk.span)
        }
      }
    } else if folder.descriptor >= JoinedDisk.span, name.bytes.first != UInt8(ascii: "/") {
      let (disk, inner) = self[folder]
      return Route(
        disk: disk, name: name, folder: inner, outerName: name,
        offset: folder.descriptor / JoinedDisk.span * JoinedDisk.span)
    }
    let local = folder.descriptor < JoinedDisk.span ? folder : .current
    return Route(disk: self.local, name: name, folder: local, outerName: name, offset: 0)
  }

  /// Runs `body` with what the disk of a name calls it.
  func routed<R>(
    _ name: FileName, _ folder: Handle,
    _ body: (any Disk, FileName, Handle) throws(DiskError) -> R
  ) throws(DiskError) -> R {
    let route = route(name, folder)
    return try route.told { () throws(DiskError) in
      try body(route.disk, route.name, route.folder)
    }
  }
}

extension JoinedDisk.Member {
  /// Whether a path is one of those that the address goes through.
  func isBelow(_ path: FileName) -> Bool {
    let slash = UInt8(ascii: "/")
    guard address.bytes.starts(with: path.bytes) else { return false }
    let rest = address.bytes.dropFirst(path.bytes.count)
    return rest.isEmpty || rest.first == slash || path.bytes.last == slash
  }

  /// What the disk calls a path that begins with its address; `nil` for other paths.
  fileprivate func inside(_ path: FileName) -> FileName? {
    let slash = UInt8(ascii: "/")
    guard path.bytes.starts(with: address.bytes) else { return nil }
    let rest = path.bytes.dropFirst(address.bytes.count)
    if rest.isEmpty { return "/" }
    return rest.first == slash ? FileName(Array(rest)) : nil
  }
}

/// Splits a batch by disk and lets each disk's own lane run its part.
final class JoinedLane: Lane {
  private let disk: JoinedDisk
  private let local: any Lane
  private var others: [Int32: any Lane] = [:]

  init(_ disk: JoinedDisk, _ local: any Lane) {
    self.disk = disk
    self.local = local
  }

  func register(_ buffers: [UnsafeMutableRawBufferPointer]) { unsafe local.register(buffers) }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    var parts: [Int32: (batch: Batch, indices: [Int])] = [:]
    for index in batch.operations.indices {
      let (operation, offset) = route(batch.operations[index])
      parts[offset, default: (Batch(), [])].batch.append(operation)
      parts[offset]!.indices.append(index)
    }
    for (offset, var part) in parts {
      do throws(DiskError) {
        try lane(offset).perform(&part.batch)
      } catch {
        for index in part.indices { batch.finish(index, .failure(error)) }
        continue
      }
      for (index, result) in zip(part.indices, part.batch.results) {
        batch.finish(index, outcome(of: batch.operations[index], result, part.batch))
      }
    }
  }

  private func outcome(
    of operation: BulkOperation, _ result: Result<Int, DiskError>, _ part: Batch
  ) -> BulkOperation.Outcome {
    switch result {
    case .success(let value):
      if case .status = operation { return .status(part.statuses[value]) }
      return .bytes(value)
    case .failure(let error):
      return .failure(error.name.bytes.isEmpty ? error : error.at(operation.name))
    }
  }

  private func lane(_ offset: Int32) throws(DiskError) -> any Lane {
    if offset == 0 { return local }
    if let lane = others[offset] { return lane }
    let lane = try disk[Handle(offset)].disk.makeLane()
    others[offset] = lane
    return lane
  }

  /// An operation in the words of its disk, and what that disk's numbers are raised by.
  private func route(_ operation: BulkOperation) -> (BulkOperation, Int32) {
    switch operation {
    case .load(let name, let folder, let buffer):
      let route = disk.route(name, folder)
      return (unsafe .load(route.name, in: route.folder, into: buffer), route.offset)
    case .status(let name, let folder):
      let route = disk.route(name, folder)
      return (.status(route.name, in: route.folder), route.offset)
    case .read(let handle, let offset, let buffer):
      let inner = disk[handle].inner
      return (
        unsafe .read(inner, at: offset, into: buffer), handle.descriptor - inner.descriptor
      )
    case .write(let handle, let offset, let bytes):
      let inner = disk[handle].inner
      return (
        unsafe .write(inner, at: offset, from: bytes), handle.descriptor - inner.descriptor
      )
    }
  }
}
