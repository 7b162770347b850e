import FrameEngine

/// Reading and proving the ends of packs: header, footer, trailer.
extension Repository {
  /// The end of a pack, read from the pack itself: two reads.
  func packEnd(_ name: PackName, byteCount: Int64) throws(RepositoryError) -> IndexSegment.Part {
    try packEnd(name, in: name.object, byteCount: byteCount)
  }

  /// The end of a pack, read from an object that holds it or its copy.
  func packEnd(
    _ name: PackName, in object: String, byteCount: Int64
  ) throws(RepositoryError) -> IndexSegment.Part {
    let size = Int(byteCount)
    guard size <= Limits.packBytes else {
      throw RepositoryError(.damaged, object, "the pack has \(size) bytes, more than any pack")
    }
    guard size > PackHeader.byteCount + PackTrailer.byteCount else {
      throw RepositoryError(.damaged, object, "the pack has only \(size) bytes")
    }
    let tailCount = min(size, Repository.tailByteCount)
    let tail = try bytes(of: object, at: size - tailCount, count: tailCount)
    let trailerStart = tailCount - PackTrailer.byteCount
    let trailer = try parsing(object) { () throws(FormatError) in
      try PackTrailer(decoding: tail.rawBytes.extracting(trailerStart..<tailCount))
    }
    guard trailer.packByteCount == UInt64(size) else {
      throw RepositoryError(
        .damaged, object, "the pack has \(size) bytes, its trailer says \(trailer.packByteCount)")
    }
    let header = try packHeader(name, in: object)
    let footerCount = Int(trailer.footerByteCount)
    let footer =
      footerCount <= trailerStart
      ? Array(tail[(trailerStart - footerCount)..<trailerStart])
      : try bytes(of: object, at: trailer.footerOffset, count: footerCount)
    return IndexSegment.Part(header: header, trailer: trailer, storedFooter: footer)
  }

  private func packHeader(
    _ name: PackName, in object: String
  ) throws(RepositoryError) -> PackHeader {
    let bytes = try bytes(of: object, at: 0, count: PackHeader.byteCount)
    let header = try parsing(object) { () throws(FormatError) in
      try PackHeader(decoding: bytes.rawBytes)
    }
    guard header.name == name else {
      throw RepositoryError(.damaged, object, "the pack says it is \(header.name)")
    }
    return header
  }

  /// The records that a pack's end lists, its digest proved and its seal opened.
  func records(of part: IndexSegment.Part, in object: String) throws(RepositoryError)
    -> [PackRecord]
  {
    let header = part.header
    guard header.repository == config.repository, header.isEncrypted == isEncrypted else {
      throw RepositoryError(
        .foreign, object, "\(header.name) belongs to another repository",
        remedy: "move it away; it was never part of this repository")
    }
    let digest = PackFooter.digest(
      header: header.encoded, storedFooter: part.storedFooter, key: keys.digest)
    guard digest == part.trailer.digest else {
      throw RepositoryError(
        .damaged, object, "the list of records of \(header.name) does not match its digest")
    }
    let plain = try openFooter(part, in: object)
    return try parsing(object) { () throws(FormatError) in
      try PackFooter(
        decoding: plain.rawBytes, recordCount: Int(part.trailer.recordCount),
        kind: part.header.kind
      ).records
    }
  }

  private func openFooter(_ part: IndexSegment.Part, in object: String) throws(RepositoryError)
    -> [UInt8]
  {
    guard let key = keys.footerKey(of: part.header.name.run) else { return part.storedFooter }
    var seal = Seal()
    let plain = seal.open(
      part.storedFooter.rawBytes, key: key, nonce: part.header.name.footerNonce,
      associated: part.header.encoded)
    guard let plain else {
      throw RepositoryError(.damaged, object, "the seal of the list of records is broken")
    }
    return plain
  }

  /// The pack's list as stored in a segment or pack.
  func storedFooter(_ records: [PackRecord], header: PackHeader) -> [UInt8] {
    let plain = PackFooter(records).encoded(isEncrypted: header.isEncrypted)
    guard let key = keys.footerKey(of: header.name.run) else { return plain }
    var seal = Seal()
    return seal.seal(
      plain.rawBytes, key: key, nonce: header.name.footerNonce, associated: header.encoded)
  }

  /// Exactly `count` bytes of an object.
  func bytes(of object: String, at offset: Int, count: Int) throws(RepositoryError) -> [UInt8] {
    let buffer = try bytes(of: object, from: offset, upTo: count)
    guard buffer.count == count else {
      throw RepositoryError(.damaged, object, "it ends at byte \(offset + buffer.count)")
    }
    return buffer
  }

  /// Up to `count` bytes of an object; fewer at its end.
  func bytes(of object: String, from offset: Int, upTo count: Int) throws(RepositoryError)
    -> [UInt8]
  {
    var buffer = [UInt8](repeating: 0, count: count)
    let store = store
    let got: Int
    do throws(StoreError) {
      var span = buffer.mutableSpan
      var bytes = unsafe span.mutableBytes
      got = try store.read(object, at: Int64(offset), into: &bytes)
    } catch {
      throw error.code == .missing ? Repository.missing(object) : RepositoryError(error)
    }
    if got < count { buffer.removeLast(count - got) }
    return buffer
  }

  /// Fills the first `count` bytes of `buffer`, which grows as needed, with exactly those of an
  /// object. For reads one after the other: nothing is allocated once the buffer is large enough.
  func read(
    _ object: String, at offset: Int, count: Int, into buffer: inout [UInt8]
  ) throws(RepositoryError) {
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
    let got: Int
    do throws(StoreError) {
      var span = buffer.mutableSpan
      var bytes = unsafe span.mutableBytes
      var exact = bytes._mutatingExtracting(first: count)
      got = try store.read(object, at: Int64(offset), into: &exact)
    } catch {
      throw error.code == .missing ? Repository.missing(object) : RepositoryError(error)
    }
    guard got == count else {
      throw RepositoryError(.damaged, object, "it ends at byte \(offset + got)")
    }
  }

  /// Tells the store that a record's bytes did not prove true; `true` if reading them again may help.
  func distrust(_ record: PackRecord, in object: String) -> Bool {
    let start = Int64(record.payloadOffset)
    return store.distrust(object, start..<start + Int64(record.storedCount))
  }

  private static func missing(_ object: String) -> RepositoryError {
    RepositoryError(
      .damaged, object, "the object is missing",
      remedy: "run farmio check to see which files need it")
  }

  /// Read first from a pack's end: holds the footer of a pack of up to 2,700 records.
  private static let tailByteCount = 128 << 10
}

extension PackName {
  /// Where a metadata pack's copy lies: trees are small, and a lost one loses a whole folder.
  var copyObject: String { "copies/\(object)" }

  /// A run's footer key seals one footer a number.
  var footerNonce: [UInt8] {
    var writer = ByteWriter(capacity: Seal.nonceByteCount)
    writer.append(sequence)
    writer.append(zeros: Seal.nonceByteCount - 4)
    return writer.bytes
  }
}
