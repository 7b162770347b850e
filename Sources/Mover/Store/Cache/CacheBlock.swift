import FrameEngine

/// One block of an object as a file of the cache holds it: a header, then the bytes.
///
/// The header has a checksum for each piece, so that a few bytes are proved without reading the
/// whole block, and the key, so that no block can stand in for another.
struct CacheBlock {
  /// Bytes of an object that one block holds; fewer only at the object's end.
  static let byteCount = 1 << 20
  /// Bytes that are proved together.
  static let pieceByteCount = 64 << 10
  static let headerByteCount = 128

  /// What block it is: the repository, the object, the number.
  let key: Digest
  /// Bytes in this block.
  let count: Int
  /// Bytes of the whole object; `nil` where whoever stored the block did not know.
  let objectByteCount: Int64?
  /// The checksum of each piece.
  let checksums: [UInt32]

  private static let magic: UInt64 = 0x4243_4F49_4D52_4146  // "FARMIOCB"
  private static let version: UInt32 = 1
  private static let pieceCount = byteCount / pieceByteCount

  /// The header of a block that holds `bytes`.
  init(_ key: Digest, _ bytes: RawSpan, objectByteCount: Int64?) {
    precondition(bytes.byteCount <= CacheBlock.byteCount, "a block is too long")
    self.key = key
    count = bytes.byteCount
    self.objectByteCount = objectByteCount
    checksums = (0..<CacheBlock.pieceCount).map { piece in
      CRC32C.checksum(bytes.extracting(CacheBlock.range(ofPiece: piece, in: bytes.byteCount)))
    }
  }

  /// Reads a header; `nil` if it is not that of `key`, or not whole.
  init?(decoding header: [UInt8], of key: Digest) {
    var reader = ByteReader(header.rawBytes)
    do throws(FormatError) {
      guard try reader.u64() == CacheBlock.magic, try reader.u32() == CacheBlock.version else {
        return nil
      }
      let count = Int(try reader.u32())
      let objectByteCount = try reader.i64()
      guard count <= CacheBlock.byteCount, try reader.digest() == key else { return nil }
      var checksums = [UInt32]()
      for _ in 0..<CacheBlock.pieceCount { checksums.append(try reader.u32()) }
      let proved = header.rawBytes.extracting(first: reader.offset)
      guard try reader.u32() == CRC32C.checksum(proved) else { return nil }
      self.key = key
      self.count = count
      self.objectByteCount = objectByteCount < 0 ? nil : objectByteCount
      self.checksums = checksums
    } catch {
      return nil
    }
  }

  /// The header's bytes.
  var encoded: [UInt8] {
    var writer = ByteWriter(capacity: CacheBlock.headerByteCount)
    writer.append(CacheBlock.magic)
    writer.append(CacheBlock.version)
    writer.append(UInt32(count))
    writer.append(objectByteCount ?? -1)
    writer.append(key)
    for checksum in checksums { writer.append(checksum) }
    writer.append(CRC32C.checksum(writer.bytes.rawBytes))
    writer.append(zeros: CacheBlock.headerByteCount - writer.count)
    return writer.bytes
  }

  /// The pieces that hold bytes of `range`, which is not empty and lies in the block.
  static func pieces(of range: Range<Int>) -> Range<Int> {
    range.lowerBound / pieceByteCount..<(range.upperBound - 1) / pieceByteCount + 1
  }

  /// Where a piece lies in a block of `count` bytes; empty behind its end.
  static func range(ofPiece piece: Int, in count: Int) -> Range<Int> {
    min(piece * pieceByteCount, count)..<min((piece + 1) * pieceByteCount, count)
  }
}

/// An object whose blocks are kept, and the names that they have.
struct CachedObject: Hashable, Sendable {
  /// The repository, since one cache serves many.
  let repository: RunID
  /// The object's name in its store.
  let name: String

  /// The key of block `number`. Names of blocks are hashes: one length, no folder of any repository's
  /// own, and what is cached tells nobody the names of objects.
  func key(_ number: Int) -> Digest {
    var hasher = BLAKE3Hasher()
    hasher.update(repository.bytes)
    hasher.update(Array(name.utf8))
    var writer = ByteWriter(capacity: 9)
    writer.append(UInt8(0))
    writer.append(UInt64(number))
    hasher.update(writer.bytes)
    return hasher.finalize()
  }
}
