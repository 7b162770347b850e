import Glibc
import Testing

@testable import FrameEngine

/// Writes the codec fuzzer's first inputs, beside those of `FuzzSeedTests`.
@Suite(.enabled(if: unsafe getenv("FARMIO_FUZZ_SEEDS") != nil)) struct FuzzCodecSeedTests {
  private func write(_ bytes: [UInt8], _ name: String) {
    let folder = unsafe String(cString: getenv("FARMIO_FUZZ_SEEDS"))
    guard let file = unsafe fopen("\(folder)/codec/\(name)", "w") else { return }
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }

  @Test func writeSeeds() throws {
    let channels = [
      Channel(name: "A", type: .half), Channel(name: "Z", type: .float),
      Channel(name: "id", type: .uint),
    ]
    let shape = ChunkShape(
      window: Window(minX: -5, minY: -3, maxX: 10, maxY: 4), channels: channels)
    let smooth = (0..<shape.byteCount).map { UInt8($0 / 90) }
    for (number, codec) in ChunkSamples.codecs.enumerated() {
      let packed = try ChunkSamples.packed(smooth, codec, shape)
      write([UInt8(number), 15, 7, 1] + packed, codec.name)
    }
    var packer = BytePacker(level: 4)
    for (number, codec) in [PixelCodec.none, .rle, .zips].enumerated() {
      var table = ByteWriter()
      for _ in 0..<8 { for column in 1...16 as ClosedRange<UInt32> { table.append(column * 2) } }
      var (counts, samples) = ([UInt8](), [UInt8]())
      packer.pack(table.bytes.rawBytes, codec, into: &counts)
      packer.pack([UInt8](repeating: 1, count: 2560).rawBytes, codec, into: &samples)
      let head = [
        UInt8(128 + number), 15, 7, 1, UInt8(counts.count & 255), UInt8(counts.count >> 8),
      ]
      write(head + [0x00, 0x0A] + counts + samples, "deep-\(codec.name)")
    }
  }
}
