import FrameEngine
import FuzzSupport

/// A stored payload: codec, stride, delta and three bytes of length, then the payload.
private func parse(_ bytes: RawSpan) {
  var fields: [UInt8] = [0, 0, 0, 0, 0, 0]
  var payload = bytes
  for index in fields.indices { payload = payload.splittingFirst(&fields[index]) }
  let count = Int(fields[3]) | Int(fields[4]) << 8 | Int(fields[5] & 0x1F) << 16
  guard let encoding = Encoding(codec: fields[0], stride: fields[1], delta: fields[2] & 1 == 1)
  else { return }
  var plain = [UInt8](repeating: 0, count: count)
  var decompressor = Decompressor()
  var span = plain.mutableSpan
  var target = unsafe span.mutableBytes
  try? decompressor.decode(payload, encoding, into: &target)
}

#if !Fuzzing
  @main struct Replay {
    static func main() { replay(parse) }
  }
#endif

/// What the fuzzer calls with each input.
@c(LLVMFuzzerTestOneInput)
public func one(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe fuzz(start, count, parse)
}
