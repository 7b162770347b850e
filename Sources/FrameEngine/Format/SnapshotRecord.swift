/// A snapshot: when, where and of what it was made, and the pages of its top folder.
public struct SnapshotRecord: Hashable, Sendable {
  /// When the backup began.
  public var time: Timestamp
  /// The machine that made it, or the name it was told to go by.
  public var host: String
  /// Who ran the backup.
  public var user: String
  /// The program and version that wrote it.
  public var program: String
  /// Words that people gave it, each at most 4,096 bytes.
  public var tags: [String]
  /// The absolute paths that were backed up, as given.
  public var paths: [FileName]
  /// The snapshot that unchanged files were taken from.
  public var parent: RunID?
  /// The top folder: one entry for each path.
  public var pages: [Digest]
  /// What the backup saw and did.
  public var statistics: Statistics

  /// What the backup saw and did.
  public struct Statistics: Hashable, Sendable {
    /// Regular files.
    public var files: UInt64 = 0
    /// Folders, those of the paths themselves included.
    public var folders: UInt64 = 0
    /// Links, devices, FIFOs, sockets.
    public var others: UInt64 = 0
    /// Bytes of all regular files.
    public var bytes: UInt64 = 0
    /// Files taken from the parent without being read.
    public var unchangedFiles: UInt64 = 0
    /// Bytes read.
    public var readBytes: UInt64 = 0
    /// Plain bytes of chunks that the repository did not have.
    public var newBytes: UInt64 = 0
    /// Bytes added to the repository.
    public var storedBytes: UInt64 = 0
    /// Files that could not be read, or kept changing: they are not in the snapshot.
    public var failures: UInt64 = 0
    /// Wall time in nanoseconds.
    public var nanoseconds: UInt64 = 0

    /// All zero.
    public init() {}
  }

  /// A snapshot with every field given.
  public init(
    time: Timestamp, host: String, user: String, program: String, tags: [String],
    paths: [FileName], parent: RunID?, pages: [Digest], statistics: Statistics
  ) {
    self.time = time
    self.host = host
    self.user = user
    self.program = program
    self.tags = tags
    self.paths = paths
    self.parent = parent
    self.pages = pages
    self.statistics = statistics
  }
}

/// The body of `refs/RID`: how a run ended.
public enum ReferenceRecord: Hashable, Sendable {
  /// It committed this snapshot.
  case snapshot(SnapshotRecord)
  /// It ended without a snapshot, or was fenced off; since when, and why.
  case void(time: Timestamp, reason: String)

  /// The body's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 512)
    switch self {
    case .void(let time, let reason):
      writer.append(UInt8(0))
      writer.append(time)
      writer.append(text: reason)
    case .snapshot(let snapshot):
      writer.append(UInt8(1))
      snapshot.append(to: &writer)
    }
    return writer.bytes
  }

  /// Reads a body.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    let tag = try reader.u8()
    switch tag {
    case 0: self = .void(time: try reader.timestamp(), reason: try reader.text())
    case 1: self = .snapshot(try SnapshotRecord.read(&reader))
    default: throw FormatError(.newer, at: 0, "reference form \(tag) is not known")
    }
    try reader.expectEnd()
  }
}

extension SnapshotRecord {
  fileprivate func append(to writer: inout ByteWriter) {
    writer.append(time)
    writer.append(text: host)
    writer.append(text: user)
    writer.append(text: program)
    writer.append(varint: UInt64(tags.count))
    for tag in tags { writer.append(text: tag) }
    writer.append(varint: UInt64(paths.count))
    for path in paths {
      writer.append(varint: UInt64(path.bytes.count))
      writer.append(contentsOf: path.bytes)
    }
    writer.append(UInt8(parent == nil ? 0 : 1))
    if let parent { writer.append(parent) }
    writer.append(varint: UInt64(pages.count))
    for page in pages { writer.append(page) }
    for counter in statistics.counters { writer.append(varint: counter) }
  }

  fileprivate static func read(_ reader: inout ByteReader) throws(FormatError) -> SnapshotRecord {
    let time = try reader.timestamp()
    let host = try reader.text()
    let user = try reader.text()
    let program = try reader.text()
    var tags = [String]()
    for _ in 0..<(try reader.count(limit: reader.remaining, "the number of tags")) {
      tags.append(try reader.text())
    }
    var paths = [FileName]()
    for _ in 0..<(try reader.count(limit: reader.remaining, "the number of paths")) {
      let count = try reader.count(limit: Limits.pathBytes, "the length of a path")
      paths.append(FileName(try reader.bytes(count)))
    }
    let hasParent = try reader.u8()
    guard hasParent <= 1 else {
      throw FormatError(.malformed, at: reader.offset - 1, "a flag is neither 0 nor 1")
    }
    let parent = hasParent == 0 ? nil : try reader.runID()
    var pages = [Digest]()
    for _ in 0..<(try reader.count(limit: reader.remaining / 32, "the number of pages")) {
      pages.append(try reader.digest())
    }
    var statistics = Statistics()
    try statistics.read(&reader)
    return SnapshotRecord(
      time: time, host: host, user: user, program: program, tags: tags, paths: paths,
      parent: parent, pages: pages, statistics: statistics)
  }
}

extension SnapshotRecord.Statistics {
  fileprivate var counters: [UInt64] {
    [
      files, folders, others, bytes, unchangedFiles, readBytes, newBytes, storedBytes, failures,
      nanoseconds,
    ]
  }

  fileprivate mutating func read(_ reader: inout ByteReader) throws(FormatError) {
    files = try reader.varint()
    folders = try reader.varint()
    others = try reader.varint()
    bytes = try reader.varint()
    unchangedFiles = try reader.varint()
    readBytes = try reader.varint()
    newBytes = try reader.varint()
    storedBytes = try reader.varint()
    failures = try reader.varint()
    nanoseconds = try reader.varint()
  }
}

extension ByteWriter {
  /// Appends the number of UTF-8 bytes, then the bytes.
  mutating func append(text: String) {
    let utf8 = Array(text.utf8)
    append(varint: UInt64(utf8.count))
    append(contentsOf: utf8)
  }
}

extension ByteReader {
  /// A string of at most `Limits.textBytes` UTF-8 bytes.
  mutating func text() throws(FormatError) -> String {
    let start = offset
    let bytes = try bytes(try count(limit: Limits.textBytes, "the length of a text"))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError(.malformed, at: start, "a text is not UTF-8")
    }
    return text
  }
}
