import FrameEngine
import FuzzSupport

private let channelSets: [[Channel]] = [
  [Channel(name: "Y", type: .half)],
  [
    Channel(name: "A", type: .half), Channel(name: "Z", type: .float),
    Channel(name: "id", type: .uint),
  ],
  [
    Channel(name: "BY", type: .half, xSampling: 2, ySampling: 2),
    Channel(name: "RY", type: .float, xSampling: 3, ySampling: 2), Channel(name: "Y", type: .uint),
  ],
]

/// A chunk: codec, width, height and channels, then the packed bytes. What unpacks packs and unpacks
/// again to the same; of PXR24 it was cut before.
private func unpack(_ packed: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape) {
  var decoder = ChunkDecoder()
  guard let bytes = decode(packed, codec, shape, &decoder) else { return }
  var encoder = ChunkEncoder(level: 1)
  var again = [UInt8]()
  guard (try? encoder.encode(bytes.span.rawBytes, codec, shape, into: &again)) != nil else {
    fatalError("a decoded chunk is not encoded")
  }
  // A PXR24 chunk that was stored as it is may lose bits when it shrinks now.
  if codec == .pxr24 && packed.byteCount == shape.byteCount { return }
  precondition(decode(again.span.rawBytes, codec, shape, &decoder) == bytes)
}

private func decode(
  _ packed: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, _ decoder: inout ChunkDecoder
) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: shape.byteCount)
  var span = bytes.mutableSpan
  var target = unsafe span.mutableBytes
  guard let slack = try? decoder.decode(packed, codec, shape, into: &target) else { return nil }
  precondition(slack >= 0 && slack < max(packed.byteCount, 1))
  return bytes
}

/// A deep chunk: the same four bytes, then two of the length of the packed counts and two of the
/// stated bytes of samples.
private func unpackDeep(_ bytes: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape) {
  var fields: [UInt8] = [0, 0, 0, 0]
  var rest = bytes
  for index in fields.indices { rest = rest.splittingFirst(&fields[index]) }
  let split = min(Int(fields[0]) | Int(fields[1]) << 8, rest.byteCount)
  let stated = Int(fields[2]) | Int(fields[3]) << 8
  var decoder = DeepDecoder(byteLimit: 1 << 20)
  let summary = try? decoder.decode(
    counts: rest.extracting(0..<split), samples: rest.extracting(split..<rest.byteCount),
    unpackedByteCount: stated, codec, window: shape.window, channels: shape.channels)
  guard let summary else { return }
  precondition(decoder.counts.reduce(0) { $0 + Int($1) } == summary.sampleCount)
  precondition(decoder.samples.byteCount == stated)
}

private func parse(_ bytes: RawSpan) {
  var fields: [UInt8] = [0, 0, 0, 0]
  var rest = bytes
  for index in fields.indices { rest = rest.splittingFirst(&fields[index]) }
  let codecs: [PixelCodec] = [.none, .rle, .zips, .zip, .pxr24]
  let isDeep = fields[0] >= 128
  let channels = isDeep ? 1 : Int(fields[3]) % channelSets.count
  let window = Window(minX: -5, minY: -3, maxX: Int(fields[1]) - 5, maxY: Int(fields[2] % 32) - 3)
  let shape = ChunkShape(window: window, channels: channelSets[channels])
  let codec = codecs[Int(fields[0] & 127) % (isDeep ? 3 : codecs.count)]
  if isDeep { unpackDeep(rest, codec, shape) } else { unpack(rest, codec, shape) }
}

extension Span<UInt8> {
  /// The bytes, in place.
  fileprivate var rawBytes: RawSpan {
    @_lifetime(copy self)
    get { unsafe bytes }
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
