@testable import FrameEngine

/// Frames of every layout, written by our own writer. Payloads are bytes without meaning: structure
/// does not look into them.
struct SampleFrame {
  let name: String
  let parts: [Part]

  /// The file, the same for the same seed.
  func bytes(seed: UInt64 = 1) -> [UInt8] {
    var source = TestBytes(seed: seed)
    var writer = ContainerWriter(parts: parts)
    for (number, part) in parts.enumerated() {
      let grid = ChunkGrid(part)!
      for index in 0..<grid.count {
        let unpacked = grid.unpackedByteCount(of: grid.region(at: index))
        if part.kind.isDeep {
          let table = grid.region(at: index).window.area * 4
          writer.append(
            table: source.bytes(part.codec == .none ? table : max(1, table / 2)).rawBytes,
            samples: source.bytes(part.codec == .none ? unpacked : max(1, unpacked / 3)).rawBytes,
            unpackedByteCount: unpacked, part: number, chunk: index)
        } else {
          let packed = part.codec == .none ? unpacked : max(1, unpacked * 2 / 3)
          writer.append(source.bytes(packed).rawBytes, part: number, chunk: index)
        }
      }
    }
    return writer.finish()
  }

  static let colours = ["B", "G", "R", "A"].map { Channel(name: $0, type: .half) }
  static let window = Window(minX: -8, minY: 16, maxX: 247, maxY: 16 + 149)

  static func lines(_ codec: PixelCodec, _ order: LineOrder = .increasing) -> SampleFrame {
    SampleFrame(
      name: "\(codec.name) lines, \(order)",
      parts: [
        Part(
          .scanLines, channels: colours, codec: codec, dataWindow: window, lineOrder: order)
      ])
  }

  static func tiles(
    _ codec: PixelCodec, _ mode: LevelMode, _ rounding: LevelRounding = .down,
    _ order: LineOrder = .increasing
  ) -> SampleFrame {
    SampleFrame(
      name: "\(codec.name) tiles, \(mode) \(rounding), \(order)",
      parts: [
        Part(
          .tiles, channels: colours, codec: codec, dataWindow: window, lineOrder: order,
          tiles: TileDescription(width: 64, height: 32, mode: mode, rounding: rounding))
      ])
  }

  static let several = SampleFrame(
    name: "several parts",
    parts: [
      Part(.scanLines, name: "beauty", channels: colours, codec: .zip, dataWindow: window),
      Part(
        .tiles, name: "depth", channels: [Channel(name: "Z", type: .float)], codec: .none,
        dataWindow: Window(minX: 0, minY: 0, maxX: 99, maxY: 69), displayWindow: window,
        tiles: TileDescription(width: 32, height: 32, mode: .rip, rounding: .up)),
      Part(
        .scanLines, name: "ids", channels: [Channel(name: "id", type: .uint)], codec: .rle,
        dataWindow: Window(minX: 3, minY: -5, maxX: 40, maxY: 20), displayWindow: window,
        lineOrder: .decreasing),
    ])

  static let deepLines = SampleFrame(
    name: "deep lines",
    parts: [
      Part(.deepScanLines, name: "deep", channels: colours, codec: .zips, dataWindow: window)
    ])

  static let deepTiles = SampleFrame(
    name: "deep tiles",
    parts: [
      Part(
        .deepTiles, name: "deep", channels: colours, codec: .none, dataWindow: window,
        tiles: TileDescription(width: 100, height: 100))
    ])

  static let subsampled = SampleFrame(
    name: "luminance and chroma",
    parts: [
      Part(
        .scanLines,
        channels: [
          Channel(name: "Y", type: .half),
          Channel(name: "RY", type: .half, xSampling: 2, ySampling: 2),
          Channel(name: "BY", type: .half, xSampling: 2, ySampling: 2),
        ], codec: .piz, dataWindow: window)
    ])

  static let all: [SampleFrame] = [
    lines(.none), lines(.zip), lines(.zips, .decreasing), lines(.dwaa, .random),
    tiles(.zip, .one), tiles(.none, .mip), tiles(.piz, .mip, .up, .decreasing),
    tiles(.zip, .rip, .up), tiles(.rle, .rip, .down, .random), several, deepLines, deepTiles,
    subsampled,
  ]
}
