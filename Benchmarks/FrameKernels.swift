import CKernels
import FrameEngine

/// The codecs of this process over synthetic 4K frames, and their kernels, on one core. Two images
/// of four halves a pixel: a gradient, and a photograph with the noise of a camera.
enum FrameBenchmarks {
  private static let width = 4096
  private static let height = 256
  private static let channels = ["A", "B", "G", "R"].map { Channel(name: $0, type: .half) }

  static func run() {
    print(row("kernel", "variant", "GB/s", "back"))
    for variant in FrameKernelVariant.supported { kernels(variant) }
    print("")
    print(row("codec", "image", "packed", "decode", "Mpix/s", "encode", "Mpix/s"))
    for (name, image) in [("gradient", image(noise: 0)), ("photo", image(noise: 1))] {
      for codec in [PixelCodec.none, .rle, .zips, .zip, .pxr24] { codecs(codec, name, image) }
    }
    print("\ndecode, encode: MB/s of unpacked bytes, level 4")
  }

  /// Times one codec over all chunks of an image.
  private static func codecs(_ codec: PixelCodec, _ name: String, _ image: [UInt8]) {
    let lines = codec.linesPerChunk
    let shape = ChunkShape(
      window: Window(minX: 0, minY: 0, maxX: width - 1, maxY: lines - 1), channels: channels)
    let count = height / lines
    var encoder = ChunkEncoder()
    var packed = [[UInt8]](repeating: [], count: count)
    let encode = Throughput.best(of: 3, bytes: image.count) {
      for index in 0..<count {
        let bytes = image.span.extracting(
          index * shape.byteCount..<(index + 1) * shape.byteCount)
        do throws(ChunkFault) {
          try encoder.encode(unsafe bytes.bytes, codec, shape, into: &packed[index])
        } catch { fatalError(error.reason) }
      }
    }
    var decoder = ChunkDecoder()
    var chunk = [UInt8](repeating: 0, count: shape.byteCount)
    let decode = Throughput.best(of: 5, bytes: image.count) {
      for index in 0..<count {
        var span = chunk.mutableSpan
        var target = unsafe span.mutableBytes
        let source = packed[index]
        do throws(ChunkFault) {
          _ = try decoder.decode(source.rawBytes, codec, shape, into: &target)
        } catch { fatalError(error.reason) }
      }
    }
    let share = Double(packed.reduce(0) { $0 + $1.count }) / Double(image.count)
    let pixelBytes = Double(image.count) / Double(width * height)
    func rates(_ speed: Double) -> [String] {
      ["\(Int(speed * 1000))", "\(Int(speed * 1000 / pixelBytes))"]
    }
    print(
      row([codec.name, name, "\(Int((share * 1000).rounded()))‰"] + rates(decode) + rates(encode)))
  }

  /// Times the kernels of a variant over a chunk of 512 KiB, which stays in the cache.
  private static func kernels(_ variant: FrameKernelVariant) {
    let count = 512 << 10
    let source = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    defer {
      unsafe source.deallocate()
      unsafe target.deallocate()
    }
    unsafe source.initialize(repeating: 7, count: count)
    unsafe target.initialize(repeating: 9, count: count)
    func report(_ kernel: String, _ split: () -> Void, _ join: () -> Void) {
      let forth = Throughput.best(of: 5, bytes: 40 * count) { for _ in 0..<40 { split() } }
      let back = Throughput.best(of: 5, bytes: 40 * count) { for _ in 0..<40 { join() } }
      print(row(kernel, variant.name, tenths(forth), tenths(back)))
    }
    report(
      "planes", { unsafe variant.split(source, count, target) },
      { unsafe variant.join(source, count, target) })
    for planes: Int32 in 2...4 {
      let samples = count / (planes == 2 ? 2 : 4)
      report(
        "PXR24 \(planes)", { unsafe variant.splitRow(source, samples, planes, target) },
        { unsafe variant.joinRow(source, samples, planes, target) })
    }
  }

  /// Rows of pixels, in a row channel by channel.
  private static func image(noise: Float) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(width * height * 8)
    var state: UInt64 = 88_172_645_463_325_252
    for y in 0..<height {
      for channel in 0..<channels.count {
        for x in 0..<width {
          state ^= state << 13
          state ^= state >> 7
          state ^= state << 17
          let light = Float(x + 2 * y + 800 * channel) / 5000
          // Shot noise grows with the root of the light; here as the sum of three draws.
          let draws = Float(state & 0x3FF) + Float(state >> 20 & 0x3FF) + Float(state >> 40 & 0x3FF)
          let grain = noise * (draws / 1535 - 1) * 0.02 * light.squareRoot()
          let bits = channel == 0 ? 0x3C00 : Float16(light + grain).bitPattern
          bytes.append(UInt8(truncatingIfNeeded: bits))
          bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        }
      }
    }
    return bytes
  }

  private static func row(_ cells: String...) -> String { row(cells) }

  private static func row(_ cells: [String]) -> String {
    cells.map { $0 + String(repeating: " ", count: max(0, 12 - $0.count)) }.joined()
  }

  private static func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
  }
}

/// The EXR kernels of one instruction set.
@safe private struct FrameKernelVariant: Sendable {
  typealias Planes =
    @Sendable (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<UInt8>) -> Void
  typealias Row =
    @Sendable (UnsafePointer<UInt8>, Int, Int32, UnsafeMutablePointer<UInt8>) -> Void

  let name: String
  let split: Planes
  let join: Planes
  let splitRow: Row
  let joinRow: Row

  /// The variants that this CPU can run, the slowest first.
  static var supported: [FrameKernelVariant] {
    Array(all.prefix(Int(farmio_kernel_supported()) + 1))
  }

  private static let portable = unsafe FrameKernelVariant(
    name: "portable", split: farmio_exr_split_portable, join: farmio_exr_join_portable,
    splitRow: farmio_exr_pxr24_split_portable, joinRow: farmio_exr_pxr24_join_portable)

  #if arch(x86_64)
    private static var all: [FrameKernelVariant] { [portable, sse4, avx2, avx512] }

    private static let sse4 = unsafe FrameKernelVariant(
      name: "sse4", split: farmio_exr_split_sse4, join: farmio_exr_join_sse4,
      splitRow: farmio_exr_pxr24_split_sse4, joinRow: farmio_exr_pxr24_join_sse4)

    private static let avx2 = unsafe FrameKernelVariant(
      name: "avx2", split: farmio_exr_split_avx2, join: farmio_exr_join_avx2,
      splitRow: farmio_exr_pxr24_split_avx2, joinRow: farmio_exr_pxr24_join_avx2)

    private static let avx512 = unsafe FrameKernelVariant(
      name: "avx512", split: farmio_exr_split_avx512, join: farmio_exr_join_avx512,
      splitRow: farmio_exr_pxr24_split_avx512, joinRow: farmio_exr_pxr24_join_avx512)
  #else
    private static var all: [FrameKernelVariant] { [portable] }
  #endif
}
