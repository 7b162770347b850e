import FuzzSupport

/// A fault behind four steps, for the rig to find: it proves that coverage guides the search.
private func parse(_ bytes: RawSpan) {
  let array = bytes.array
  guard array.count > 3, array[0] == 0x46, array[1] == 0x41, array[2] == 0x52, array[3] == 0x4D
  else { return }
  fatalError("the canary was found")
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
