import FrameEngine
import FuzzSupport

/// Containers of EXR frames: whatever is read stays inside the file and fits together, and what is
/// whole can be written again.
private func parse(_ bytes: RawSpan) {
  let container = Container(reading: bytes)
  precondition(container.chunks.count == container.parts.count)
  for (part, records) in container.chunks.enumerated() {
    for (index, record) in records.enumerated() {
      guard let record else { continue }
      precondition(record.region == container.grids[part].region(at: index))
      precondition(record.payload.upperBound <= bytes.byteCount)
    }
  }
  guard container.findings.isEmpty else { return }
  let written = rewrite(container, bytes)
  let copy = Container(reading: written.rawBytes)
  precondition(copy.findings.isEmpty)
  precondition(copy.chunks.map(\.count) == container.chunks.map(\.count))
}

/// The same file as our writer has it.
private func rewrite(_ container: Container, _ bytes: RawSpan) -> [UInt8] {
  var writer = ContainerWriter(parts: container.parts)
  for (part, records) in container.chunks.enumerated() {
    for case let record? in records {
      let payload = bytes.extracting(record.payload)
      if let deep = record.deep {
        writer.append(
          table: payload.extracting(first: deep.packedTable),
          samples: payload.extracting(droppingFirst: deep.packedTable),
          unpackedByteCount: deep.unpackedData, part: part, chunk: record.region.index)
      } else {
        writer.append(payload, part: part, chunk: record.region.index)
      }
    }
  }
  return writer.finish()
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
