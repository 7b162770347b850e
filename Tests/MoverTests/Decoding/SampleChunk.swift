import FrameEngine

@testable import Mover

/// A chunk of made pixels.
struct SampleChunk {
  let shape: ChunkShape
  let bytes: [UInt8]

  /// A chunk whose samples `value` makes, as bits of the channel's type.
  init(
    _ window: Window, _ channels: [FrameEngine.Channel],
    _ value: (_ channel: Int, _ column: Int, _ y: Int) -> UInt32
  ) {
    let shape = ChunkShape(window: window, channels: channels)
    var bytes = [UInt8](repeating: 0, count: shape.byteCount)
    for (index, channel) in channels.enumerated() {
      let width = channel.type.byteCount
      shape.forEachRow(of: index) { y, byteOffset in
        for column in 0..<shape.samples(of: index) {
          let bits = value(index, column, y)
          for byte in 0..<width {
            bytes[byteOffset + column * width + byte] = UInt8(
              truncatingIfNeeded: bits >> UInt32(8 * byte))
          }
        }
      }
    }
    self.shape = shape
    self.bytes = bytes
  }

  /// A soft picture between 0 and 1, with a little grain.
  static func picture(
    _ window: Window, _ channels: [FrameEngine.Channel], seed: UInt64 = 1
  ) -> SampleChunk {
    var generator = SeededGenerator(seed: seed)
    let phase = Float.random(in: 0..<6, using: &generator)
    return SampleChunk(window, channels) { channel, column, y in
      let wave = 0.5 + 0.25 * (ripple(Float(column) / 17 + phase) + ripple(Float(y) / 23))
      let value =
        wave * Float(channel + 1) / Float(channels.count)
        + Float.random(in: 0..<0.001, using: &generator)
      switch channels[channel].type {
      case .half: return UInt32(Float16(value).bitPattern)
      case .float: return value.bitPattern
      case .uint: return UInt32(value * 1000)
      }
    }
  }

  /// Bits without any order, so that infinities, NaN and denormal numbers are among them; every
  /// few samples alike, so that there is something to pack.
  static func noise(
    _ window: Window, _ channels: [FrameEngine.Channel], seed: UInt64 = 1
  ) -> SampleChunk {
    var generator = SeededGenerator(seed: seed)
    var bits: UInt32 = 0
    return SampleChunk(window, channels) { _, column, _ in
      if column % 5 == 0 { bits = UInt32(truncatingIfNeeded: generator.next()) }
      return bits
    }
  }

  /// The largest difference between the numbers of two chunks of this shape, in channels of half
  /// and float.
  func largestDifference(_ other: [UInt8]) -> Float {
    var largest: Float = 0
    for (index, channel) in shape.channels.enumerated() where channel.type != .uint {
      let width = channel.type.byteCount
      shape.forEachRow(of: index) { _, byteOffset in
        for column in 0..<shape.samples(of: index) {
          let offset = byteOffset + column * width
          let difference =
            SampleChunk.number(bytes, offset, channel.type)
            - SampleChunk.number(other, offset, channel.type)
          largest = max(largest, abs(difference))
        }
      }
    }
    return largest
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ type: PixelType) -> Float {
    let half = UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    if type == .half { return Float(Float16(bitPattern: half)) }
    let upper = UInt16(bytes[offset + 2]) | UInt16(bytes[offset + 3]) << 8
    return Float(bitPattern: UInt32(half) | UInt32(upper) << 16)
  }

  /// A wave between -1 and 1 of straight lines.
  private static func ripple(_ x: Float) -> Float {
    let place = x / 4 - (x / 4).rounded(.down)
    return place < 0.5 ? 4 * place - 1 : 3 - 4 * place
  }
}

extension IsolatedCodec {
  /// The bytes of a packed chunk.
  mutating func decode(
    _ packed: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape
  ) throws(ChunkFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xAA, count: shape.byteCount)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    let slack = try decode(unsafe packed.span.bytes, codec, shape, into: &target)
    precondition(slack == 0, "the library tells of no slack")
    return bytes
  }

  /// The packed bytes of a chunk.
  mutating func encode(
    _ chunk: SampleChunk, _ codec: PixelCodec, quality: Float = 45
  ) throws(ChunkFault) -> [UInt8] {
    var packed = [UInt8]()
    try encode(
      unsafe chunk.bytes.span.bytes, codec, chunk.shape, quality: quality, into: &packed)
    return packed
  }
}

/// The program as it was built beside the tests.
func builtDecoder(_ arguments: String...) throws -> DecoderProgram {
  let program = DecoderProgram.installed
  guard let path = program.path else {
    throw DecoderMissing(codec: .piz, tried: program.places)
  }
  return DecoderProgram(path: path, arguments: arguments)
}

extension [FrameEngine.Channel] {
  /// Channels of one type, in the order of their names.
  static func of(_ type: PixelType, _ names: String...) -> [FrameEngine.Channel] {
    names.map { FrameEngine.Channel(name: $0, type: type) }
  }

  /// Luminance and sub-sampled chroma.
  static func subsampled(_ step: Int, _ type: PixelType = .half) -> [FrameEngine.Channel] {
    [
      FrameEngine.Channel(name: "BY", type: type, xSampling: step, ySampling: step),
      FrameEngine.Channel(name: "RY", type: type, xSampling: step, ySampling: step),
      FrameEngine.Channel(name: "Y", type: type),
    ]
  }
}
