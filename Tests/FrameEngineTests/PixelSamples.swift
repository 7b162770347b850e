@testable import FrameEngine

/// Unpacked chunks made of functions, and the scans of them.
struct PixelSamples {
  let part: Part
  let shape: ChunkShape
  private(set) var bytes: [UInt8]

  /// All of a part's pixels as one chunk; `value` gives the sample of a channel at a pixel.
  init(
    _ window: Window, _ channels: [Channel], tiles: TileDescription? = nil,
    _ value: (_ channel: Int, _ x: Int, _ y: Int) -> Double
  ) {
    part = Part(
      attributes: [], kind: tiles == nil ? .scanLines : .tiles, name: nil, channels: channels,
      codec: .zip, dataWindow: window, displayWindow: window, tiles: tiles)
    shape = ChunkShape(window: window, channels: channels)
    var writer = ByteWriter(capacity: shape.byteCount)
    for y in window.minY...window.maxY {
      for (index, channel) in channels.enumerated() where channel.hasRow(y) {
        for x in window.minX...window.maxX where x.isMultiple(of: channel.xSampling) {
          writer.append(value(index, x, y), channel.type)
        }
      }
    }
    bytes = writer.bytes
  }

  /// The lines `from` to `through` as chunk number `index`, cut out of the whole.
  func lines(_ index: Int, _ from: Int, _ through: Int) -> (ChunkRegion, ChunkShape, [UInt8]) {
    let window = Window(
      minX: shape.window.minX, minY: from, maxX: shape.window.maxX, maxY: through)
    var start = 0
    for y in shape.window.minY..<from { start += shape.lineBytes(y) }
    let part = ChunkShape(window: window, channels: shape.channels)
    return (
      ChunkRegion(index: index, window: window), part,
      Array(bytes[start..<start + part.byteCount])
    )
  }

  /// The chunks of so many lines, from the top.
  func chunks(of lines: Int) -> [(ChunkRegion, ChunkShape, [UInt8])] {
    stride(from: shape.window.minY, through: shape.window.maxY, by: lines).enumerated().map {
      self.lines($0, $1, min($1 + lines - 1, shape.window.maxY))
    }
  }

  /// The scan of the whole part in chunks of so many lines.
  func scan(lines: Int = 16, limits: PixelLimits = .standard) -> PartScan {
    let plan = ScanPlan(part, limits: limits)
    var scanner = PixelScanner(plan)
    var whole = PartScan(plan, tiles: part.tiles)
    for (region, shape, bytes) in chunks(of: lines) {
      whole.merge(scanner.scan(region, shape, bytes.rawBytes))
    }
    return whole
  }

  /// Channels of one type.
  static func channels(_ names: [String], _ type: PixelType = .half) -> [Channel] {
    names.map { Channel(name: $0, type: type) }
  }

  /// A window of this size in the corner.
  static func window(_ width: Int, _ height: Int) -> Window {
    Window(minX: 0, minY: 0, maxX: width - 1, maxY: height - 1)
  }
}

extension ByteWriter {
  /// Appends a sample; a uint takes what fits.
  mutating func append(_ value: Double, _ type: PixelType) {
    switch type {
    case .half: append(Float16(value).bitPattern)
    case .float: append(Float(value).bitPattern)
    case .uint: append(UInt32(value))
    }
  }
}
