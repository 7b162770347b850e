/// The body of `gc/N`: the packs that generation N condemns.
public struct TombstoneRecord: Hashable, Sendable {
  /// The collecting run.
  public let collector: RunID
  /// When the packs were condemned.
  public let time: Timestamp
  /// Sorted, none twice.
  public let condemned: [PackName]

  /// Tombstones with every field given.
  public init(collector: RunID, time: Timestamp, condemned: [PackName]) {
    self.collector = collector
    self.time = time
    self.condemned = condemned
  }

  /// The body's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 64 + condemned.count * 20)
    writer.append(collector)
    writer.append(time)
    writer.append(packs: condemned)
    return writer.bytes
  }

  /// Reads a body.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    collector = try reader.runID()
    time = try reader.timestamp()
    condemned = try reader.packs()
    try reader.expectEnd()
  }
}

/// The body of `gc/N.result`: what became of the condemned packs. Packs of the generation that are
/// not in `deleted` are kept.
public struct VerdictRecord: Hashable, Sendable {
  /// When the verdict was given; its marks go after 30 days.
  public let time: Timestamp
  /// Sorted, none twice.
  public let deleted: [PackName]

  /// A verdict with every field given.
  public init(time: Timestamp, deleted: [PackName]) {
    self.time = time
    self.deleted = deleted
  }

  /// The body's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 64 + deleted.count * 20)
    writer.append(time)
    writer.append(packs: deleted)
    return writer.bytes
  }

  /// Reads a body.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    time = try reader.timestamp()
    deleted = try reader.packs()
    try reader.expectEnd()
  }
}

/// The body of `forgotten/RID`: since when a snapshot is forgotten. It overrides the reference.
public struct ForgottenRecord: Hashable, Sendable {
  /// When it was forgotten.
  public let time: Timestamp

  /// Forgotten since `time`.
  public init(time: Timestamp) { self.time = time }

  /// The body's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(time)
    return writer.bytes
  }

  /// Reads a body.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    time = try reader.timestamp()
    try reader.expectEnd()
  }
}

/// The body of `watch/RID`: since when a collector sees a run's heartbeat stand still.
public struct WatchRecord: Hashable, Sendable {
  /// The run's heartbeat that stands still.
  public let heartbeat: UInt64
  /// When the collector saw it first, by the collector's clock.
  public let since: Timestamp

  /// A heartbeat seen first at `since`.
  public init(heartbeat: UInt64, since: Timestamp) {
    self.heartbeat = heartbeat
    self.since = since
  }

  /// The body's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(varint: heartbeat)
    writer.append(since)
    return writer.bytes
  }

  /// Reads a body.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    heartbeat = try reader.varint()
    since = try reader.timestamp()
    try reader.expectEnd()
  }
}

extension ByteWriter {
  fileprivate mutating func append(packs: [PackName]) {
    append(varint: UInt64(packs.count))
    for pack in packs { append(pack) }
  }
}

extension ByteReader {
  fileprivate mutating func packs() throws(FormatError) -> [PackName] {
    let total = try count(limit: remaining / 20, "the number of packs")
    var packs = [PackName]()
    packs.reserveCapacity(total)
    for _ in 0..<total {
      let pack = try packName()
      if let last = packs.last, !(last < pack) {
        throw FormatError(.malformed, at: offset, "the packs are not in order")
      }
      packs.append(pack)
    }
    return packs
  }
}
