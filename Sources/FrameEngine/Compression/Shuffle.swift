import CKernels

/// Regroups the bytes of an array of numbers, so that a compressor meets like next to like: first
/// the lowest byte of every element, then the next byte of every element, and so on.
///
/// With a stride of t bytes, n bytes hold n / t elements; plane k, of 0 to t - 1, is the bytes k,
/// k + t, k + 2t and so on. The planes follow each other, then the n mod t bytes left over, as they
/// were. The byte delta, applied after it over all n bytes, replaces each byte by its difference to
/// the one before. Both keep the length and can be taken back exactly.
///
/// Strides 2, 3, 4, 6, 8, 12, 16, 24 and 32 run near the speed of memory, the others at a tenth.
public enum Shuffle {
  /// Shuffles `source` into `target`, which has as many bytes.
  ///
  /// - Parameters:
  ///   - stride: bytes of an element, 1 to `Limits.stride`.
  ///   - delta: whether to apply the byte delta as well.
  public static func shuffle(
    _ source: RawSpan, stride: Int, delta: Bool, into target: inout MutableRawSpan
  ) {
    check(source.byteCount, stride, target.byteCount)
    unsafe source.withUnsafeBytes { source in
      unsafe target.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        let bytes = unsafe to.assumingMemoryBound(to: UInt8.self)
        unsafe farmio_shuffle(
          from.assumingMemoryBound(to: UInt8.self), source.count, Int32(stride), bytes)
        if delta { unsafe farmio_difference(bytes, target.count) }
      }
    }
  }

  /// Takes a shuffle back: `target` gets what was shuffled with the same stride and delta.
  ///
  /// With `delta`, `source` is overwritten on the way, which saves a third buffer.
  public static func unshuffle(
    _ source: inout MutableRawSpan, stride: Int, delta: Bool, into target: inout MutableRawSpan
  ) {
    check(source.byteCount, stride, target.byteCount)
    unsafe source.withUnsafeMutableBytes { source in
      unsafe target.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        let bytes = unsafe from.assumingMemoryBound(to: UInt8.self)
        if delta { unsafe farmio_sum(bytes, source.count) }
        unsafe farmio_unshuffle(
          bytes, source.count, Int32(stride), to.assumingMemoryBound(to: UInt8.self))
      }
    }
  }

  private static func check(_ source: Int, _ stride: Int, _ target: Int) {
    precondition((1...Limits.stride).contains(stride), "the stride is 1 to \(Limits.stride)")
    precondition(source == target, "source and target differ in length")
  }
}

/// The shuffle one byte at a time: the specification that every kernel must agree with.
enum ScalarShuffle {
  static func shuffle(_ source: [UInt8], stride: Int, delta: Bool) -> [UInt8] {
    let elements = source.count / stride
    var target = source
    for plane in 0..<stride {
      for element in 0..<elements {
        target[plane * elements + element] = source[element * stride + plane]
      }
    }
    guard delta else { return target }
    for index in target.indices.dropFirst().reversed() { target[index] &-= target[index - 1] }
    return target
  }

  static func unshuffle(_ source: [UInt8], stride: Int, delta: Bool) -> [UInt8] {
    let elements = source.count / stride
    var planes = source
    if delta {
      for index in planes.indices.dropFirst() { planes[index] &+= planes[index - 1] }
    }
    var target = planes
    for plane in 0..<stride {
      for element in 0..<elements {
        target[element * stride + plane] = planes[plane * elements + element]
      }
    }
    return target
  }
}
