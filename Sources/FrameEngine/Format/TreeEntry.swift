/// One name of a folder in a snapshot: all that is needed to make the file again, and to tell
/// whether the file on disk is still the same.
public struct TreeEntry: Hashable, Sendable {
  /// The name inside its folder.
  public var name: FileName
  /// What kind of file it is.
  public var kind: FileKind
  /// Permission bits with set-user, set-group and sticky: 0o7777.
  public var mode: UInt32
  /// The owner's number.
  public var user: UInt32
  /// The owning group's number.
  public var group: UInt32
  /// When the content last changed; restored.
  public var modified: Timestamp
  /// Change time, inode and volume when it was read: they tell an unchanged file, and names of one
  /// hard-linked file. They are not restored.
  public var changed: Timestamp
  /// The file's number on its volume.
  public var inode: UInt64
  /// The number of the device it lay on.
  public var volume: UInt64
  /// The number of names the file had.
  public var linkCount: UInt32
  /// Bytes of a regular file; 0 for other kinds.
  public var size: Int64
  /// Extended attributes, ACLs among them, sorted by name.
  public var attributes: [ExtendedAttribute]
  /// What it holds; fits its kind and size.
  public var content: Content

  /// What the file holds.
  public enum Content: Hashable, Sendable {
    /// Nothing: an empty file, a FIFO, a socket.
    case none
    /// The bytes of a regular file, in order.
    case segments([Segment])
    /// The bytes of a large regular file: the names of its chunk lists, in order.
    case lists([Digest])
    /// A folder: the names of its pages, in order.
    case folder([Digest])
    /// What a symbolic link holds.
    case link([UInt8])
    /// What device a device file stands for.
    case device(UInt64)
  }

  /// An entry with every field given.
  public init(
    name: FileName, kind: FileKind, mode: UInt32, user: UInt32, group: UInt32,
    modified: Timestamp, changed: Timestamp, inode: UInt64, volume: UInt64, linkCount: UInt32,
    size: Int64, attributes: [ExtendedAttribute], content: Content
  ) {
    self.name = name
    self.kind = kind
    self.mode = mode
    self.user = user
    self.group = group
    self.modified = modified
    self.changed = changed
    self.inode = inode
    self.volume = volume
    self.linkCount = linkCount
    self.size = size
    self.attributes = attributes
    self.content = content
  }
}

/// A run of a file's bytes: part of a chunk, or a hole.
public struct Segment: Hashable, Sendable {
  /// The chunk; `Digest.zero` for a hole, which reads as zeros and takes no space.
  public var chunk: Digest
  /// Where in the chunk's plain bytes the run starts; 0 for a hole.
  public var offset: UInt32
  /// Bytes of the run.
  public var count: Int64

  /// A run of `count` bytes of `chunk` from `offset`.
  public init(chunk: Digest, offset: UInt32, count: Int64) {
    self.chunk = chunk
    self.offset = offset
    self.count = count
  }

  /// A hole of `count` bytes.
  public static func hole(_ count: Int64) -> Segment {
    Segment(chunk: .zero, offset: 0, count: count)
  }

  /// Whether the run is a hole.
  public var isHole: Bool { chunk == .zero }

  func append(to writer: inout ByteWriter) {
    writer.append(chunk)
    writer.append(varint: UInt64(offset))
    writer.append(varint: UInt64(count))
  }

  static func read(_ reader: inout ByteReader) throws(FormatError) -> Segment {
    let start = reader.offset
    let chunk = try reader.digest()
    let offset = try reader.count(limit: Limits.chunkBytes, "the offset in a chunk")
    let count = try reader.count(limit: Int.max, "the length of a segment")
    let isHole = chunk == .zero
    guard count > 0, isHole ? offset == 0 : count <= Limits.chunkBytes - offset else {
      throw FormatError(.malformed, at: start, "a segment lies outside of its chunk")
    }
    return Segment(chunk: chunk, offset: UInt32(offset), count: Int64(count))
  }
}

extension TreeEntry {
  /// Appends the entry in the form that a page holds.
  func append(to writer: inout ByteWriter) {
    writer.append(varint: UInt64(name.bytes.count))
    writer.append(contentsOf: name.bytes)
    writer.append(kind.rawValue)
    writer.append(varint: UInt64(mode))
    writer.append(varint: UInt64(user))
    writer.append(varint: UInt64(group))
    writer.append(modified)
    writer.append(changed)
    writer.append(varint: inode)
    writer.append(varint: volume)
    writer.append(varint: UInt64(linkCount))
    writer.append(varint: UInt64(attributes.count))
    for attribute in attributes {
      writer.append(varint: UInt64(attribute.name.count))
      writer.append(contentsOf: attribute.name)
      writer.append(varint: UInt64(attribute.value.count))
      writer.append(contentsOf: attribute.value)
    }
    writer.append(varint: UInt64(size))
    append(content: content, to: &writer)
  }

  private func append(content: Content, to writer: inout ByteWriter) {
    switch content {
    case .none:
      writer.append(UInt8(0))
    case .segments(let segments):
      writer.append(UInt8(1))
      writer.append(varint: UInt64(segments.count))
      for segment in segments { segment.append(to: &writer) }
    case .lists(let lists):
      writer.append(UInt8(2))
      writer.append(varint: UInt64(lists.count))
      for list in lists { writer.append(list) }
    case .folder(let pages):
      writer.append(UInt8(3))
      writer.append(varint: UInt64(pages.count))
      for page in pages { writer.append(page) }
    case .link(let target):
      writer.append(UInt8(4))
      writer.append(varint: UInt64(target.count))
      writer.append(contentsOf: target)
    case .device(let device):
      writer.append(UInt8(5))
      writer.append(varint: device)
    }
  }

