import FrameEngine
import Glibc

/// The whole state of a made-up disk: nodes by inode, and the changes to names that no sync has
/// made durable. A value: a copy is a snapshot.
struct SimulatedFiles {
  /// Why an operation was refused.
  struct Refusal: Error {
    let code: Int32
  }

  /// Changes to names that happen together or not at all: a rename changes two.
  struct NameChange {
    struct Place: Hashable {
      let folder: UInt64
      let name: FileName
    }

    /// Each place with the inode that it leads to afterwards; `nil` for none.
    let places: [(place: Place, inode: UInt64?)]
  }

  static let root: UInt64 = 1

  var nodes: [UInt64: SimulatedNode]
  /// In the order in which they happened.
  var unsynced: [NameChange] = []
  private var lastInode = root
  private var ticks: Int64 = 0

  init() {
    nodes = [
      SimulatedFiles.root: SimulatedNode(
        kind: .folder, mode: 0o755, time: Timestamp(seconds: 0, nanoseconds: 0))
    ]
  }

  /// The next moment of the disk's own clock, a second after the last one.
  mutating func tick() -> Timestamp {
    ticks += 1
    return Timestamp(seconds: ticks, nanoseconds: 0)
  }
}

// Finding.
extension SimulatedFiles {
  /// The node that has an inode; ESTALE if it is gone.
  subscript(_ inode: UInt64) -> SimulatedNode {
    get throws(Refusal) {
      guard let node = nodes[inode] else { throw Refusal(code: ESTALE) }
      return node
    }
  }

  /// The place that a path leads to, from a folder. Links on the way are not followed.
  func place(_ path: FileName, from start: UInt64) throws(Refusal) -> NameChange.Place {
    let slash = UInt8(ascii: "/")
    var folder = path.bytes.first == slash ? SimulatedFiles.root : start
    let parts = path.bytes.split(separator: slash).map { FileName(Array($0)) }
    guard let last = parts.last else { throw Refusal(code: ENOENT) }
    for part in parts.dropLast() where part != "." {
      guard let next = try self[folder].names[part] else { throw Refusal(code: ENOENT) }
      folder = next
      guard try self[folder].kind == .folder else { throw Refusal(code: ENOTDIR) }
    }
    if last.bytes.count > 255 { throw Refusal(code: ENAMETOOLONG) }
    return NameChange.Place(folder: folder, name: last)
  }

  /// The inode that a path leads to.
  func inode(_ path: FileName, from start: UInt64) throws(Refusal) -> UInt64 {
    if path.bytes.allSatisfy({ $0 == UInt8(ascii: "/") }), !path.bytes.isEmpty {
      return SimulatedFiles.root
    }
    let place = try place(path, from: start)
    if place.name == "." { return place.folder }
    guard let inode = try self[place.folder].names[place.name] else { throw Refusal(code: ENOENT) }
    return inode
  }
}

// Changing names.
extension SimulatedFiles {
  /// Makes a node under a free name.
  mutating func make(
    _ path: FileName, from start: UInt64, kind: FileKind, mode: UInt32
  ) throws(Refusal) -> UInt64 {
    let place = try place(path, from: start)
    guard try self[place.folder].names[place.name] == nil else { throw Refusal(code: EEXIST) }
    lastInode += 1
    nodes[lastInode] = SimulatedNode(kind: kind, mode: mode & 0o7777, time: tick())
    change([(place, lastInode)])
    return lastInode
  }

  mutating func link(_ path: FileName, from start: UInt64, to newPath: FileName, _ newStart: UInt64)
    throws(Refusal)
  {
    let inode = try inode(path, from: start)
    let place = try place(newPath, from: newStart)
    guard try self[place.folder].names[place.name] == nil else { throw Refusal(code: EEXIST) }
    guard try self[inode].kind != .folder else { throw Refusal(code: EPERM) }
    nodes[inode]?.linkCount += 1
    change([(place, inode)])
  }

  mutating func rename(
    _ path: FileName, from start: UInt64, to newPath: FileName, _ newStart: UInt64
  ) throws(Refusal) {
    let inode = try inode(path, from: start)
    let old = try place(path, from: start)
    let new = try place(newPath, from: newStart)
    if let replaced = try self[new.folder].names[new.name] {
      if replaced == inode { return }
      try checkReplacement(of: replaced, by: inode)
      nodes[replaced]?.linkCount -= 1
    }
    change([(old, nil), (new, inode)])
  }

  private func checkReplacement(of old: UInt64, by new: UInt64) throws(Refusal) {
    let (old, new) = (try self[old], try self[new])
    if new.kind == .folder, old.kind != .folder { throw Refusal(code: ENOTDIR) }
    if new.kind != .folder, old.kind == .folder { throw Refusal(code: EISDIR) }
    if !old.names.isEmpty { throw Refusal(code: ENOTEMPTY) }
  }

  mutating func remove(_ path: FileName, from start: UInt64, isFolder: Bool) throws(Refusal) {
    let inode = try inode(path, from: start)
    let node = try self[inode]
    if isFolder, node.kind != .folder { throw Refusal(code: ENOTDIR) }
    if !isFolder, node.kind == .folder { throw Refusal(code: EISDIR) }
    if !node.names.isEmpty { throw Refusal(code: ENOTEMPTY) }
    nodes[inode]?.linkCount -= 1
    change([(try place(path, from: start), nil)])
  }

  private mutating func change(_ places: [(NameChange.Place, UInt64?)]) {
    let now = tick()
    for (place, inode) in places {
      nodes[place.folder]?.names[place.name] = inode
      nodes[place.folder]?.modified = now
    }
    unsynced.append(NameChange(places: places.map { (place: $0.0, inode: $0.1) }))
  }
}
