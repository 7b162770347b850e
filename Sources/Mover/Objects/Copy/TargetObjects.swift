import Synchronization

/// What a bucket holds below a prefix, and which of it the source has as well.
final class TargetObjects: Sendable {
  /// Sorted by the bytes of their keys.
  private let infos: [ObjectInfo]
  private let seen: Mutex<[Bool]>

  /// Objects in any order.
  init(_ infos: [ObjectInfo]) {
    let precedes = { (a: ObjectInfo, b: ObjectInfo) in TargetObjects.precedes(a.key, b.key) }
    // Services list in this order, most of them.
    let isSorted = zip(infos, infos.dropFirst()).allSatisfy { !precedes($1, $0) }
    self.infos = isSorted ? infos : infos.sorted(by: precedes)
    seen = Mutex(Array(repeating: false, count: infos.count))
  }

  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  private func lowerBound(_ key: String) -> Int {
    var range = 0..<infos.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if TargetObjects.precedes(infos[middle].key, key) {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }

  /// The object of a key that the source has; `nil` if there is none yet.
  func take(_ key: String) -> ObjectInfo? {
    let index = lowerBound(key)
    guard index < infos.count, infos[index].key.utf8.elementsEqual(key.utf8) else { return nil }
    seen.withLock { $0[index] = true }
    return infos[index]
  }

  /// Whether there is an object of this key.
  func holds(_ key: String) -> Bool {
    let index = lowerBound(key)
    return index < infos.count && infos[index].key.utf8.elementsEqual(key.utf8)
  }

  /// Whether anything lies below a prefix.
  func holdsSome(below prefix: String) -> Bool {
    let index = lowerBound(prefix)
    return index < infos.count && infos[index].key.utf8.starts(with: prefix.utf8)
  }

  /// What nobody has taken.
  var extras: [ObjectInfo] {
    seen.withLock { seen in zip(infos, seen).filter { !$0.1 }.map(\.0) }
  }
}
