/// Byte shuffle: the bytes of equal significance of an array's elements, brought together.
public enum Shuffle {
  /// Writes the planes of `source` to `target` (equally long); then, if `delta`, replaces every
  /// byte but the first by its difference to the byte before it.
  public static func shuffle(
    _ source: RawSpan, stride: Int, delta: Bool, into target: inout MutableRawSpan
  ) {
    precondition(source.byteCount == target.byteCount && stride > 0)
    let rows = source.byteCount / stride
    var previous: UInt8 = 0
    for index in 0..<source.byteCount {
      let from = index < rows * stride ? index % rows * stride + index / rows : index
      let byte = unsafe source.unsafeLoad(fromByteOffset: from, as: UInt8.self)
      target.storeBytes(of: delta ? byte &- previous : byte, toByteOffset: index, as: UInt8.self)
      previous = byte
    }
  }

  /// Undoes `shuffle`.
  public static func unshuffle(
    _ source: RawSpan, stride: Int, delta: Bool, into target: inout MutableRawSpan
  ) {
    precondition(source.byteCount == target.byteCount && stride > 0)
    let rows = source.byteCount / stride
    var previous: UInt8 = 0
    for index in 0..<source.byteCount {
      let to = index < rows * stride ? index % rows * stride + index / rows : index
      var byte = unsafe source.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      if delta { byte = byte &+ previous }
      target.storeBytes(of: byte, toByteOffset: to, as: UInt8.self)
      previous = byte
    }
  }
}
