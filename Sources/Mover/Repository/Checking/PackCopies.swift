import FrameEngine

/// The copies of metadata packs: the same bytes under another name.
extension Repository {
  /// What is wrong with a whole pack's copy; `nil` if nothing is.
  func copyFault(
    of pack: PackScan.Pack, readingData: Bool
  ) throws(RepositoryError) -> String? {
    let byteCount = Int64(pack.part.trailer.packByteCount)
    do throws(RepositoryError) {
      let copy = try packEnd(pack.name, in: pack.name.copyObject, byteCount: byteCount)
      guard copy == pack.part else { return "its list differs from that of the pack" }
      guard readingData else { return nil }
      var offset = 0
      while offset < Int(byteCount) {
        let count = min(Repository.comparedBytes, Int(byteCount) - offset)
        let original = try bytes(of: pack.name.object, at: offset, count: count)
        let copied = try bytes(of: pack.name.copyObject, at: offset, count: count)
        if original != copied { return "it differs from the pack" }
        offset += count
      }
      return nil
    } catch {
      guard error.isDamage else { throw error }
      return error.reason
    }
  }

  /// Writes a pack's copy again.
  func restoreCopy(of pack: PackScan.Pack) throws(RepositoryError) {
    let upload = try storing { () throws(StoreError) in
      try store.makeUpload(pack.name.copyObject)
    }
    let byteCount = Int(pack.part.trailer.packByteCount)
    var offset = 0
    while offset < byteCount {
      let count = min(Repository.comparedBytes, byteCount - offset)
      let part = try bytes(of: pack.name.object, at: offset, count: count)
      try storing { () throws(StoreError) in try upload.append(part.rawBytes) }
      offset += count
    }
    try storing { () throws(StoreError) in try upload.finish() }
  }

  private static let comparedBytes = 4 << 20
}
