import Testing

@testable import FrameEngine

/// Every record of the repository format: back and forth, and with every bit and length wrong.
@Suite struct FormatTests {
  private static let key = BLAKE3.deriveKey(context: "test", material: [1, 2, 3].rawBytes)
  private static let seeds = 1...60 as ClosedRange<UInt64>

  /// What a decoder makes of bytes; `nil` if it refuses them.
  private func attempt<T>(
    _ bytes: [UInt8], _ decode: (RawSpan) throws(FormatError) -> T
  ) -> T? {
    do throws(FormatError) { return try decode(bytes.rawBytes) } catch { return nil }
  }

  /// Each bit wrong in turn, and each length below the whole: nothing may come out.
  private func expectProved<T>(
    _ bytes: [UInt8], _ what: String, _ decode: (RawSpan) throws(FormatError) -> T
  ) {
    #expect(attempt(bytes, decode) != nil, "\(what) as written")
    for index in bytes.indices {
      for bit in 0..<8 {
        var wrong = bytes
        wrong[index] ^= 1 << UInt8(bit)
        if attempt(wrong, decode) != nil { Issue.record("\(what), byte \(index), bit \(bit)") }
      }
    }
    expectWhole(bytes, what, decode)
  }

  private func expectWhole<T>(
    _ bytes: [UInt8], _ what: String, _ decode: (RawSpan) throws(FormatError) -> T
  ) {
    for count in 0..<bytes.count where attempt(Array(bytes[..<count]), decode) != nil {
      Issue.record("\(what), cut to \(count) bytes")
    }
    if attempt(bytes + [0], decode) != nil { Issue.record("\(what), a byte longer") }
  }

