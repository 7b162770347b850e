import CKernels

/// How EXR's RLE, ZIPS and ZIP arrange bytes before they pack them, so that like meets like: the
/// even-numbered bytes first, then the odd-numbered ones, and each byte but the first replaced by
/// its difference to the byte before plus 128 (OpenEXR file layout). Of halves this makes a plane
/// of low bytes and one of high bytes.
enum BytePlanes {
  /// Makes the planes of `source`; `target` has as many bytes.
  static func split(_ source: RawSpan, into target: inout MutableRawSpan) {
    unsafe apply(farmio_exr_split, source, &target)
  }

  /// Takes planes back: `target` gets the bytes that `source` was made from.
  static func join(_ source: RawSpan, into target: inout MutableRawSpan) {
    unsafe apply(farmio_exr_join, source, &target)
  }

  private static func apply(
    _ kernel: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<UInt8>) -> Void,
    _ source: RawSpan, _ target: inout MutableRawSpan
  ) {
    precondition(source.byteCount == target.byteCount, "source and target differ in length")
    unsafe source.withUnsafeBytes { source in
      unsafe target.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe kernel(
          from.assumingMemoryBound(to: UInt8.self), source.count,
          to.assumingMemoryBound(to: UInt8.self))
      }
    }
  }
}

/// The planes one byte at a time: the specification that every kernel must agree with.
enum ScalarBytePlanes {
  static func split(_ source: [UInt8]) -> [UInt8] {
    let half = (source.count + 1) / 2
    var planes = source
    for index in source.indices { planes[index / 2 + index % 2 * half] = source[index] }
    for index in planes.indices.dropFirst().reversed() {
      planes[index] = planes[index] &- planes[index - 1] &+ 128
    }
    return planes
  }

  static func join(_ planes: [UInt8]) -> [UInt8] {
    let half = (planes.count + 1) / 2
    var sums = planes
    for index in sums.indices.dropFirst() {
      sums[index] = sums[index] &+ sums[index - 1] &- 128
    }
    return sums.indices.map { sums[$0 / 2 + $0 % 2 * half] }
  }
}
