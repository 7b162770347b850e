import FrameEngine
import Synchronization

@testable import Mover

/// The shared store as one actor sees it: every call lets others go first, and may fail before or
/// after it took effect, or be the last that the actor ever makes.
final class ActorStore: Store {
  /// A rule that a canary drops, by what the store tells the actor.
  enum Lie: CaseIterable, Sendable {
    /// The second listing of collections shows what the first did.
    case staleCollections
    /// References read once are shown again for the rest of the run.
    case staleReferences
    /// A writer is never shown what is condemned.
    case hiddenCollections
    /// Creating a taken name replaces the object.
    case createReplaces
  }

  /// How the actor's calls go wrong.
  struct Faults: Sendable {
    /// Of 10,000 calls, so many fail; half of them after they took effect.
    var failures: UInt64 = 0
    /// Of 10,000 calls, so many kill the actor.
    var crashes: UInt64 = 0
    /// Of 10,000 calls, so many are held up for long, and half of those that start like `stalling`.
    var stalls: UInt64 = 0
    var stalling: [String] = []
    /// Whether packs that were deleted stay to be seen for a while.
    var deletesLate = false
  }

  private struct State {
    var isDead = false
    var failures = 0
    var collections: [StoredObject]?
    var references: [String: [UInt8]?] = [:]
  }

  let place = "memory"
  private let base: MemoryStore
  private let turnstile: Turnstile
  private let actor: Int
  private let faults: Faults
  private let lie: Lie?
  private let state = Mutex(State())

  init(
    _ base: MemoryStore, turnstile: Turnstile, actor: Int, faults: Faults, lie: Lie? = nil
  ) {
    self.base = base
    self.turnstile = turnstile
    self.actor = actor
    self.faults = faults
    self.lie = lie
  }

  /// Whether the actor was killed.
  var isDead: Bool { state.withLock { $0.isDead } }
  /// Whether a call failed, or the actor was killed.
  var isFaulty: Bool { state.withLock { $0.isDead || $0.failures > 0 } }

  func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    try step("put", name) { () throws(StoreError) in try base.put(name, bytes) }
  }

  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    try step("create", name) { () throws(StoreError) in
      guard lie == .createReplaces else { return try base.putIfAbsent(name, bytes) }
      try base.put(name, bytes)
      return true
    }
  }

  func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    MemoryUpload { [self] (bytes) throws(StoreError) in
      try step("upload", name) { () throws(StoreError) in try base.put(name, bytes) }
    }
  }

  func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    try step("get", name) { () throws(StoreError) in
      if lie == .hiddenCollections, name.hasPrefix("gc/") { return nil }
      guard lie == .staleReferences else { return try base.get(name, limit: limit) }
      if name.hasPrefix("forgotten/") { return nil }
      guard name.hasPrefix("refs/") else { return try base.get(name, limit: limit) }
      if let seen = state.withLock({ $0.references[name] }) { return seen }
      let bytes = try base.get(name, limit: limit)
      state.withLock { $0.references[name] = .some(bytes) }
      return bytes
    }
  }

  func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    try enter("read", name)
    return try base.read(name, at: offset, into: &buffer)
  }

  func size(_ name: String) throws(StoreError) -> Int64? {
    try step("size", name) { () throws(StoreError) in try base.size(name) }
  }

  func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    try step("list", prefix) { () throws(StoreError) in
      if prefix == "gc/", lie == .staleCollections, let seen = state.withLock({ $0.collections }) {
        return seen
      }
      let objects = try base.list(prefix)
      if prefix == "gc/" { state.withLock { $0.collections = objects } }
      return objects
    }
  }

  func delete(_ name: String) throws(StoreError) {
    try step("delete", name) { () throws(StoreError) in
      if faults.deletesLate, name.hasPrefix("packs/") { return base.deleteLater(name) }
      try base.delete(name)
    }
  }

  func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    try base.removeAbandoned(writtenBefore: time)
  }

  private func step<R>(
    _ verb: String, _ name: String, _ body: () throws(StoreError) -> R
  ) throws(StoreError) -> R {
    try enter(verb, name)
    let result = try body()
    if turnstile.random(below: 10_000) < faults.failures / 2 {
      state.withLock { $0.failures += 1 }
      throw StoreError(.failed, verb, name, "the reply was lost")
    }
    return result
  }

  private func enter(_ verb: String, _ name: String) throws(StoreError) {
    guard !isDead else { throw StoreError(.failed, verb, name, "the actor is dead") }
    let call = "\(verb) \(name)"
    let isStalling = faults.stalling.contains { call.hasPrefix($0) }
    if turnstile.random(below: 10_000) < (isStalling ? 5000 : faults.stalls) {
      turnstile.park(actor, passes: Int(turnstile.random(below: 600)))
    }
    turnstile.pass(actor, for: call)
    if faults.deletesLate, turnstile.random(below: 30) == 0 { base.catchUp(1) }
    let fate = turnstile.random(below: 10_000)
    if fate < faults.crashes {
      state.withLock { $0.isDead = true }
      throw StoreError(.failed, verb, name, "the actor was killed")
    }
    if fate < faults.crashes + faults.failures / 2 {
      state.withLock { $0.failures += 1 }
      throw StoreError(.failed, verb, name, "the wire failed")
    }
  }
}
