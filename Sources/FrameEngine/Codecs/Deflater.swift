internal import CDeflate
internal import CKernels

/// Packs planes of bytes into whole zlib streams, at a fixed level.
///
/// Levels up to 4 do without the search for matches where it finds next to none: in the planes of
/// samples with noise, which single bytes and runs pack smaller and in less than half the time.
@safe struct Deflater: ~Copyable, @unchecked Sendable {
  private let handle: OpaquePointer
  /// Whether planes are looked at before matches are searched for.
  private let isQuick: Bool

  /// The last level that may do without a search.
  private static let quickLevels = 1...4

  /// A compressor of a level of 1 (fast) to 12 (small); 0 packs nothing.
  init(level: Int) {
    precondition((0...12).contains(level), "libdeflate knows the levels 0 to 12")
    guard let handle = unsafe libdeflate_alloc_compressor(Int32(level)) else {
      fatalError("no memory for a deflate compressor")
    }
    unsafe self.handle = unsafe handle
    isQuick = Deflater.quickLevels.contains(level)
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
        if isQuick, let length = unsafe packPlanes(source, target) { return length }
        return unsafe libdeflate_zlib_compress(
          handle, source.baseAddress, source.count, target.baseAddress, target.count)
      }
    }
    return length > 0 ? length : nil
  }

  /// Packs the two halves of `source`, the planes of low and high bytes of halves, each in the way
  /// that suits it. `nil` where the first one repeats itself, or it does not fit.
  private func packPlanes(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let (header, checksum) = (2, 4)
    let half = (source.count + 1) / 2
    guard source.count > 1, target.count > header + checksum,
      let from = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let to = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self),
      unsafe farmio_deflate_repeats(from, half) == 0
    else { return nil }
    let end = target.count - checksum
    unsafe (to[0], to[1]) = (0x78, 0x01)
    var used = header
    let first = unsafe farmio_deflate_runs(from, half, to + used, end - used, 0)
    guard first > 0 else { return nil }
    used += first
    let rest = source.count - half
    let second =
      unsafe farmio_deflate_repeats(from + half, rest) != 0
      ? unsafe libdeflate_deflate_compress(handle, from + half, rest, to + used, end - used)
      : unsafe farmio_deflate_runs(from + half, rest, to + used, end - used, 1)
    guard second > 0 else { return nil }
    used += second
    let sum = unsafe libdeflate_adler32(1, from, source.count)
    unsafe target.storeBytes(of: sum.bigEndian, toByteOffset: used, as: UInt32.self)
    return used + checksum
  }
}
