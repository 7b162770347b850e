@testable import FrameEngine

/// Random values of every record of the repository format, by a seed.
struct FormatSamples {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(below(256)) } }
  mutating func digest() -> Digest { Digest(words: (next(), next(), next(), next() | 1)) }
  mutating func run() -> RunID { RunID(words: (next(), next())) }
  mutating func text() -> String { String("Würfel/böse \n\0ok".prefix(below(17))) }

  mutating func time() -> Timestamp {
    Timestamp(
      seconds: Int64(bitPattern: next()) >> below(60), nanoseconds: UInt32(below(1_000_000_000)))
  }

  mutating func packName() -> PackName { PackName(run: run(), sequence: UInt32(below(1000))) }

  mutating func packNames() -> [PackName] {
    var names = Set<PackName>()
    for _ in 0..<below(20) { names.insert(packName()) }
    return names.sorted()
  }

  mutating func header() -> PackHeader {
    PackHeader(
      name: packName(), kind: below(2) == 0 ? .data : .metadata, isEncrypted: below(2) == 0,
      repository: run())
  }

  mutating func encoding() -> Encoding {
    switch below(3) {
    case 0: .raw
    case 1: .zstd
    default: .shuffled(stride: UInt8(2 + below(62)), delta: below(2) == 0)
    }
  }

  mutating func records(_ count: Int) -> [PackRecord] {
    var end = PackHeader.byteCount
    return (0..<count).map { _ in
      let plain = 1 + below(Limits.chunkBytes)
      let record = PackRecord(
        id: digest(), offset: UInt32(end), storedCount: UInt32(1 + below(min(plain, 500))),
        plainCount: UInt32(plain), encoding: encoding())
      end = record.endOffset
      return record
    }
  }

  /// A pack's end as its writer makes it, with the records it lists.
  mutating func part(key: BLAKE3Key) -> (part: IndexSegment.Part, records: [PackRecord]) {
    let header = header()
    let records = records(1 + below(9))
    let footer = PackFooter(records).encoded(isEncrypted: header.isEncrypted)
    let size = records[records.count - 1].endOffset + footer.count + PackTrailer.byteCount
    let trailer = PackTrailer(
      recordCount: UInt32(records.count), footerByteCount: UInt32(footer.count),
      packByteCount: UInt64(size),
      digest: PackFooter.digest(header: header.encoded, storedFooter: footer, key: key))
    return (IndexSegment.Part(header: header, trailer: trailer, storedFooter: footer), records)
  }

  mutating func segment() -> Segment {
    if below(4) == 0 { return .hole(1 + Int64(next() >> UInt64(2 + below(60)))) }
    let count = 1 + below(Limits.chunkBytes)
    return Segment(
      chunk: digest(), offset: UInt32(below(Limits.chunkBytes - count + 1)), count: Int64(count))
  }

  mutating func entry(_ name: FileName) -> TreeEntry {
    let kinds: [FileKind] = [
      .regular, .folder, .symbolicLink, .fifo, .socket, .characterDevice, .blockDevice,
    ]
    let kind = kinds[below(7)]
    var size: Int64 = 0
    var content = TreeEntry.Content.none
    switch kind {
    case .regular:
      if below(4) == 0 {
        content = .lists((0...below(3)).map { _ in digest() })
        size = 1 + Int64(next() >> 2)
      } else if below(4) > 0 {
        let segments = (0...below(4)).map { _ in segment() }
        if TreeEntry.Content.segments(segments).holds(segments.reduce(0) { $0 &+ $1.count }) {
          content = .segments(segments)
          size = segments.reduce(0) { $0 + $1.count }
        }
      }
    case .folder: content = .folder((0..<below(4)).map { _ in digest() })
    case .symbolicLink: content = .link((0...below(30)).map { _ in UInt8(1 + below(255)) })
    case .characterDevice, .blockDevice: content = .device(next())
    case .fifo, .socket: break
    }
    return TreeEntry(
      name: name, kind: kind, mode: UInt32(below(0o10000)),
      user: UInt32(truncatingIfNeeded: next()),
      group: UInt32(below(70_000)), modified: time(), changed: time(), inode: next(),
      volume: next(), linkCount: UInt32(below(5)), size: size,
      attributes: (0..<below(3)).map { number in
        ExtendedAttribute(name: Array("user.\(number)".utf8), value: bytes(below(40)))
      }, content: content)
  }

  mutating func name() -> FileName {
    FileName((0...below(12)).map { _ in UInt8(0x30 + below(0x50)) })
  }

  mutating func page() -> TreePage {
    var names = Set<FileName>()
    for _ in 0..<below(20) { names.insert(name()) }
    return TreePage(names.sorted().map { entry($0) })
  }

  mutating func config() -> ConfigRecord {
    let sealed = ConfigRecord.Sealed(nonce: bytes(12), ciphertext: bytes(48))
    let secret: ConfigRecord.Secret =
      switch below(3) {
      case 0: .open(digest())
      case 1:
        .passphrase(
          ConfigRecord.PassphraseSeal(
            salt: bytes(16), passes: UInt32(1 + below(64)), memoryKiB: UInt32(8 + below(1 << 20)),
            sealed: sealed))
      default: .keyFile(sealed)
      }
    let classes: [ChunkClass?] = [nil, .k64, .k256]
    return ConfigRecord(
      repository: run(), created: time(), chunkClass: classes[below(3)], secret: secret)
  }

  mutating func lease() -> LeaseRecord {
    LeaseRecord(
      work: [.backup, .restore, .check, .collect, .look][below(5)], host: text(), machine: text(),
      process: next(), processStart: next(), started: time(), generation: next(),
      heartbeat: next(), pins: (0..<below(5)).map { _ in digest() })
  }

  mutating func reference() -> ReferenceRecord {
    guard below(4) > 0 else { return .void(time: time(), reason: text()) }
    var statistics = SnapshotRecord.Statistics()
    statistics.files = next()
    statistics.nanoseconds = next()
    return .snapshot(
      SnapshotRecord(
        time: time(), host: text(), user: text(), program: text(),
        tags: (0..<below(3)).map { _ in text() }, paths: (0..<below(3)).map { _ in name() },
        parent: below(2) == 0 ? nil : run(), pages: (0..<below(4)).map { _ in digest() },
        statistics: statistics))
  }
}
