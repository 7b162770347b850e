import Mover
import Testing

@testable import FrameEngine

/// A folder with frames in it, in which a shell runs the built program.
struct FrameWorkshop {
  let workshop: Workshop

  /// Calls `body` with a new folder.
  static func with(_ body: (FrameWorkshop) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try body(FrameWorkshop(workshop: Workshop(folder: folder)))
    }
  }

  /// Writes a file.
  func write(_ name: FileName, _ bytes: [UInt8]) throws {
    let path = FileName(workshop.folder.path).appending(name)
    try FrameOutput(disk: ThreadDisk()).write(bytes, to: path)
  }

  /// Writes a sound frame.
  func frame(_ name: FileName, seed: Int = 1) throws {
    try write(name, try FrameWorkshop.bytes(seed: seed))
  }

  /// Runs a script, which ends with `status`; what it printed.
  @discardableResult
  func run(_ status: Int32 = 0, _ script: String) throws -> ChildProcess {
    let child = try workshop.process(script)
    #expect(child.status == status, "\(script)\n\(child.output)\(child.errors)")
    return child
  }

  /// A ZIP frame of 96 by 80 pixels, five chunks: a pattern between 0.1 and 0.9.
  static func bytes(seed: Int = 1) throws -> [UInt8] {
    let part = Part(
      .scanLines, channels: ["A", "B", "G", "R"].map { Channel(name: $0, type: .half) },
      codec: .zip, dataWindow: Window(minX: 0, minY: 0, maxX: 95, maxY: 79))
    let grid = try #require(ChunkGrid(part))
    var writer = ContainerWriter(parts: [part])
    var encoder = ChunkEncoder()
    for index in 0..<grid.count {
      let shape = ChunkShape(window: grid.region(at: index).window, channels: part.channels)
      var pixels = ByteWriter(capacity: shape.byteCount)
      for y in shape.window.minY...shape.window.maxY {
        for channel in 0..<4 {
          for x in 0..<96 {
            let value = 0.1 + Float((x * 7 + y * 13 + channel * 31 + seed * 53) % 97) / 128
            pixels.append(Float16(value).bitPattern)
          }
        }
      }
      var packed: [UInt8] = []
      try encoder.encode(pixels.bytes.rawBytes, .zip, shape, into: &packed)
      writer.append(packed.rawBytes, part: 0, chunk: index)
    }
    return writer.finish()
  }

  /// The frame with a bit of one chunk's checksum turned.
  static func damaged(chunk: Int = 2, seed: Int = 1) throws -> [UInt8] {
    var bytes = try bytes(seed: seed)
    let record = Container(reading: bytes.rawBytes).chunks[0][chunk]
    let payload = try #require(record).payload
    bytes[payload.upperBound - 1] ^= 0x10
    return bytes
  }
}
