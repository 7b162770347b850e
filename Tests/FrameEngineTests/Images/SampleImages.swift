import FrameEngine

/// Images whose bytes are drawn, and the plain way to cut them up.
enum SampleImages {
  static let rgba = ["A", "B", "G", "R"].map { Channel(name: $0, type: .half) }

  /// Halves, floats and whole numbers beside each other.
  static let mixed = [
    Channel(name: "A", type: .half), Channel(name: "ID", type: .uint),
    Channel(name: "R", type: .half), Channel(name: "Z", type: .float),
  ]

  /// Luminance with chroma at half the rate.
  static let chroma = [
    Channel(name: "BY", type: .half, xSampling: 2, ySampling: 2),
    Channel(name: "RY", type: .half, xSampling: 2, ySampling: 2),
    Channel(name: "Y", type: .half),
  ]

  /// The unpacked bytes of a chunk whose samples `value` gives.
  static func bytes(
    _ window: Window, _ channels: [Channel], _ value: (_ channel: Int, _ x: Int, _ y: Int) -> Double
  ) -> [UInt8] {
    var writer = ByteWriter()
    for y in window.minY...window.maxY {
      for (place, channel) in channels.enumerated() where channel.hasRow(y) {
        for x in window.minX...window.maxX where x.isMultiple(of: channel.xSampling) {
          let sample = value(place, x, y)
          switch channel.type {
          case .half: writer.append(Float16(sample).bitPattern)
          case .float: writer.append(Float(sample).bitPattern)
          case .uint: writer.append(UInt32(sample))
          }
        }
      }
    }
    return writer.bytes
  }

  /// The raster of one chunk.
  static func raster(_ window: Window, _ channels: [Channel], _ bytes: [UInt8]) -> Raster {
    var raster = Raster(window: window, channels: channels)
    raster.fill(ChunkShape(window: window, channels: channels), bytes.rawBytes)
    return raster
  }

  /// The raster whose samples `value` gives.
  static func raster(
    _ window: Window, _ channels: [Channel], _ value: (_ channel: Int, _ x: Int, _ y: Int) -> Double
  ) -> Raster {
    raster(window, channels, bytes(window, channels, value))
  }

  /// The pieces of a window in reading order, those at the right and bottom edge cropped.
  static func pieces(_ window: Window, width: Int, height: Int) -> [Window] {
    stride(from: window.minY, through: window.maxY, by: height).flatMap { y in
      stride(from: window.minX, through: window.maxX, by: width).map { x in
        Window(
          minX: x, minY: y, maxX: min(x + width - 1, window.maxX),
          maxY: min(y + height - 1, window.maxY))
      }
    }
  }

  /// A sample of a raster whose channels all have every pixel, as a number.
  static func sample(_ raster: Raster, _ channel: Int, _ x: Int, _ y: Int) -> Double {
    let window = Window(minX: x, minY: y, maxX: x, maxY: y)
    let bytes = raster.bytes(of: window)
    let place = raster.channels[..<channel].reduce(0) { $0 + $1.type.byteCount }
    func word<T: FixedWidthInteger>(_ type: T.Type) -> T {
      (0..<MemoryLayout<T>.size).reduce(0) { $0 | T(bytes[place + $1]) << T(8 * $1) }
    }
    return switch raster.channels[channel].type {
    case .half: Double(Float16(bitPattern: word(UInt16.self)))
    case .float: Double(Float(bitPattern: word(UInt32.self)))
    case .uint: Double(word(UInt32.self))
    }
  }
}
