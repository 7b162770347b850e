import FrameEngine
import FuzzSupport

/// Pages of folders and lists of chunks: what is accepted is written as it was read.
private func parse(_ bytes: RawSpan) {
  var choice: UInt8 = 0
  let body = bytes.splittingFirst(&choice)
  if choice % 2 == 0 {
    guard let page = try? TreePage(decoding: body) else { return }
    precondition(page.encoded == body.array)
    precondition(page.entries.allSatisfy { $0.name.isPlain })
  } else {
    guard let list = try? ChunkList(decoding: body) else { return }
    precondition(list.encoded == body.array)
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
