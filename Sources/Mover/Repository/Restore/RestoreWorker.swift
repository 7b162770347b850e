import FrameEngine

/// What one thread of a restore owns.
struct RestoreWorker: ~Copyable {
  var reader: ChunkReader
  /// What was fetched from a pack; the next fetch writes over it.
  var fetched = [UInt8](repeating: 0, count: PackRun.readLimit)
  /// What of a large file waits to be written.
  var stretch = Stretch()
  private var scratch: [UInt8] = []
  private var count = 0

  init(_ repository: Repository) { reader = ChunkReader(repository) }

  /// Decodes and proves the record whose payload begins at `offset` of what was fetched.
  mutating func decode(
    _ record: PackRecord, at offset: Int, in pack: PackName
  ) throws(RepositoryError) {
    try RestoreWorker.decode(record, at: offset, of: fetched, in: pack, &reader)
  }

  /// Apart from `self`, whose fetched bytes are read while its reader writes.
  private static func decode(
    _ record: PackRecord, at offset: Int, of fetched: [UInt8], in pack: PackName,
    _ reader: inout ChunkReader
  ) throws(RepositoryError) {
    let payload = fetched.rawBytes.extracting(offset..<offset + Int(record.storedCount))
    try reader.decode(payload, of: record, in: pack, kind: .data)
  }

  /// Reads from an open part; `false` if it ends too early.
  mutating func read(
    _ handle: Handle, at offset: Int64, count: Int, on disk: any Disk
  ) throws(DiskError) -> Bool {
    if scratch.count < count { scratch = [UInt8](repeating: 0, count: max(count, 1 << 20)) }
    self.count = count
    var target = scratch.mutableSpan
    var bytes = unsafe target.mutableBytes
    var exact = bytes._mutatingExtracting(first: count)
    return try disk.read(handle, at: offset, into: &exact) == count
  }

  /// What was read last.
  var readBytes: RawSpan {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(scratch.rawBytes.extracting(first: count), borrowing: self)
    }
  }
}

extension RawSpan {
  /// Whether every byte is zero. Most data says no at the first word.
  var isZero: Bool {
    var offset = 0
    while offset + 8 <= byteCount {
      if unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
      offset += 8
    }
    while offset < byteCount {
      if unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) != 0 { return false }
      offset += 1
    }
    return true
  }
}