  @Test func bodiesComeBack() {
    for seed in FormatTests.seeds {
      var samples = FormatSamples(seed: seed)
      let config = samples.config()
      #expect(
        attempt(config.encoded) { (b) throws(FormatError) in try ConfigRecord(decoding: b) }
          == config)
      let lease = samples.lease()
      #expect(
        attempt(lease.encoded) { (b) throws(FormatError) in try LeaseRecord(decoding: b) } == lease)
      let reference = samples.reference()
      #expect(
        attempt(reference.encoded) { (b) throws(FormatError) in try ReferenceRecord(decoding: b) }
          == reference)
      let tombstones = TombstoneRecord(
        collector: samples.run(), time: samples.time(), condemned: samples.packNames())
      #expect(
        attempt(tombstones.encoded) { (b) throws(FormatError) in try TombstoneRecord(decoding: b) }
          == tombstones)
      let verdict = VerdictRecord(time: samples.time(), deleted: samples.packNames())
      #expect(
        attempt(verdict.encoded) { (b) throws(FormatError) in try VerdictRecord(decoding: b) }
          == verdict)
      let watch = WatchRecord(heartbeat: samples.next(), since: samples.time())
      #expect(
        attempt(watch.encoded) { (b) throws(FormatError) in try WatchRecord(decoding: b) } == watch)
      let page = samples.page()
      #expect(
        attempt(page.encoded) { (b) throws(FormatError) in try TreePage(decoding: b) } == page)
      let list = ChunkList((0..<samples.below(40)).map { _ in samples.segment() })
      #expect(
        attempt(list.encoded) { (b) throws(FormatError) in try ChunkList(decoding: b) } == list)
      expectWhole(page.encoded, "a page") { (b) throws(FormatError) in try TreePage(decoding: b) }
      expectWhole(lease.encoded, "a lease") { (b) throws(FormatError) in
        try LeaseRecord(decoding: b)
      }
      expectWhole(list.encoded, "a list") { (b) throws(FormatError) in try ChunkList(decoding: b) }
      expectWhole(reference.encoded, "a reference") { (b) throws(FormatError) in
        try ReferenceRecord(decoding: b)
      }
      expectWhole(tombstones.encoded, "tombstones") { (b) throws(FormatError) in
        try TombstoneRecord(decoding: b)
      }
    }
  }

  @Test func everyBitOfAFramedRecordIsProved() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      var samples = FormatSamples(seed: seed)
      expectProved(samples.config().encoded, "config") { (b) throws(FormatError) in
        try ConfigRecord(decoding: b)
      }
      let bodies: [(RecordEnvelope.Kind, String, [UInt8])] = [
        (.lease, "leases/1", samples.lease().encoded),
        (.reference, "refs/1", samples.reference().encoded),
        (.tombstones, "gc/1", samples.bytes(90)),
      ]
      for (kind, name, body) in bodies {
        let envelope = RecordEnvelope(
          kind: kind, nonce: seed % 2 == 0 ? samples.bytes(12) : nil, body: body)
        let bytes = envelope.encoded(name: name, key: FormatTests.key)
        expectProved(bytes, name) { (b) throws(FormatError) in
          try RecordEnvelope(decoding: b, name: name, key: FormatTests.key)
        }
        // Under another name, or another repository's key, it is none.
        #expect(
          attempt(bytes) { (b) throws(FormatError) in
            try RecordEnvelope(decoding: b, name: name + "0", key: FormatTests.key)
          } == nil)
        let other = BLAKE3.deriveKey(context: "other", material: [1, 2, 3].rawBytes)
        #expect(
          attempt(bytes) { (b) throws(FormatError) in
            try RecordEnvelope(decoding: b, name: name, key: other)
          } == nil)
      }
    }
  }

  @Test func everyBitOfAPacksEndIsProved() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var samples = FormatSamples(seed: seed)
      let (part, records) = samples.part(key: FormatTests.key)
      expectProved(part.header.encoded, "header") { (b) throws(FormatError) in
        guard b.byteCount == PackHeader.byteCount else { throw FormatError(.truncated, at: 0, "") }
        return try PackHeader(decoding: b)
      }
      expectProved(part.trailer.encoded, "trailer") { (b) throws(FormatError) in
        guard b.byteCount == PackTrailer.byteCount else { throw FormatError(.truncated, at: 0, "") }
        return try PackTrailer(decoding: b)
      }
      let isEncrypted = part.header.isEncrypted
      let header = records[0].header(isEncrypted: isEncrypted, payloadChecksum: 7)
      let read = attempt(header) { (b) throws(FormatError) in
        try PackRecord.readHeader(b, at: records[0].offset)
      }
      #expect(read?.record == records[0] && read?.isEncrypted == isEncrypted)
      #expect(read?.payloadChecksum == 7)
      for index in header.indices {
        var wrong = header
        wrong[index] ^= 1 << UInt8(index % 8)
        let found = attempt(wrong) { (b) throws(FormatError) in
          try PackRecord.readHeader(b, at: records[0].offset)
        }
        #expect(found == nil, "record header, byte \(index)")
      }
      let footer = part.storedFooter
      #expect(
        attempt(footer) { (b) throws(FormatError) in
          try PackFooter(decoding: b, recordCount: records.count, kind: .metadata)
        }?.records == records)
    }
  }

  @Test func everyBitOfASegmentIsProved() throws {
    var samples = FormatSamples(seed: 3)
    let parts = (0..<4).map { _ in samples.part(key: FormatTests.key).part }
    let bytes = IndexSegment(parts).encoded(repository: samples.run())
    expectProved(bytes, "segment") { (b) throws(FormatError) in
      let segment = try IndexSegment(decoding: b)
      // The digest of each part is what proves its footer.
      for part in segment.parts {
        let digest = PackFooter.digest(
          header: part.header.encoded, storedFooter: part.storedFooter, key: FormatTests.key)
        guard digest == part.trailer.digest else { throw FormatError(.corrupt, at: 0, "") }
      }
      return segment.parts.count
    }
  }

  @Test func hostileValuesAreRefused() {
    func page(_ name: [UInt8], twice: Bool = false) -> TreePage? {
      var samples = FormatSamples(seed: 1)
      var entries = [samples.entry(FileName(name))]
      if twice { entries.append(entries[0]) }
      return attempt(TreePage(entries).encoded) { (b) throws(FormatError) in
        try TreePage(decoding: b)
      }
    }
    #expect(page(Array("a".utf8)) != nil)
    for name in ["", ".", "..", "a/b", "/", "a\0b", "../x"] {
      #expect(page(Array(name.utf8)) == nil, "\(name)")
    }
    #expect(page([UInt8](repeating: 65, count: 255)) != nil)
    #expect(page([UInt8](repeating: 65, count: 256)) == nil)
    #expect(page(Array("a".utf8), twice: true) == nil)
    // Every pair of a segment's offset and length at the borders, without arithmetic that traps.
    for offset in [0, 1, Limits.chunkBytes - 1, Limits.chunkBytes, Limits.chunkBytes + 1] {
      for count in [0, 1, Limits.chunkBytes, Limits.chunkBytes + 1, Int.max - 1, Int.max] {
        var writer = ByteWriter()
        Segment(
          chunk: Digest(words: (1, 2, 3, 4)), offset: UInt32(offset), count: Int64(count)
        ).append(to: &writer)
        let isInside =
          count > 0 && offset <= Limits.chunkBytes && count <= Limits.chunkBytes - offset
        let read = attempt(writer.bytes) { (b) throws(FormatError) in
          var reader = ByteReader(b)
          return try Segment.read(&reader)
        }
        #expect((read != nil) == isInside, "\(offset), \(count)")
      }
    }
  }

  @Test func claimsAreCheckedBeforeMemoryIsTaken() {
    // Counts of 2^60 of everything that is counted, with nothing behind.
    let huge = UInt64(1) << 60
    var list = ByteWriter()
    list.append(ChunkList.version)
    list.append(varint: huge)
    #expect(attempt(list.bytes) { (b) throws(FormatError) in try ChunkList(decoding: b) } == nil)
    var page = ByteWriter()
    page.append(TreePage.version)
    page.append(varint: huge)
    #expect(attempt(page.bytes) { (b) throws(FormatError) in try TreePage(decoding: b) } == nil)
    var verdict = ByteWriter()
    verdict.append(Timestamp(seconds: 0, nanoseconds: 0))
    verdict.append(varint: huge)
    #expect(
      attempt(verdict.bytes) { (b) throws(FormatError) in try VerdictRecord(decoding: b) } == nil)
    let trailer = PackTrailer(
      recordCount: UInt32.max, footerByteCount: UInt32.max, packByteCount: UInt64.max,
      digest: .zero)
    #expect(
      attempt(trailer.encoded) { (b) throws(FormatError) in try PackTrailer(decoding: b) } == nil)
    #expect(
      attempt([]) { (b) throws(FormatError) in
        try PackFooter(decoding: b, recordCount: Limits.packRecords + 1, kind: .metadata)
      } == nil)
  }

  @Test func pagesStayTheSameAroundAnInsertion() {
    var samples = FormatSamples(seed: 8)
    let entries = (0..<20_000).map { samples.entry(FileName("shot.\(100_000 + $0).exr")) }
    let before = TreePage.pages(of: entries)
    #expect(before.flatMap(\.entries) == entries)
    #expect(before.count > 8)
    for position in [0, 7000, 19_999] {
      var more = entries
      more.insert(samples.entry(FileName("shot.\(100_000 + position).exr.")), at: position + 1)
      let after = TreePage.pages(of: more)
      #expect(after.flatMap(\.entries) == more)
      let known = Set(before)
      #expect(after.filter { !known.contains($0) }.count <= 2)
    }
    #expect(TreePage.pages(of: []).isEmpty)
  }

  @Test func listsStayTheSameAroundAnInsertion() {
    var samples = FormatSamples(seed: 9)
    let segments = (0..<20_000).map { _ in samples.segment() }
    let before = ChunkList.lists(of: segments)
    #expect(before.flatMap(\.segments) == segments)
    #expect(before.allSatisfy { $0.segments.count <= ChunkList.segmentLimit })
    var more = segments
    more.insert(samples.segment(), at: 9000)
    let known = Set(before)
    #expect(ChunkList.lists(of: more).filter { !known.contains($0) }.count <= 2)
  }
}
