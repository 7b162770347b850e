import FrameEngine

/// Reading what lies in several packs: one damaged copy costs nothing while another is whole.
extension KnownChunks {
  /// Reads `first` by `read`; where that is damaged, or its pack is gone, another pack's copy.
  /// Packs that were read around are in `bypassed`. Throws the first copy's fault if none is whole.
  func readAnyCopy<R>(
    of first: StoredChunk, _ read: (StoredChunk) throws(RepositoryError) -> R
  ) throws(RepositoryError) -> R {
    do throws(RepositoryError) {
      return try read(first)
    } catch {
      guard error.code == .damaged else { throw error }
      return try readOtherCopy(of: first.record.id, than: first.pack, after: error, read)
    }
  }

  /// Reads a copy that is not in `pack`, where `fault` was met.
  func readOtherCopy<R>(
    of id: Digest, than pack: PackName, after fault: RepositoryError,
    _ read: (StoredChunk) throws(RepositoryError) -> R
  ) throws(RepositoryError) -> R {
    var broken = [(pack, fault)]
    for other in try copies(of: id) where other.pack != pack {
      do throws(RepositoryError) {
        let result = try read(other)
        for (pack, fault) in broken { bypass(pack, fault) }
        return result
      } catch {
        guard error.code == .damaged else { throw error }
        broken.append((other.pack, error))
      }
    }
    throw fault
  }
}

extension RepositoryError {
  /// What a person is told once of a pack that was read around.
  static func bypassed(_ pack: PackName, _ fault: RepositoryError) -> RepositoryError {
    RepositoryError(
      .damaged, pack.object,
      "\(fault.reason); another copy was used; mend it with: farmio check --read-data --repair",
      remedy: "run farmio check --read-data --repair")
  }
}
