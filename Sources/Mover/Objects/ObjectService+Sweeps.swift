/// Work on all objects below a prefix.
extension ObjectService {
  /// Every object whose key begins with `prefix`, in the order of the keys' bytes.
  package func all(_ prefix: String) throws(ServiceError) -> [ObjectInfo] {
    var objects: [ObjectInfo] = []
    var position = ObjectPosition.start
    while true {
      let page = try page(prefix, folded: false, from: position)
      objects += page.objects
      guard let next = page.next else { return objects }
      position = next
    }
  }

  /// Whether there is any object whose key begins with `prefix`.
  package func holdsSome(_ prefix: String) throws(ServiceError) -> Bool {
    let page = try page(prefix, folded: true, from: .start)
    return !page.objects.isEmpty || !page.prefixes.isEmpty
  }

  /// Removes every object whose key begins with `prefix`, until it is cancelled.
  package func removeAll(_ prefix: String, cancel: CancelToken) throws(ServiceError)
    -> ObjectRemoval
  {
    var removal = ObjectRemoval()
    var position = ObjectPosition.start
    while !cancel.isCancelled {
      // Listed behind what was listed before: what stays must not be listed for ever.
      let page = try page(prefix, folded: false, from: position)
      if !page.objects.isEmpty {
        let failures = try remove(page.objects.map(\.key))
        removal.count += page.objects.count - failures.count
        removal.failures += failures
      }
      guard page.next != nil, let last = page.objects.last else { return removal }
      position = .after(last.key)
    }
    return removal
  }
}

/// What became of objects that were to be removed.
package struct ObjectRemoval: Sendable {
  /// Those that are gone.
  package var count = 0
  /// Those that stay.
  package var failures: [(key: String, failure: ServiceError)] = []
}
