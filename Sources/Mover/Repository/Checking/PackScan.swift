import FrameEngine
import Synchronization

/// Reads whole packs and proves every byte of them: headers against the list, checksums, seals,
/// and each record's content against its name.
final class PackScan: Sendable {
  /// A pack whose end is whole.
  struct Pack: Sendable {
    let part: IndexSegment.Part
    let records: [PackRecord]

    var name: PackName { part.header.name }
  }

  /// One thing wrong inside a pack.
  struct Fault: Sendable {
    let pack: PackName
    let byteOffset: Int
    /// The record it is in.
    let id: Digest?
    let reason: String
  }

  private let repository: Repository
  private let packs: [Pack]
  private let run: Run
  private let cancellation: CancelToken
  private let progress: ProgressCounters
  private let next = Atomic<Int>(0)
  private let state = Mutex(State())

  private struct State: Sendable {
    var faults: [Fault] = []
    var error: RepositoryError?
  }

  /// Bytes of one read.
  private static let readLimit = 4 << 20

  init(
    _ repository: Repository, _ packs: [Pack], run: Run, cancellation: CancelToken,
    progress: ProgressCounters
  ) {
    self.repository = repository
    self.packs = packs
    self.run = run
    self.cancellation = cancellation
    self.progress = progress
  }

  /// Scans all packs. What is wrong is in `faults`; a disk or wire that fails ends the scan.
  func run(threads: Int) throws(RepositoryError) {
    for pack in packs { progress.found(bytes: Int64(pack.part.trailer.packByteCount)) }
    runWorkers(count: threads, name: "farmio check") { _ in
      var reader = ChunkReader(self.repository)
      var buffer = [UInt8](repeating: 0, count: PackScan.readLimit)
      while let pack = self.takePack() {
        do throws(RepositoryError) {
          try self.scan(pack, &reader, &buffer)
        } catch {
          if error.isDamage {
            self.note(pack, 0, nil, error.reason)
          } else {
            self.state.withLock { $0.error = $0.error ?? error }
          }
        }
      }
    }
    if let error = state.withLock({ $0.error }) { throw error }
  }

  /// In the order of the packs.
  func faults() -> [Fault] {
    state.withLock { $0.faults }.sorted { ($0.pack, $0.byteOffset) < ($1.pack, $1.byteOffset) }
  }

  private func takePack() -> Pack? {
    guard state.withLock({ $0.error == nil }) else { return nil }
    let index = next.add(1, ordering: .relaxed).oldValue
    return index < packs.count ? packs[index] : nil
  }

  private func scan(
    _ pack: Pack, _ reader: inout ChunkReader, _ buffer: inout [UInt8]
  ) throws(RepositoryError) {
    var position = PackHeader.byteCount
    var first = 0
    while first < pack.records.count {
      try cancellation.check()
      try run.renew()
      var last = first + 1
      let start = Int(pack.records[first].offset)
      while last < pack.records.count, pack.records[last].endOffset - start <= PackScan.readLimit {
        last += 1
      }
      let end = pack.records[last - 1].endOffset
      try repository.read(pack.name.object, at: start, count: end - start, into: &buffer)
      for record in pack.records[first..<last] {
        if Int(record.offset) != position { note(pack, position, nil, "stray bytes lie here") }
        try scan(record, of: pack, buffer, from: start, &reader)
        position = record.endOffset
      }
      progress.bytesDone.add(Int64(end - start), ordering: .relaxed)
      first = last
    }
    if position != pack.part.trailer.footerOffset {
      note(pack, position, nil, "stray bytes lie here")
    }
    progress.filesDone.add(1, ordering: .relaxed)
  }

  private func scan(
    _ record: PackRecord, of pack: Pack, _ bytes: [UInt8], from start: Int,
    _ reader: inout ChunkReader
  ) throws(RepositoryError) {
    let headerStart = Int(record.offset) - start
    let payloadStart = headerStart + PackRecord.headerByteCount
    let payloadEnd = payloadStart + Int(record.storedCount)
    let payload = bytes.rawBytes.extracting(payloadStart..<payloadEnd)
    do throws(FormatError) {
      let header = bytes.rawBytes.extracting(headerStart..<payloadStart)
      let (found, isEncrypted, checksum) = try PackRecord.readHeader(header, at: record.offset)
      if found != record || isEncrypted != pack.part.header.isEncrypted {
        note(pack, Int(record.offset), record.id, "the record's header and the list differ")
      } else if checksum != CRC32C.checksum(payload) {
        return note(
          pack, record.payloadOffset, record.id, "the record's bytes do not match their checksum")
      }
    } catch {
      note(pack, Int(record.offset) + error.byteOffset, record.id, error.reason)
    }
    let padding = bytes[payloadEnd..<(record.endOffset - start)]
    if padding.contains(where: { $0 != 0 }) {
      note(pack, start + payloadEnd, record.id, "the padding behind the record is not zero")
    }
    do throws(RepositoryError) {
      try reader.decode(payload, of: record, in: pack.name, kind: pack.part.header.kind)
    } catch {
      guard error.isDamage else { throw error }
      note(pack, record.payloadOffset, record.id, error.reason)
    }
  }

  private func note(_ pack: Pack, _ byteOffset: Int, _ id: Digest?, _ reason: String) {
    let fault = Fault(pack: pack.name, byteOffset: byteOffset, id: id, reason: reason)
    state.withLock { $0.faults.append(fault) }
  }
}
