@testable import FrameEngine
@testable import Mover

/// A frame whose samples are a function of their place, so that the same picture can be cut and
/// packed in any way.
struct SampleFrame {
  var parts: [Part]
  /// Another seed is another picture with the same mean.
  var seed = 1
  /// Pixels that are zero in every channel.
  var holes: [Window] = []

  init(_ parts: Part..., seed: Int = 1, holes: [Window] = []) {
    self.parts = parts
    self.seed = seed
    self.holes = holes
  }

  static let window = Window(minX: -8, minY: 16, maxX: 247, maxY: 165)
  static let colours: [FrameEngine.Channel] = .of(.half, "A", "B", "G", "R")

  /// A part of scan lines.
  static func lines(
    _ codec: PixelCodec = .zip, _ channels: [FrameEngine.Channel] = colours,
    in window: Window = window, name: String? = nil
  ) -> Part {
    Part(.scanLines, name: name, channels: channels, codec: codec, dataWindow: window)
  }

  /// A part of tiles.
  static func tiles(_ codec: PixelCodec = .zip, _ mode: LevelMode = .one) -> Part {
    Part(
      .tiles, channels: colours, codec: codec, dataWindow: window,
      tiles: TileDescription(width: 64, height: 32, mode: mode))
  }

  /// A deep part whose pixels have 0, 1 or 2 samples; the header says `stated` at most.
  static func deep(_ codec: PixelCodec = .zips, stating stated: Int = 2) -> Part {
    var part = Part(
      .deepScanLines, name: "deep", channels: .of(.half, "A", "G") + .of(.float, "Z"),
      codec: codec, dataWindow: Window(minX: 0, minY: 0, maxX: 30, maxY: 19))
    part.set(Attribute("maxSamplesPerPixel", int: stated))
    return part
  }

  /// A sample, between 0.1 and 0.9.
  static func value(_ channel: Int, _ x: Int, _ y: Int, seed: Int) -> Float {
    let place = (x + 64) * 7 + (y + 64) * 13 + channel * 31 + seed * 53
    return 0.1 + Float(place % 97) / 128
  }

  /// The unpacked bytes of a chunk.
  func pixels(_ window: Window, _ channels: [FrameEngine.Channel]) -> SampleChunk {
    SampleChunk(window, channels) { index, column, y in
      let channel = channels[index]
      let x = window.minX + column * channel.xSampling
      if holes.contains(where: { $0.contains(x: x, y: y) }) { return 0 }
      let value = Self.value(index, x, y, seed: seed)
      switch channel.type {
      case .half: return UInt32(Float16(value).bitPattern)
      case .float: return value.bitPattern
      case .uint: return UInt32(value * 1000)
      }
    }
  }

  /// The file.
  func bytes() throws -> [UInt8] {
    var writer = ContainerWriter(parts: parts)
    var codec = FrameCodec(decoder: .installed)
    for (number, part) in parts.enumerated() {
      let grid = ChunkGrid(part)!
      for index in 0..<grid.count {
        let region = grid.region(at: index)
        if part.kind.isDeep {
          append(deep: region, part, number, to: &writer)
          continue
        }
        let chunk = pixels(region.window, part.channels)
        var packed: [UInt8] = []
        if part.codec.decoding == .unsupported {
          packed = Array(chunk.bytes.prefix(40))
        } else {
          try codec.encode(chunk.bytes.rawBytes, part.codec, chunk.shape, into: &packed)
        }
        writer.append(packed.rawBytes, part: number, chunk: index)
      }
    }
    return writer.finish()
  }

  /// Counts and samples as they are: no codec of deep data has to shrink them.
  private func append(
    deep region: ChunkRegion, _ part: Part, _ number: Int, to writer: inout ContainerWriter
  ) {
    var table = ByteWriter()
    var samples = ByteWriter()
    let window = region.window
    for y in window.minY...window.maxY {
      var total = 0
      for x in window.minX...window.maxX {
        total += (x + y) % 3
        table.append(Int32(total))
      }
      for (index, channel) in part.channels.enumerated() {
        for x in window.minX...window.maxX {
          for depth in 0..<(x + y) % 3 {
            let value = Self.value(index, x, y, seed: seed) + Float(depth)
            if channel.type == .half {
              samples.append(Float16(value).bitPattern)
            } else {
              samples.append(value.bitPattern)
            }
          }
        }
      }
    }
    writer.append(
      table: table.bytes.rawBytes, samples: samples.bytes.rawBytes,
      unpackedByteCount: samples.bytes.count, part: number, chunk: region.index)
  }
}

extension [UInt8] {
  /// The chunks of the file that these bytes are, which is sound in its structure.
  var chunks: [[ChunkRecord]] { Container(reading: rawBytes).chunks.map { $0.map { $0! } } }

  /// The file with one bit of the middle of a chunk's payload turned.
  func flipping(_ chunk: Int, part: Int = 0) -> [UInt8] {
    let payload = chunks[part][chunk].payload
    var copy = self
    copy[payload.lowerBound + payload.count / 2] ^= 0x10
    return copy
  }

  /// The file with the payload of a chunk, behind its first two bytes, made of 0xFF.
  func ruining(_ chunk: Int, part: Int = 0) -> [UInt8] {
    var copy = self
    for offset in chunks[part][chunk].payload.dropFirst(2) { copy[offset] = 0xFF }
    return copy
  }
}
