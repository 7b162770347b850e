public import FrameEngine

/// A chunk repository at some store: the small public face over backup, restore and collection.
///
/// Everything in it is immutable and self-describing except leases; the one commit point of a
/// backup is the conditional create of `refs/RID`. Any number of runs, from any machines, may work
/// on one repository at once. `docs/repository-format.md` has every byte.
public final class Repository: Sendable {
  let store: any Store
  /// What the repository says of itself.
  public let config: ConfigRecord
  let keys: RepositoryKeys
  let tuning: RepositoryTuning

  private init(
    store: any Store, config: ConfigRecord, keys: RepositoryKeys, tuning: RepositoryTuning
  ) {
    self.store = store
    self.config = config
    self.keys = keys
    self.tuning = tuning
  }

  /// The place, as a person would type it.
  public var place: String { store.place }

  /// Whether chunks, trees and records are encrypted.
  public var isEncrypted: Bool { keys.isEncrypted }

  /// Makes a repository at an empty place. `chunkClass` nil chooses by the kind of each file.
  public static func create(
    at store: any Store, chunkClass: ChunkClass?, key: RepositoryKey, clock: any Clock
  ) throws(RepositoryError) -> Repository {
    try create(
      at: store, chunkClass: chunkClass, key: key, clock: clock, tuning: RepositoryTuning())
  }

  static func create(
    at store: any Store, chunkClass: ChunkClass?, key: RepositoryKey, clock: any Clock,
    tuning: RepositoryTuning
  ) throws(RepositoryError) -> Repository {
    let secret = tuning.entropy.digest()
    let config = ConfigRecord(
      repository: tuning.entropy.runID(), created: clock.now(), chunkClass: chunkClass,
      secret: try SecretSeal.wrap(secret, key: key))
    let isNew = try storing { () throws(StoreError) -> Bool in
      // A configuration may be lost while its copy opens the repository: packs tell.
      if try store.get(configName, limit: Limits.recordBytes) != nil { return false }
      let used = try store.list("packs/") + store.list("refs/")
      if !used.isEmpty { return false }
      // The copy first: from the moment there is a repository, it has its copy.
      try store.put(configCopyName, config.encoded)
      if try store.putIfAbsent(configName, config.encoded) { return true }
      // Another was made in this moment; the copy has to be that one's.
      if let other = try store.get(configName, limit: Limits.recordBytes) {
        try store.put(configCopyName, other)
      }
      return false
    }
    guard isNew else {
      throw RepositoryError(
        .exists, store.place, "there is a repository already",
        remedy: "use it as it is, or choose another place")
    }
    let keys = RepositoryKeys(secret: secret, isEncrypted: config.isEncrypted)
    return Repository(store: store, config: config, keys: keys, tuning: tuning)
  }

  /// Opens the repository at a place.
  public static func open(
    at store: any Store, key: RepositoryKey
  ) throws(RepositoryError) -> Repository {
    try open(at: store, key: key, tuning: RepositoryTuning())
  }

  static func open(
    at store: any Store, key: RepositoryKey, tuning: RepositoryTuning
  ) throws(RepositoryError) -> Repository {
    guard let config = try readConfig(at: store) else {
      throw RepositoryError(
        .noRepository, store.place, "there is no repository",
        remedy: "make one with: farmio init \(store.place)")
    }
    let secret = try SecretSeal.unwrap(config.secret, key: key, place: store.place)
    let keys = RepositoryKeys(secret: secret, isEncrypted: config.isEncrypted)
    return Repository(store: store, config: config, keys: keys, tuning: tuning)
  }

  /// How the repository at a place keeps its secret; `nil` if there is no repository.
  public static func lock(at store: any Store) throws(RepositoryError) -> ConfigRecord.Secret? {
    try readConfig(at: store)?.secret
  }

  /// The identity of the repository at a place; `nil` if there is none.
  public static func identity(at store: any Store) throws(RepositoryError) -> RunID? {
    try readConfig(at: store)?.repository
  }

  /// The configuration, or if that is damaged or lost its copy; `nil` if there is neither.
  private static func readConfig(
    at store: any Store
  ) throws(RepositoryError) -> ConfigRecord? {
    do throws(RepositoryError) {
      if let config = try readConfig(configName, at: store) { return config }
      return try readConfig(configCopyName, at: store)
    } catch {
      guard error.code == .damaged || error.code == .foreign else { throw error }
      // The fault of the first is the one to tell, whatever is wrong with the copy.
      guard let copy = try? readConfig(configCopyName, at: store) else { throw error }
      return copy
    }
  }

  private static func readConfig(
    _ name: String, at store: any Store
  ) throws(RepositoryError) -> ConfigRecord? {
    let bytes = try storing { () throws(StoreError) in
      try store.get(name, limit: Limits.recordBytes)
    }
    guard let bytes else { return nil }
    return try parsing("\(store.place)/\(name)") { () throws(FormatError) in
      try ConfigRecord(decoding: bytes.rawBytes)
    }
  }

  /// What is wrong with the configuration or its copy; `nil` if nothing is.
  func configFault(_ name: String) throws(RepositoryError) -> String? {
    do throws(RepositoryError) {
      guard let found = try Repository.readConfig(name, at: store) else { return "it is missing" }
      return found == config ? nil : "it is that of another repository"
    } catch {
      guard error.isDamage else { throw error }
      return error.reason
    }
  }

  /// Writes the configuration, as it was read when the repository was opened, again.
  func restoreConfig(_ name: String) throws(RepositoryError) {
    let (store, bytes) = (store, config.encoded)
    try storing { () throws(StoreError) in try store.put(name, bytes) }
  }

  static let configName = "config"
  static let configCopyName = "copies/config"
}

extension ConfigRecord {
  var isEncrypted: Bool {
    if case .open = secret { false } else { true }
  }
}

/// The time of day, passed in so that tests can make it up.
public protocol Clock: Sendable {
  /// Now, in UTC.
  func now() -> Timestamp
  /// Nanoseconds that only ever count up, from no particular start.
  func monotonic() -> UInt64
  /// Waits.
  func sleep(nanoseconds: UInt64)
}
