import FrameEngine

/// Small records by name: framed, proved, and sealed where the repository is encrypted.
extension Repository {
  func encode(_ body: [UInt8], kind: RecordEnvelope.Kind, name: String) -> [UInt8] {
    var nonce: [UInt8]?
    var stored = body
    if let key = keys.recordKey {
      // Leases are rewritten under one name: a random nonce each time never meets its like.
      let fresh = tuning.entropy.bytes(Seal.nonceByteCount)
      var seal = Seal()
      stored = seal.seal(
        body.rawBytes, key: key, nonce: fresh, associated: Array(name.utf8))
      nonce = fresh
    }
    return RecordEnvelope(kind: kind, nonce: nonce, body: stored)
      .encoded(name: name, key: keys.digest)
  }

  /// The proved body of a record's bytes.
  func decode(
    _ bytes: [UInt8], kind: RecordEnvelope.Kind, name: String
  ) throws(RepositoryError) -> [UInt8] {
    let key = keys.digest
    let envelope = try parsing(name) { () throws(FormatError) in
      try RecordEnvelope(decoding: bytes.rawBytes, name: name, key: key)
    }
    guard envelope.kind == kind, (envelope.nonce != nil) == keys.isEncrypted else {
      throw RepositoryError(.damaged, name, "the record is of another kind than its name says")
    }
    guard let key = keys.recordKey, let nonce = envelope.nonce else { return envelope.body }
    var seal = Seal()
    let plain = seal.open(
      envelope.body.rawBytes, key: key, nonce: nonce, associated: Array(name.utf8))
    guard let plain else {
      throw RepositoryError(.damaged, name, "the record's seal is broken")
    }
    return plain
  }

  /// The proved body of a record; `nil` if there is none of this name.
  func record(
    _ name: String, kind: RecordEnvelope.Kind
  ) throws(RepositoryError) -> [UInt8]? {
    let store = store
    let bytes = try storing { () throws(StoreError) in
      try store.get(name, limit: Limits.recordBytes)
    }
    guard let bytes else { return nil }
    return try decode(bytes, kind: kind, name: name)
  }

  /// Creates a record unless its name is taken.
  func create(
    _ name: String, kind: RecordEnvelope.Kind, body: [UInt8]
  ) throws(RepositoryError) -> Bool {
    let bytes = encode(body, kind: kind, name: name)
    let store = store
    return try storing { () throws(StoreError) in try store.putIfAbsent(name, bytes) }
  }

  /// Writes a record, replacing one of this name.
  func replace(
    _ name: String, kind: RecordEnvelope.Kind, body: [UInt8]
  ) throws(RepositoryError) {
    let bytes = encode(body, kind: kind, name: name)
    let store = store
    try storing { () throws(StoreError) in try store.put(name, bytes) }
  }

  /// Removes what killed writers left, as far as they are surely dead.
  func removeAbandoned(before now: Timestamp) throws(RepositoryError) {
    let dayAgo = Timestamp(seconds: now.seconds - 24 * 3600, nanoseconds: 0)
    let store = store
    _ = try storing { () throws(StoreError) in try store.removeAbandoned(writtenBefore: dayAgo) }
  }

  func delete(_ name: String) throws(RepositoryError) {
    let store = store
    try storing { () throws(StoreError) in try store.delete(name) }
  }

  func list(_ prefix: String) throws(RepositoryError) -> [StoredObject] {
    let store = store
    return try storing { () throws(StoreError) in try store.list(prefix) }
  }
}
