public import FrameEngine

/// A store whose immutable objects are read through a cache on this machine.
///
/// Packs, their copies and index segments never change under their names, so a block that was read
/// once stays right for ever. Everything else (references, leases, listings, sizes) goes through to
/// the place, and so does every write. What is fetched is fetched in whole blocks, neighbours in one
/// request, and once for however many threads ask.
///
/// The cache proves that it gives back what it got; whether that was right is for the reader to
/// prove, who calls `distrust` if it was not.
public final class CachingStore: Store {
  private let base: any Store
  private let cache: BlockCache
  private let repository: RunID
  private let flights = Condition<[Digest: BlockFlight]>([:])

  /// Bytes that one request fetches at most.
  static let requestByteCount = 4 << 20

  /// `base` seen through `cache`; `repository` is the identity of what `base` holds.
  public init(_ base: any Store, cache: BlockCache, repository: RunID) {
    self.base = base
    self.cache = cache
    self.repository = repository
  }

  /// The place, as a person would type it.
  public var place: String { base.place }
  /// The folder of the place itself.
  public var folder: FileIdentity? { base.folder }
  /// Whether the place is far.
  public var isRemote: Bool { base.isRemote }

  /// Whether an object never changes while it has its name.
  static func isImmutable(_ name: String) -> Bool {
    name.hasPrefix("packs/") || name.hasPrefix("index/") || name.hasPrefix("copies/packs/")
  }

  /// Writes to the place.
  public func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) { try base.put(name, bytes) }

  /// Writes to the place.
  public func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    try base.putIfAbsent(name, bytes)
  }

  /// Writes to the place.
  public func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    try base.makeUpload(name)
  }

  /// Writes to the place.
  public func makeUpload(_ name: String, isBulk: Bool) throws(StoreError) -> any Upload {
    try base.makeUpload(name, isBulk: isBulk)
  }

  /// Asks the place.
  public func size(_ name: String) throws(StoreError) -> Int64? { try base.size(name) }

  /// Asks the place.
  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] { try base.list(prefix) }

  /// Removes from the place. What the cache has goes when it has not been used for long.
  public func delete(_ name: String) throws(StoreError) { try base.delete(name) }

  /// Sweeps the place.
  public func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    try base.removeAbandoned(writtenBefore: time)
  }

  /// A whole object: from the cache if it has every block and knows where the object ends.
  public func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    guard CachingStore.isImmutable(name) else { return try base.get(name, limit: limit) }
    let object = CachedObject(repository: repository, name: name)
    if let bytes = cached(object, limit: limit) { return bytes }
    guard let bytes = try base.get(name, limit: limit) else { return nil }
    var start = 0
    while start < bytes.count {
      let end = min(start + CacheBlock.byteCount, bytes.count)
      cache.store(
        object.key(start / CacheBlock.byteCount), bytes.rawBytes.extracting(start..<end),
        objectByteCount: Int64(bytes.count))
      start = end
    }
    return bytes
  }

  private func cached(_ object: CachedObject, limit: Int) -> [UInt8]? {
    var bytes = [UInt8]()
    var block = [UInt8](repeating: 0, count: CacheBlock.byteCount)
    while true {
      var span = block.mutableSpan
      var target = unsafe span.mutableBytes
      let number = bytes.count / CacheBlock.byteCount
      guard let found = cache.read(object.key(number), at: 0, into: &target),
        let size = found.objectByteCount, size <= limit,
        found.count == min(CacheBlock.byteCount, Int(size) - bytes.count)
      else { return nil }
      bytes += block[..<found.count]
      if bytes.count == Int(size) { return bytes }
    }
  }

  /// Fills `buffer` block by block: from the cache, or from the place through the cache.
  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    guard CachingStore.isImmutable(name), offset >= 0 else {
      return try base.read(name, at: offset, into: &buffer)
    }
    let object = CachedObject(repository: repository, name: name)
    let total = buffer.byteCount
    var done = 0
    while done < total {
      let position = Int(offset) + done
      let number = position / CacheBlock.byteCount
      let within = position % CacheBlock.byteCount
      let wanted = min(CacheBlock.byteCount - within, total - done)
      var part = buffer._mutatingExtracting(done..<done + wanted)
      var count = cache.read(object.key(number), at: within, into: &part)?.count
      if count == nil {
        let blocks = (position + total - done - 1) / CacheBlock.byteCount - number + 1
        count = try fetch(object, number, upTo: blocks, at: within, into: &part)
      }
      guard let count else { continue }
      done += count
      if count < wanted { break }
    }
    return done
  }

  /// Drops what the cache has of these bytes; `true` if it had any.
  public func distrust(_ name: String, _ range: Range<Int64>) -> Bool {
    guard CachingStore.isImmutable(name), !range.isEmpty else {
      return base.distrust(name, range)
    }
    let object = CachedObject(repository: repository, name: name)
    let size = Int64(CacheBlock.byteCount)
    var hadAny = base.distrust(name, range)
    for number in range.lowerBound / size...(range.upperBound - 1) / size {
      if cache.remove(object.key(Int(number))) { hadAny = true }
    }
    return hadAny
  }
}

