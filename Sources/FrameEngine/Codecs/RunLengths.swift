import CKernels

/// EXR's run lengths: a signed byte c, then -c bytes as they are if c is negative, else one byte
/// that stands for c + 1 of them.
enum RunLengths {
  /// Fills `target` from the runs of `packed`. On failure `target`'s bytes are undefined, and
  /// nothing else was written.
  ///
  /// - Throws: `chunkShort` if the runs end early; `chunkCorrupt` if one of them is cut off or
  ///   there are too many.
  static func unpack(_ packed: RawSpan, into target: inout MutableRawSpan) throws(ChunkFault) {
    var read = 0
    let expected = target.byteCount
    let written = unsafe target.withUnsafeMutableBytes { target in
      unsafe packed.withUnsafeBytes { packed in
        guard let from = packed.baseAddress, let to = target.baseAddress else { return 0 }
        return unsafe farmio_exr_unpack_runs(
          from.assumingMemoryBound(to: UInt8.self), packed.count,
          to.assumingMemoryBound(to: UInt8.self), target.count, &read)
      }
    }
    guard read == packed.byteCount else {
      let code = unsafe packed.unsafeLoad(fromByteOffset: read, as: Int8.self)
      let stored = code < 0 ? -Int(code) : 1
      throw ChunkFault(
        .chunkCorrupt, at: read,
        stored > packed.byteCount - read - 1
          ? "the last run is cut off" : "the chunk unpacks to more than \(expected) bytes")
    }
    guard written == expected else {
      throw ChunkFault(
        .chunkShort, at: read, "the chunk unpacks to \(written) of \(expected) bytes")
    }
  }

  /// Packs `source` at the start of `target`. Returns the packed length, or `nil` if it does not
  /// fit: the target's bytes are undefined then.
  static func pack(_ source: RawSpan, into target: inout MutableRawSpan) -> Int? {
    let count = unsafe target.withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
        return unsafe farmio_exr_pack_runs(
          from.assumingMemoryBound(to: UInt8.self), source.count,
          to.assumingMemoryBound(to: UInt8.self), target.count)
      }
    }
    return count > 0 ? count : nil
  }
}
