import FrameEngine

// The pessimistic reading of POSIX: a file's data is durable only after a sync of the file, a name
// only after a sync of its folder.
extension SimulatedFiles {
  /// Makes a file's data or a folder's names durable.
  mutating func sync(_ inode: UInt64) throws(Refusal) {
    guard try self[inode].kind == .folder else {
      nodes[inode]?.content.sync()
      return
    }
    // A rename between two folders is durable whole, and with it all that it rests on.
    var places: Set<NameChange.Place> = []
    var kept: [NameChange] = []
    var synced: [NameChange] = []
    for change in unsynced.reversed() {
      let touches = change.places.contains { $0.place.folder == inode || places.contains($0.place) }
      if touches {
        places.formUnion(change.places.map(\.place))
        synced.append(change)
      } else {
        kept.append(change)
      }
    }
    unsynced = kept.reversed()
    for change in synced.reversed() { makeDurable(change) }
  }

  /// Makes everything durable.
  mutating func syncAll() {
    for inode in nodes.keys.sorted() { nodes[inode]?.content.sync() }
    for change in unsynced { makeDurable(change) }
    unsynced = []
  }

  private mutating func makeDurable(_ change: NameChange) {
    for (place, inode) in change.places {
      nodes[place.folder]?.durableNames[place.name] = inode
    }
  }

  /// One of the disks that a power cut may leave. Changes to one name keep their order, changes to
  /// different names do not; what no name leads to is gone.
  func afterCrash(_ random: inout SeededGenerator) -> SimulatedFiles {
    var found = self
    var stopped: Set<NameChange.Place> = []
    for change in unsynced {
      let places = change.places.map(\.place)
      if stopped.isDisjoint(with: places), Bool.random(using: &random) {
        found.makeDurable(change)
      } else {
        stopped.formUnion(places)
      }
    }
    found.unsynced = []
    found.keepReachable()
    for inode in found.nodes.keys.sorted() {
      guard let content = found.nodes[inode]?.content else { continue }
      found.nodes[inode]?.content = SimulatedContent(durable: content.afterCrash(&random))
    }
    return found
  }

  /// Keeps what durable names lead to from the root, under these names.
  private mutating func keepReachable() {
    var reached: [UInt64: SimulatedNode] = [:]
    var pending = [SimulatedFiles.root]
    while let inode = pending.popLast() {
      if reached[inode] != nil {
        reached[inode]?.linkCount += 1
        continue
      }
      guard var node = nodes[inode] else { continue }
      node.names = node.durableNames
      node.linkCount = 1
      reached[inode] = node
      pending += node.names.sorted { $0.key < $1.key }.map(\.value)
    }
    nodes = reached
  }
}
