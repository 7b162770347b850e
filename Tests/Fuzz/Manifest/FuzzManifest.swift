import FrameEngine
import FuzzSupport
import Mover

/// Manifests of frames and of Cryptomatte, profiles, patterns and ranges: texts that come from
/// other hands. The first byte chooses.
private func parse(_ bytes: RawSpan) {
  var choice: UInt8 = 0
  let body = bytes.splittingFirst(&choice)
  switch choice % 5 {
  case 0: frameManifest(body)
  case 1: cryptomatteManifest(body.array)
  case 2: profile(body.array)
  case 3: pattern(body.array)
  default: range(body.array)
  }
}

/// What is accepted is written as it was read.
private func frameManifest(_ body: RawSpan) {
  guard let manifest = try? FrameManifest(parsing: body) else { return }
  let again = manifest.encoded
  precondition(again.count == body.byteCount)
  #if !Fuzzing
    // A fuzzer's build believes every digest, so the last line may differ there.
    precondition(again == body.array)
  #endif
  for frame in manifest.frames { precondition(manifest.findings(for: frame).isEmpty) }
}

private func cryptomatteManifest(_ body: [UInt8]) {
  guard let manifest = try? CryptomatteManifest(parsing: body) else { return }
  for entry in manifest.entries { precondition(manifest.name(of: entry.id) != nil) }
}

private func profile(_ body: [UInt8]) {
  guard let profile = try? ProfileFile.parse(body, source: "input") else { return }
  let part = Part(
    attributes: [], kind: .scanLines, name: nil,
    channels: [Channel(name: "R", type: .half)], codec: .zip,
    dataWindow: Window(minX: 0, minY: 0, maxX: 9, maxY: 9),
    displayWindow: Window(minX: 0, minY: 0, maxX: 9, maxY: 9))
  _ = profile.judge([part], fileName: "shot.1001.exr")
}

/// A pattern finds the names that it makes, and names are grouped without loss.
private func pattern(_ body: [UInt8]) {
  let names = body.split(separator: 0).map { FileName(Array($0)) }
  guard let first = names.first else { return }
  if let pattern = try? FramePattern(parsing: first) {
    for frame in [-7, 0, 1001, 123_456] {
      precondition(pattern.match(pattern.name(of: frame))?.frame == frame)
    }
    _ = pattern.group(of: names)
  }
  let grouped = FramePattern.groups(of: names).flatMap(\.members).map(\.name)
  precondition(grouped.sorted() == names.sorted())
}

/// What is printed is read as the same frames.
private func range(_ body: [UInt8]) {
  guard let range = try? FrameRange(parsing: String(decoding: body, as: UTF8.self)) else { return }
  guard range.description.utf8.count <= FrameRange.textLimit else { return }
  precondition((try? FrameRange(parsing: range.description)) == range)
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