// MARK: Fetching

extension CachingStore {
  /// Copies from a block that the cache lacks, fetched by this thread or by another one. `blocks`:
  /// how many the caller needs from `first` on; those that nobody fetches yet come along. `nil`: the
  /// cache has it by now, look again.
  private func fetch(
    _ object: CachedObject, _ first: Int, upTo blocks: Int, at within: Int,
    into part: inout MutableRawSpan
  ) throws(StoreError) -> Int? {
    let limit = min(blocks, CachingStore.requestByteCount / CacheBlock.byteCount)
    let keys = (0..<limit).map { object.key(first + $0) }
    let (flight, own) = claim(keys)
    if !own.isEmpty {
      // Another thread may have been quicker between the look and the claim.
      if let found = cache.read(keys[0], at: within, into: &part) {
        land(own, keys)
        return found.count
      }
      try fetch(object, first, own, keys)
    }
    return try flight.result(of: flights)?.copy(from: within, into: &part)
  }

  /// The flight of the first block, and those that are the caller's to bring home: none if another
  /// thread brings the first.
  private func claim(_ keys: [Digest]) -> (flight: BlockFlight, own: [BlockFlight]) {
    flights.withLock { flights in
      if let other = flights[keys[0]] { return (other, []) }
      var own = [BlockFlight]()
      for key in keys {
        guard flights[key] == nil else { break }
        let flight = BlockFlight()
        flights[key] = flight
        own.append(flight)
      }
      return (own[0], own)
    }
  }

  /// Fetches neighbouring blocks with one request, hands them out, then keeps them.
  private func fetch(
    _ object: CachedObject, _ first: Int, _ own: [BlockFlight], _ keys: [Digest]
  ) throws(StoreError) {
    defer { land(own, keys) }
    let start = Int64(first) * Int64(CacheBlock.byteCount)
    var bytes = [UInt8](repeating: 0, count: own.count * CacheBlock.byteCount)
    let got: Int
    do throws(StoreError) {
      var span = bytes.mutableSpan
      var target = unsafe span.mutableBytes
      got = try base.read(object.name, at: start, into: &target)
    } catch {
      finish(own) { _ in .failure(error) }
      throw error
    }
    let size = got < bytes.count ? start + Int64(got) : nil
    let fetched = bytes
    finish(own) { index in
      let from = min(index * CacheBlock.byteCount, got)
      let to = min(from + CacheBlock.byteCount, got)
      return .success(FetchedBlock(bytes: fetched, range: from..<to))
    }
    for index in own.indices {
      let from = index * CacheBlock.byteCount
      let to = min(from + CacheBlock.byteCount, got)
      guard from < to else { break }
      cache.store(
        keys[index], fetched.rawBytes.extracting(from..<to), objectByteCount: size)
    }
  }

  private func finish(
    _ own: [BlockFlight], _ result: (Int) -> Result<FetchedBlock, StoreError>
  ) {
    flights.withLock { _ in
      for (index, flight) in own.enumerated() { flight.outcome = result(index).map { $0 } }
    }
    flights.broadcast()
  }

  /// From here on the cache answers. A flight without an outcome was not needed: whoever joined it
  /// looks again.
  private func land(_ own: [BlockFlight], _ keys: [Digest]) {
    flights.withLock { flights in
      for (flight, key) in zip(own, keys) {
        flights[key] = nil
        if flight.outcome == nil { flight.outcome = .success(nil) }
      }
    }
    flights.broadcast()
  }
}

/// A block on its way from the place. Its outcome belongs to the lock of the flights.
private final class BlockFlight: @unchecked Sendable {
  /// `nil` inside: the cache has the block.
  var outcome: Result<FetchedBlock?, StoreError>?

  func result(of flights: Condition<[Digest: BlockFlight]>) throws(StoreError) -> FetchedBlock? {
    try flights.wait { _ in self.outcome }.get()
  }
}

/// What came of a block.
private struct FetchedBlock: Sendable {
  let bytes: [UInt8]
  let range: Range<Int>

  func copy(from within: Int, into part: inout MutableRawSpan) -> Int {
    let start = min(range.lowerBound + within, range.upperBound)
    let count = min(part.byteCount, range.upperBound - start)
    part.copy(bytes.rawBytes.extracting(start..<start + count), to: 0)
    return count
  }
}
