import FrameEngine
import FuzzSupport

/// Small records: what is accepted is written as it was read.
private func parse(_ bytes: RawSpan) {
  var choice: UInt8 = 0
  let body = bytes.splittingFirst(&choice)
  let array = body.array
  switch choice % 8 {
  case 0: _ = try? ConfigRecord(decoding: body)
  case 1:
    let key = BLAKE3.deriveKey(context: "fuzz", material: body)
    _ = try? RecordEnvelope(decoding: body, name: "refs/1", key: key)
  case 2: if let record = try? LeaseRecord(decoding: body) { precondition(record.encoded == array) }
  case 3:
    if let record = try? ReferenceRecord(decoding: body) { precondition(record.encoded == array) }
  case 4:
    if let record = try? TombstoneRecord(decoding: body) { precondition(record.encoded == array) }
  case 5:
    if let record = try? VerdictRecord(decoding: body) { precondition(record.encoded == array) }
  case 6:
    if let record = try? ForgottenRecord(decoding: body) { precondition(record.encoded == array) }
  default:
    if let record = try? WatchRecord(decoding: body) { precondition(record.encoded == array) }
  }
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
