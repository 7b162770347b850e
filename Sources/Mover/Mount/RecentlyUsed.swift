/// Values by key, up to a total cost: what was used longest ago makes room.
///
/// A use appends to a queue, and eviction skips what was used again since: constant time on average.
struct RecentlyUsed<Key: Hashable, Value> {
  fileprivate struct Item {
    let value: Value
    let cost: Int
    var use: UInt64
  }

  private var items: [Key: Item] = [:]
  private var uses: [(key: Key, use: UInt64)] = []
  private var firstUse = 0
  private var nextUse: UInt64 = 0
  private let costLimit: Int
  /// The cost of all values.
  private(set) var cost = 0

  init(costLimit: Int) { self.costLimit = costLimit }

  var count: Int { items.count }

  /// The value of a key, which counts as a use.
  subscript(key: Key) -> Value? {
    mutating get {
      guard let item = items[key] else { return nil }
      let use = use(key)
      items[key]?.use = use
      return item.value
    }
  }

  /// Whether there is a value; no use.
  func has(_ key: Key) -> Bool { items[key] != nil }

  /// Adds a value, replacing one of this key. A value that costs more than the limit is not kept.
  mutating func insert(_ value: Value, for key: Key, cost: Int) {
    remove(key)
    guard cost <= costLimit else { return }
    self.cost += cost
    let use = use(key)
    items[key] = Item(value: value, cost: cost, use: use)
    while self.cost > costLimit { removeOldest() }
  }

  mutating func remove(_ key: Key) {
    if let item = items.removeValue(forKey: key) { cost -= item.cost }
  }

  mutating func removeAll() {
    items = [:]
    uses = []
    firstUse = 0
    cost = 0
  }

  private mutating func use(_ key: Key) -> UInt64 {
    nextUse += 1
    uses.append((key, nextUse))
    if uses.count - firstUse > 4 * items.count + 64 || firstUse > 4096 { compact() }
    return nextUse
  }

  private mutating func removeOldest() {
    while firstUse < uses.count {
      let (key, use) = uses[firstUse]
      firstUse += 1
      if let item = items[key], item.use == use { return remove(key) }
    }
  }

  /// Forgets uses that a later one of the same key has made void.
  private mutating func compact() {
    let last = nextUse
    uses = uses[firstUse...].filter { $0.use == last || items[$0.key]?.use == $0.use }
    firstUse = 0
  }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
extension RecentlyUsed.Item: Sendable where Key: Sendable, Value: Sendable {}
