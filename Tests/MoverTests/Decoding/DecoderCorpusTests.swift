import FrameEngine
import Testing

@testable import Mover

/// Published frames through the decoder program.
@Suite(.enabled(if: PublishedFrames.folder != nil, "there is no shared/corpus/exr here"))
struct DecoderCorpusTests {
  /// Every chunk decodes, and packed again it gives the same pixels.
  @Test func decodesSoundFrames() throws {
    var frames = FrameCodec(decoder: .installed)
    var decoded = Set<PixelCodec>()
    for path in try PublishedFrames.paths(isDamaged: false) {
      let file = try PublishedFrames.bytes(of: path)
      let container = unsafe Container(reading: file.span.bytes)
      for (part, chunks) in zip(container.parts, container.chunks)
      where part.codec.decoding == .isolated && !part.kind.isDeep {
        decoded.insert(part.codec)
        for (number, chunk) in chunks.enumerated() {
          let chunk = try #require(chunk, "\(path), chunk \(number)")
          let shape = ChunkShape(window: chunk.region.window, channels: part.channels)
          let pixels = try frames.unpacked(Array(file[chunk.payload]), part.codec, shape)
          // The first chunks stand for all: packing is slow.
          if number >= 3 { continue }
          let packed = try frames.packed(pixels, .piz, shape)
          #expect(try frames.unpacked(packed, .piz, shape) == pixels, "\(path), chunk \(number)")
        }
      }
    }
    #expect(decoded.isSuperset(of: [.piz, .b44, .b44a]))
  }

  /// Of frames made to crash readers, each chunk decodes or is a fault, and the next sound one
  /// decodes.
  @Test func livesOnDamagedFrames() throws {
    var isolated = IsolatedCodec(.installed)
    let sound = SampleChunk.picture(
      Window(minX: 0, minY: 0, maxX: 99, maxY: 31), .of(.half, "Y"))
    let packed = try isolated.encode(sound, .piz)
    var chunkCount = 0
    for path in try PublishedFrames.paths(isDamaged: true) {
      let file = try PublishedFrames.bytes(of: path)
      let container = unsafe Container(reading: file.span.bytes)
      for (part, chunks) in zip(container.parts, container.chunks)
      where part.codec.decoding == .isolated && !part.kind.isDeep {
        for case let chunk? in chunks.prefix(200) {
          let shape = ChunkShape(window: chunk.region.window, channels: part.channels)
          if shape.byteCount > 1 << 26 { continue }
          chunkCount += 1
          do throws(ChunkFault) {
            _ = try isolated.decode(Array(file[chunk.payload]), part.codec, shape)
          } catch {
            #expect(error.code != .decoderTimeout, "\(path): \(error.reason)")
          }
        }
      }
      #expect(try isolated.decode(packed, .piz, sound.shape) == sound.bytes, "\(path)")
    }
    #expect(chunkCount > 0)
  }
}

extension FrameCodec {
  /// The bytes of a packed chunk.
  fileprivate mutating func unpacked(
    _ packed: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape
  ) throws(ChunkFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: shape.byteCount)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    _ = try decode(unsafe packed.span.bytes, codec, shape, into: &target)
    return bytes
  }

  /// The packed bytes of a chunk.
  fileprivate mutating func packed(
    _ bytes: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape
  ) throws(ChunkFault) -> [UInt8] {
    var packed = [UInt8]()
    try encode(unsafe bytes.span.bytes, codec, shape, into: &packed)
    return packed
  }
}

/// `shared/corpus/exr`, beside the package or further up.
private enum PublishedFrames {
  static let folder: FileName? = {
    var base = "\(#filePath)"[...]
    let disk = ThreadDisk()
    while let slash = base.lastIndex(of: "/") {
      base = base[..<slash]
      let candidate = FileName("\(base)/shared/corpus/exr")
      if (try? disk.status(of: candidate, in: .current).kind) == .folder { return candidate }
    }
    return nil
  }()

  /// All frames, sorted; those in the folder `Damaged`, or the others.
  static func paths(isDamaged: Bool) throws -> [FileName] {
    let disk = ThreadDisk()
    var found = [FileName]()
    var folders = [folder!]
    while let path = folders.popLast() {
      let handle = try disk.open(path, in: .current, .folder)
      for entry in try disk.entries(of: handle) {
        let inner = path.appending(entry.name)
        let isFolder = try disk.status(of: entry.name, in: handle).kind == .folder
        if isFolder, isDamaged || entry.name != "Damaged" { folders.append(inner) }
        if !isFolder, !isDamaged || inner.description.contains("/Damaged/") {
          found.append(inner)
        }
      }
      try disk.close(handle)
    }
    return found.sorted()
  }

  static func bytes(of path: FileName) throws -> [UInt8] {
    let disk = ThreadDisk()
    let size = try disk.status(of: path, in: .current).size
    return try disk.contents(of: path, in: .current, limit: Int(size) + 1)
  }
}