  /// Reads an entry, checking every field against its limit and the content against the kind.
  static func read(_ reader: inout ByteReader) throws(FormatError) -> TreeEntry {
    let start = reader.offset
    let name = try readName(&reader)
    let rawKind = try reader.u8()
    guard let kind = FileKind(rawValue: rawKind) else {
      throw FormatError(.newer, at: reader.offset - 1, "file kind \(rawKind) is not known")
    }
    let mode = try reader.count(limit: 0o7777, "a mode")
    let user = try reader.count(limit: Int(UInt32.max), "a user")
    let group = try reader.count(limit: Int(UInt32.max), "a group")
    let modified = try reader.timestamp()
    let changed = try reader.timestamp()
    let inode = try reader.varint()
    let volume = try reader.varint()
    let linkCount = try reader.count(limit: Int(UInt32.max), "a link count")
    let attributes = try readAttributes(&reader)
    let size = try reader.count(limit: Int.max, "a size")
    let content = try readContent(&reader)
    guard content.fits(kind, size: Int64(size)) else {
      throw FormatError(.malformed, at: start, "the content of an entry does not fit its kind")
    }
    return TreeEntry(
      name: name, kind: kind, mode: UInt32(mode), user: UInt32(user), group: UInt32(group),
      modified: modified, changed: changed, inode: inode, volume: volume,
      linkCount: UInt32(linkCount), size: Int64(size), attributes: attributes, content: content)
  }

  private static func readName(_ reader: inout ByteReader) throws(FormatError) -> FileName {
    let start = reader.offset
    let name = FileName(
      try reader.bytes(try reader.count(limit: Limits.nameBytes, "the length of a name")))
    guard name.isPlain else {
      throw FormatError(.malformed, at: start, "an entry is named \"\(name)\"")
    }
    return name
  }

  private static func readAttributes(
    _ reader: inout ByteReader
  ) throws(FormatError) -> [ExtendedAttribute] {
    let count = try reader.count(limit: reader.remaining / 2, "the number of attributes")
    var attributes = [ExtendedAttribute]()
    var total = 0
    for _ in 0..<count {
      let name = try reader.bytes(try reader.count(limit: Limits.nameBytes, "an attribute's name"))
      let value = try reader.bytes(
        try reader.count(limit: Limits.attributeBytes, "an attribute's value"))
      total += name.count + value.count
      guard total <= Limits.attributesBytes, !name.isEmpty, !name.contains(0) else {
        throw FormatError(.limit, at: reader.offset, "the attributes of an entry")
      }
      attributes.append(ExtendedAttribute(name: name, value: value))
    }
    return attributes
  }

  private static func readContent(_ reader: inout ByteReader) throws(FormatError) -> Content {
    let tag = try reader.u8()
    switch tag {
    case 0:
      return .none
    case 1:
      let count = try reader.count(limit: reader.remaining / 34, "the number of segments")
      var segments = [Segment]()
      segments.reserveCapacity(count)
      for _ in 0..<count { segments.append(try Segment.read(&reader)) }
      return .segments(segments)
    case 2:
      return .lists(try readDigests(&reader))
    case 3:
      return .folder(try readDigests(&reader))
    case 4:
      return .link(try reader.bytes(try reader.count(limit: Limits.pathBytes, "a link's target")))
    case 5:
      return .device(try reader.varint())
    default:
      throw FormatError(.newer, at: reader.offset - 1, "content form \(tag) is not known")
    }
  }

  private static func readDigests(_ reader: inout ByteReader) throws(FormatError) -> [Digest] {
    let count = try reader.count(limit: reader.remaining / 32, "the number of names")
    var digests = [Digest]()
    digests.reserveCapacity(count)
    for _ in 0..<count { digests.append(try reader.digest()) }
    return digests
  }
}

extension TreeEntry.Content {
  /// Whether a file of this kind and size can have this content.
  func fits(_ kind: FileKind, size: Int64) -> Bool {
    switch (kind, self) {
    case (.regular, .none): size == 0
    case (.regular, .segments): holds(size)
    case (.regular, .lists(let lists)): !lists.isEmpty && size > 0
    case (.folder, .folder): size == 0
    case (.symbolicLink, .link(let target)): size == 0 && !target.isEmpty && !target.contains(0)
    case (.characterDevice, .device), (.blockDevice, .device): size == 0
    case (.fifo, .none), (.socket, .none): size == 0
    default: false
    }
  }

  /// Whether these are segments that add up to exactly `size` bytes.
  public func holds(_ size: Int64) -> Bool {
    guard case .segments(let segments) = self else { return false }
    var sum: Int64 = 0
    for segment in segments {
      let (next, overflow) = sum.addingReportingOverflow(segment.count)
      if overflow { return false }
      sum = next
    }
    return sum == size
  }
}

extension FileName {
  /// Whether this can be one name inside a folder: not empty, no slash, no NUL, not `.` or `..`.
  /// A name from outside that fails this could write outside of its target.
  public var isPlain: Bool {
    !bytes.isEmpty && bytes.count <= Limits.nameBytes && bytes != [0x2E] && bytes != [0x2E, 0x2E]
      && !bytes.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  }
}

extension ByteWriter {
  /// Appends seconds as a zigzag varint, then nanoseconds.
  mutating func append(_ time: Timestamp) {
    append(varint: UInt64(bitPattern: (time.seconds << 1) ^ (time.seconds >> 63)))
    append(varint: UInt64(time.nanoseconds))
  }
}

extension ByteReader {
  mutating func timestamp() throws(FormatError) -> Timestamp {
    let zigzag = try varint()
    let seconds = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    let nanoseconds = try count(limit: 999_999_999, "nanoseconds")
    return Timestamp(seconds: seconds, nanoseconds: UInt32(nanoseconds))
  }
}
