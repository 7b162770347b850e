import FrameEngine

/// Fetches chunks from packs, neighbours with one read, and proves each. What one thread needs for
/// it; used by one thread at a time.
final class ChunkFetcher: @unchecked Sendable {
  private let run: ReadingRun
  private var reader: ChunkReader
  private var fetched: [UInt8] = []

  init(_ run: ReadingRun) {
    self.run = run
    reader = ChunkReader(run.repository)
  }

  /// Brings a flight home: each chunk is kept by `keep`, then delivered, or fails with its own
  /// fault. Returns what those who wait for any other chunk of the flight are told.
  func fetch(
    _ flight: ChunkFlight, keep: (Digest, [UInt8]) -> Void
  ) -> RepositoryError {
    var known = run.known
    do throws(RepositoryError) {
      var damaged = try fetch(flight.chunks, known, flight, keep)
      // A collection may have moved what it had condemned: then this run has followed it.
      while !damaged.isEmpty, run.known !== known {
        known = run.known
        damaged = try fetch(damaged.map(\.chunk), known, flight, keep)
      }
      for (chunk, fault) in damaged { flight.fail(chunk, fault) }
      return .interrupted
    } catch {
      return error
    }
  }

  private typealias Damage = (chunk: Digest, fault: RepositoryError)

  private func fetch(
    _ chunks: [Digest], _ known: KnownChunks, _ flight: ChunkFlight,
    _ keep: (Digest, [UInt8]) -> Void
  ) throws(RepositoryError) -> [Damage] {
    let requests = chunks.map {
      RestoreWindow.Request(chunk: $0, file: 0, chunkOffset: 0, count: 0, fileOffset: 0)
    }
    let (runs, missing) = try PackRun.plan(requests, known: known)
    var damaged = missing.map { index -> Damage in
      let name = "chunk \(chunks[index].hex.prefix(16))"
      return (chunks[index], RepositoryError(.damaged, name, "it is in no pack"))
    }
    for run in runs {
      damaged += try fetch(run, known) { chunk in
        let content = reader.copiedBytes
        keep(chunk, content)
        flight.deliver(content, of: chunk)
      }
    }
    return damaged
  }

  /// Reads neighbours of one pack. `done` is called while the reader holds a proved chunk.
  private func fetch(
    _ run: PackRun, _ known: KnownChunks, done: (Digest) -> Void
  ) throws(RepositoryError) -> [Damage] {
    guard let first = run.items.first, let last = run.items.last else { return [] }
    let start = first.record.payloadOffset
    let end = last.record.payloadOffset + Int(last.record.storedCount)
    var fault: RepositoryError?
    do throws(RepositoryError) {
      try self.run.repository.read(run.pack.object, at: start, count: end - start, into: &fetched)
    } catch {
      guard error.code == .damaged else { throw error }
      fault = error
    }
    var damaged = [(record: PackRecord, fault: RepositoryError)]()
    for item in run.items {
      do throws(RepositoryError) {
        if let fault { throw fault }
        try decode(item.record, at: item.record.payloadOffset - start, in: run.pack)
        done(item.record.id)
      } catch {
        guard error.code == .damaged else { throw error }
        damaged.append((item.record, error))
      }
    }
    // What was fetched is needed for the others: the broken ones come last.
    var lost = [Damage]()
    for (record, fault) in damaged {
      if let fault = try retry(record, in: run.pack, after: fault, known, done: done) {
        lost.append((record.id, fault))
      }
    }
    return lost
  }

  /// Reads a chunk again if what stands between may have hurt it, then from another pack; the fault
  /// if neither helps.
  private func retry(
    _ record: PackRecord, in pack: PackName, after fault: RepositoryError, _ known: KnownChunks,
    done: (Digest) -> Void
  ) throws(RepositoryError) -> RepositoryError? {
    do throws(RepositoryError) {
      if run.repository.distrust(record, in: pack.object) {
        do throws(RepositoryError) {
          try read(record, in: pack)
          done(record.id)
          return nil
        } catch {
          guard error.code == .damaged else { throw error }
        }
      }
      try known.readOtherCopy(of: record.id, than: pack, after: fault) {
        (copy) throws(RepositoryError) in try read(copy.record, in: copy.pack)
      }
      done(record.id)
      return nil
    } catch {
      guard error.code == .damaged else { throw error }
      return error
    }
  }

  private func read(_ record: PackRecord, in pack: PackName) throws(RepositoryError) {
    try run.repository.read(
      pack.object, at: record.payloadOffset, count: Int(record.storedCount), into: &fetched)
    try decode(record, at: 0, in: pack)
  }

  private func decode(
    _ record: PackRecord, at offset: Int, in pack: PackName
  ) throws(RepositoryError) {
    let bytes = fetched
    let payload = bytes.rawBytes.extracting(offset..<offset + Int(record.storedCount))
    try reader.decode(payload, of: record, in: pack, kind: .data)
  }
}
