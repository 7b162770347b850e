internal import CDeflate

/// One libdeflate compressor of a fixed level, for whole zlib streams.
@safe struct Deflater: ~Copyable, @unchecked Sendable {
  private let handle: OpaquePointer

  /// A compressor of a level of 1 (fast) to 12 (small); 0 packs nothing.
  init(level: Int) {
    precondition((0...12).contains(level), "libdeflate knows the levels 0 to 12")
    guard let handle = unsafe libdeflate_alloc_compressor(Int32(level)) else {
      fatalError("no memory for a deflate compressor")
    }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe libdeflate_free_compressor(handle) }

  /// Packs the first `count` bytes of `source` into a zlib stream at the start of `target`. Returns
  /// its length, or `nil` if it is longer than `limit`: the target's bytes are undefined then.
  mutating func deflate(
    _ source: borrowing Scratch, count: Int, into target: inout Scratch, limit: Int
  ) -> Int? {
    var room = target.mutableBytes(limit)
    let length = unsafe room.withUnsafeMutableBytes { target in
      unsafe source.bytes(count).withUnsafeBytes { source in
        unsafe libdeflate_zlib_compress(
          handle, source.baseAddress, source.count, target.baseAddress, target.count)
      }
    }
    return length > 0 ? length : nil
  }
}
