@testable import FrameEngine

/// Chunks as renderers make them, from a seed.
enum ChunkSamples {
  /// The codecs of this process.
  static let codecs: [PixelCodec] = [.none, .rle, .zips, .zip, .pxr24]

  /// Channels of one type, of all, and with rows and columns that only some have.
  static let channels: [[Channel]] =
    PixelType.allCases.map { [Channel(name: "Y", type: $0)] } + [
      ["A", "B", "G", "R"].map { Channel(name: $0, type: .half) },
      [
        Channel(name: "A", type: .half), Channel(name: "Z", type: .float),
        Channel(name: "id", type: .uint),
      ],
      [
        Channel(name: "BY", type: .half, xSampling: 2, ySampling: 2),
        Channel(name: "RY", type: .float, xSampling: 3, ySampling: 2),
        Channel(name: "Y", type: .uint),
      ],
    ]

  /// Windows of odd and even sizes, one that starts below 0.
  static let windows = [
    Window(minX: 0, minY: 0, maxX: 0, maxY: 0), Window(minX: -7, minY: -3, maxX: 59, maxY: 12),
    Window(minX: 1, minY: 1, maxX: 133, maxY: 1), Window(minX: 10, minY: 16, maxX: 265, maxY: 31),
  ]

  static var shapes: [ChunkShape] {
    windows.flatMap { window in channels.map { ChunkShape(window: window, channels: $0) } }
  }

  /// A gradient with as much noise as a photograph.
  static func bytes(_ shape: ChunkShape, seed: UInt64 = 1) -> [UInt8] {
    var random = TestBytes(seed: seed)
    var writer = ByteWriter(capacity: shape.byteCount)
    for y in shape.window.minY...shape.window.maxY {
      for index in shape.channels.indices where shape.channels[index].hasRow(y) {
        for x in 0..<shape.samples(of: index) {
          let value = Float(x + y + 40) / 97 + Float(random.next() % 64) / 9000
          switch shape.channels[index].type {
          case .half: writer.append(Float16(value).bitPattern)
          case .float: writer.append(value.bitPattern)
          case .uint: writer.append(UInt32(value) &* 0x0101)
          }
        }
      }
    }
    return writer.bytes
  }

  /// What a chunk reads as after PXR24: floats are cut to 24 bits, unless it was stored as it is.
  static func cut(_ bytes: [UInt8], _ shape: ChunkShape) -> [UInt8] {
    var result = bytes
    for index in shape.channels.indices where shape.channels[index].type == .float {
      shape.forEachRow(of: index) { _, offset in
        for at in stride(from: offset, to: offset + shape.rowByteCounts[index], by: 4) {
          let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
          let kept = ScalarPXR24.cut(bits) << 8
          for byte in 0..<4 {
            result[at + byte] = UInt8(truncatingIfNeeded: kept >> UInt32(8 * byte))
          }
        }
      }
    }
    return result
  }

  static func packed(_ bytes: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape, level: Int = 4)
    throws(ChunkFault) -> [UInt8]
  {
    var encoder = ChunkEncoder(level: level)
    var packed = [UInt8]()
    try encoder.encode(bytes.rawBytes, codec, shape, into: &packed)
    return packed
  }

  /// Unpacks with a guard page behind the packed bytes and behind the target, and bytes before the
  /// target that must stay as they are.
  static func unpacked(
    _ packed: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape, _ decoder: inout ChunkDecoder
  ) throws(ChunkFault) -> (bytes: [UInt8], slack: Int) {
    let source = GuardedBytes(packed)
    let room = GuardedBytes([UInt8](repeating: 0xA5, count: 64 + shape.byteCount))
    defer { precondition(room.array[..<64].allSatisfy { $0 == 0xA5 }, "written before the target") }
    var target = unsafe MutableRawSpan(
      _unsafeStart: room.start + 64, byteCount: shape.byteCount)
    let slack = try decoder.decode(source.span, codec, shape, into: &target)
    return (Array(room.array[64...]), slack)
  }

  static func unpacked(
    _ packed: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape
  ) throws(ChunkFault) -> (bytes: [UInt8], slack: Int) {
    var decoder = ChunkDecoder()
    return try unpacked(packed, codec, shape, &decoder)
  }

  /// The shape of so many bytes in a row.
  static func row(_ count: Int) -> ChunkShape {
    precondition(count % 2 == 0)
    return ChunkShape(
      window: Window(minX: 0, minY: 0, maxX: count / 2 - 1, maxY: 0),
      channels: [Channel(name: "Y", type: .half)])
  }
}

/// zlib streams written by RFC 1950 and 1951, out of stored blocks alone.
enum StoredStream {
  static func make(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(block.count)
      stream.append(rest.isEmpty ? 1 : 0)
      for value in [UInt16(block.count), ~UInt16(block.count)] {
        stream += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
      }
      stream += block
    } while !rest.isEmpty
    return stream + checksum(bytes)
  }

  /// The Adler-32, most significant byte first.
  static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let sums = bytes.reduce((a: UInt32(1), b: UInt32(0))) { sums, byte in
      let a = (sums.a + UInt32(byte)) % 65521
      return (a, (sums.b + a) % 65521)
    }
    let value = sums.b << 16 | sums.a
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
