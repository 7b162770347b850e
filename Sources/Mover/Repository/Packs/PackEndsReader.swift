import FrameEngine

/// The ends of every pack that exists, from the index where it has them and else from the pack.
struct PackEndsReader {
  private let repository: Repository
  /// Packs and segments that could not be read.
  private(set) var faults: [RepositoryError] = []

  init(_ repository: Repository) { self.repository = repository }

  /// One part a pack, in the order of their names.
  mutating func all() throws(RepositoryError) -> [IndexSegment.Part] {
    let segments = try repository.list("index/").sorted { $0.name < $1.name }
    var missing = [PackName: Int64]()
    for object in try repository.list("packs/") {
      if let name = PackName(object: object.name) { missing[name] = object.size }
    }
    var parts = [IndexSegment.Part]()
    for segment in segments {
      for part in try self.parts(of: segment.name) {
        guard let size = missing[part.header.name], UInt64(size) == part.trailer.packByteCount,
          isWhole(part)
        else { continue }
        missing[part.header.name] = nil
        parts.append(part)
      }
    }
    for (name, size) in missing.sorted(by: { $0.key < $1.key }) {
      do throws(RepositoryError) {
        let part = try repository.packEnd(name, byteCount: size)
        _ = try repository.records(of: part, in: name.object)
        parts.append(part)
      } catch {
        guard error.code != .storage else { throw error }
        faults.append(error)
      }
    }
    return parts.sorted { $0.header.name < $1.header.name }
  }

  private func isWhole(_ part: IndexSegment.Part) -> Bool {
    (try? repository.records(of: part, in: part.header.name.object)) != nil
  }

  private mutating func parts(of segment: String) throws(RepositoryError) -> [IndexSegment.Part] {
    let store = repository.store
    let bytes = try storing { () throws(StoreError) in
      try store.get(segment, limit: Limits.segmentBytes)
    }
    guard let bytes else { return [] }
    do throws(FormatError) {
      return try IndexSegment(decoding: bytes.rawBytes).parts
    } catch {
      faults.append(RepositoryError(error, in: segment))
      return []
    }
  }
}
