import FrameEngine
import Synchronization

// What the bucket has and the source does not.
extension BucketRun {
  /// Removes it, many at once.
  func removeExtras() {
    let unwanted = objects.extras.map(\.key).filter { !isExcluded($0) && !isUnknown($0) }
    if unwanted.isEmpty { return }
    if options.dryRun {
      for key in unwanted { planned?(.remove, FileName(service.address + key)) }
      return
    }
    let limit = BucketRun.removalLimit
    let groups = stride(from: 0, to: unwanted.count, by: limit).map {
      unwanted[$0..<min($0 + limit, unwanted.count)]
    }
    let next = Atomic<Int>(0)
    runWorkers(count: min(8, groups.count), name: "farmio remove") { _ in
      while goesOn {
        let turn = next.add(1, ordering: .relaxed).oldValue
        guard turn < groups.count else { return }
        remove(Array(groups[turn]))
      }
    }
  }

  private static let removalLimit = 1000

  private func remove(_ keys: [String]) {
    do throws(ServiceError) {
      let failures = try service.remove(keys)
      count { $0.removed += keys.count - failures.count }
      for (key, failure) in failures { fail(self.failure(failure, .remove, key)) }
    } catch {
      fail(failure(error, .remove, keys[0]))
    }
  }

  /// Whether the filter leaves out an object, or a folder above it.
  private func isExcluded(_ key: String) -> Bool {
    if options.filter.isEmpty { return false }
    let slash = UInt8(ascii: "/")
    let isMarker = key.utf8.last == slash
    let parts = Array(key.utf8.dropFirst(ends.prefix.utf8.count)).split(separator: slash)
    var path: FileName = ""
    for (index, part) in parts.enumerated() {
      let name = FileName(Array(part))
      let isFolder = isMarker || index < parts.count - 1
      if options.filter.excludes(name, in: path, isFolder: isFolder) { return true }
      path = path.appending(name)
    }
    return false
  }
}
