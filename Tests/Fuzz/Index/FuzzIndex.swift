import FrameEngine
import FuzzSupport

/// An index segment and the footers in it.
private func parse(_ bytes: RawSpan) {
  guard let segment = try? IndexSegment(decoding: bytes) else { return }
  for part in segment.parts {
    let footer = try? PackFooter(
      decoding: part.storedFooter.rawBytes, recordCount: Int(part.trailer.recordCount),
      kind: part.header.kind)
    for record in footer?.records ?? [] {
      precondition(record.plainCount <= Limits.metadataBytes)
    }
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
