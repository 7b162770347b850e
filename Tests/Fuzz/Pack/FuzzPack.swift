import FrameEngine
import FuzzSupport

/// The ends of a pack, and a search for records in one that lost them.
private func parse(_ bytes: RawSpan) {
  if bytes.byteCount >= PackHeader.byteCount {
    let header = try? PackHeader(decoding: bytes.extracting(first: PackHeader.byteCount))
    if let header {
      precondition((try? PackHeader(decoding: header.encoded.rawBytes)) == header)
    }
  }
  if bytes.byteCount >= PackTrailer.byteCount {
    let start = bytes.byteCount - PackTrailer.byteCount
    if let trailer = try? PackTrailer(decoding: bytes.extracting(start..<bytes.byteCount)) {
      precondition(trailer.footerOffset >= PackHeader.byteCount)
    }
  }
  for kind in [PackHeader.Kind.data, .metadata] {
    _ = try? PackFooter(
      decoding: bytes, recordCount: bytes.byteCount / PackRecord.entryByteCount, kind: kind)
  }
  for start in stride(from: 0, to: bytes.byteCount, by: PackRecord.alignment) {
    let rest = bytes.extracting(start..<bytes.byteCount)
    guard let found = try? PackRecord.readHeader(rest, at: UInt32(start)) else { continue }
    precondition(found.record.endOffset <= Limits.packBytes)
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
