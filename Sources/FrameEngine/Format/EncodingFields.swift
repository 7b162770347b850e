/// The three bytes that hold an encoding in pack headers and footers.
extension Encoding {
  static let deltaFlag: UInt8 = 1

  /// Bit 0: bytedelta.
  var flags: UInt8 { delta ? Encoding.deltaFlag : 0 }

  /// An encoding from its three bytes, each checked.
  init(codec: UInt8, stride: UInt8, flags: UInt8) throws(FormatError) {
    guard let codec = Codec(rawValue: codec) else {
      throw FormatError(.newer, at: 4, "codec \(codec) is not known")
    }
    guard stride <= Limits.stride, stride != 1, flags & ~Encoding.deltaFlag == 0,
      codec != .raw || (stride == 0 && flags == 0), stride != 0 || flags == 0
    else { throw FormatError(.malformed, at: 5, "no encoding has stride \(stride), flags \(flags)") }
    self.init(codec: codec, stride: stride, delta: flags & Encoding.deltaFlag != 0)
  }
}
