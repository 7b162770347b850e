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
          ? "the last run is cut off"
          : "the chunk unpacks to more than \(counted(expected, "byte"))")
    }
    guard written == expected else {
      throw ChunkFault(
        .chunkShort, at: read, "the chunk unpacks to \(written) of \(counted(expected, "byte"))")
    }
  }

  /// Fills the first `count` bytes of `target` likewise, which has room for them.
  static func unpack(
    _ packed: RawSpan, into target: inout Scratch, count: Int
  ) throws(ChunkFault) {
    var bytes = target.mutableBytes(count)
    try unpack(packed, into: &bytes)
  }

  /// Packs the first `count` bytes of `source` at the start of `target`. Returns the packed length,
  /// or `nil` if it is longer than `limit`: the target's bytes are undefined then.
  static func pack(
    _ source: borrowing Scratch, count: Int, into target: inout Scratch, limit: Int
  ) -> Int? {
    var room = target.mutableBytes(limit)
    return pack(source.bytes(count), into: &room)
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

/// Run lengths one byte at a time: the specification that the kernel must agree with.
enum ScalarRunLengths {
  /// Three equal bytes and more are a run, up to 128 of them; a copy has up to 127 bytes.
  static func pack(_ bytes: [UInt8]) -> [UInt8] {
    var packed = [UInt8]()
    var rest = bytes[...]
    func run(_ slice: ArraySlice<UInt8>) -> Int {
      slice.prefix(128).prefix { $0 == slice.first }.count
    }
    while !rest.isEmpty {
      var length = run(rest)
      if length >= 3 {
        packed += [UInt8(length - 1), rest[rest.startIndex]]
      } else {
        length = 1
        while length < min(127, rest.count), run(rest.dropFirst(length)) < 3 { length += 1 }
        packed.append(UInt8(256 - length))
        packed += rest.prefix(length)
      }
      rest = rest.dropFirst(length)
    }
    return packed
  }

  /// The bytes of whole runs; `nil` if the last is cut off.
  static func unpack(_ packed: [UInt8]) -> [UInt8]? {
    var bytes = [UInt8]()
    var rest = packed[...]
    while let code = rest.popFirst().map(Int8.init(bitPattern:)) {
      let stored = code < 0 ? -Int(code) : 1
      guard rest.count >= stored else { return nil }
      let run = rest.prefix(stored)
      bytes += code < 0 ? Array(run) : [UInt8](repeating: run[run.startIndex], count: Int(code) + 1)
      rest = rest.dropFirst(stored)
    }
    return bytes
  }
}
