/// The three bytes that hold an encoding in pack headers and footers.
extension Encoding {
  private static let deltaFlag: UInt8 = 1

  /// Bit 0: bytedelta.
  var flags: UInt8 { delta ? Encoding.deltaFlag : 0 }

  /// An encoding from its three bytes, each checked.
  init(codec: UInt8, stride: UInt8, flags: UInt8) throws(FormatError) {
    let delta = flags & Encoding.deltaFlag != 0
    guard flags & ~Encoding.deltaFlag == 0,
      let encoding = Encoding(codec: codec, stride: stride, delta: delta)
    else {
      throw FormatError(
        .malformed, at: 4, "no encoding has codec \(codec), stride \(stride), flags \(flags)")
    }
    self = encoding
  }
}
