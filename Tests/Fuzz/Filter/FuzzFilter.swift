import FrameEngine
import FuzzSupport
import Mover

/// Lines of exclude patterns, then a NUL and the path they are asked about.
private func parse(_ bytes: RawSpan) {
  let parts = bytes.array.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  var filter = Filter()
  do { try filter.exclude(linesOf: Array(parts[0])) } catch { return }
  guard parts.count == 2 else { return }
  let path = parts[1].split(separator: UInt8(ascii: "/"))
  let folder = path.dropLast().joined(separator: [UInt8(ascii: "/")])
  let name = FileName(Array(path.last ?? []))
  for isFolder in [false, true] {
    _ = filter.excludes(name, in: FileName(Array(folder)), isFolder: isFolder)
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
