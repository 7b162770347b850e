import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameAssemblyTests {
  private static let sample = SampleFrame(SampleFrame.lines(.none))

  private func assembly(_ part: Part) throws -> FrameAssembly {
    FrameAssembly(
      parts: [part], crew: FrameCrew(size: 2, .installed), cancellation: nil)
  }

  /// The file of the sample, and the checksums of its chunks.
  private func build(_ part: Part) throws -> (bytes: [UInt8], checksums: [UInt32]) {
    let sample = Self.sample
    let bytes = try assembly(part).build(for: "f.exr") { _, region, target in
      let pixels = sample.pixels(region.window, part.channels).bytes
      for index in pixels.indices {
        target.storeBytes(of: pixels[index], toByteOffset: index, as: UInt8.self)
      }
    }
    let checksums = bytes.chunks[0].map { CRC32C.checksum(Array(bytes[$0.payload]).rawBytes) }
    return (bytes, checksums)
  }

  @Test(arguments: [PixelCodec.none, .rle, .zip, .piz])
  func `What is built is proved`(codec: PixelCodec) throws {
    let part = SampleFrame.lines(codec)
    let (bytes, checksums) = try build(part)
    try assembly(part).prove(bytes, checksums, "f.exr")
    var others = checksums
    others[0] ^= 1
    #expect(throws: FrameWorkError.self) {
      try assembly(part).prove(bytes, others, "f.exr")
    }
  }

  @Test func `One changed bit is seen where no codec would`() throws {
    let part = SampleFrame.lines(.none)
    let (bytes, checksums) = try build(part)
    #expect(throws: FrameWorkError.self) {
      try assembly(part).prove(bytes.flipping(7), checksums, "f.exr")
    }
    #expect(throws: FrameWorkError.self) {
      try assembly(part).prove(Array(bytes.dropLast(5)), checksums, "f.exr")
    }
  }

  @Test func `A wish to stop ends the work`() throws {
    let token = CancelToken()
    token.cancel()
    let stopped = FrameAssembly(
      parts: [SampleFrame.lines()], crew: FrameCrew(size: 2, .installed),
      cancellation: token)
    do throws(FrameWorkError) {
      _ = try stopped.build(for: "f.exr") { _, _, _ in }
      Issue.record("nobody was stopped")
    } catch {
      #expect(error.code == .interrupted)
    }
  }
}
