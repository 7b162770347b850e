import FrameEngine

/// What the decoder is asked; the other half is `Sources/FrameDecoder/Protocol.hpp`.
struct DecoderRequest {
  enum Operation: UInt8 { case decode = 1, encode = 2 }

  static let mark: UInt32 = 0x3143_4446

  var operation: Operation
  var codec: PixelCodec
  var window: Window
  var quality: Float = 0
  var layout: DecoderLayout
  /// Bytes of all the shared memory.
  var memoryBytes: Int

  /// The 72 bytes of the message.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 72)
    writer.append(DecoderRequest.mark)
    writer.append(operation.rawValue)
    writer.append(codec.rawValue)
    writer.append(UInt16(0))
    for corner in [window.minX, window.minY, window.maxX, window.maxY] {
      writer.append(UInt32(bitPattern: Int32(corner)))
    }
    writer.append(UInt32(layout.channels.count))
    writer.append(quality.bitPattern)
    for number in [
      memoryBytes, layout.packed.lowerBound, layout.packed.count, layout.unpacked.lowerBound,
      layout.unpacked.count,
    ] { writer.append(UInt64(number)) }
    return writer.bytes
  }
}

/// Where the bytes of a request lie in the shared memory.
struct DecoderLayout {
  /// The list of channels.
  let channels: Range<Int>
  /// The packed chunk, or the room for it.
  let packed: Range<Int>
  /// The unpacked chunk, from a page border on.
  let unpacked: Range<Int>

  init(channelBytes: Int, packedBytes: Int, unpackedBytes: Int) {
    channels = 0..<channelBytes
    let packedStart = (channelBytes + 63) & ~63
    packed = packedStart..<packedStart + packedBytes
    let unpackedStart = Buffer.roundedUpToPages(packed.upperBound)
    unpacked = unpackedStart..<unpackedStart + unpackedBytes
  }
}

/// What the decoder answers.
struct DecoderReply {
  enum Status: UInt32 { case done = 0, corrupt, unsupported, limit, misuse }

  static let byteCount = 256

  let status: Status
  /// Bytes that were written.
  let byteCount: Int
  /// Why it failed, for a person.
  let reason: String

  /// Reads a message; `nil` where it is none.
  init?(_ bytes: [UInt8]) {
    var reader = unsafe ByteReader(bytes.span.bytes)
    do throws(FormatError) {
      guard try reader.u32() == DecoderRequest.mark,
        let status = Status(rawValue: try reader.u32()),
        let byteCount = Int(exactly: try reader.u64())
      else { return nil }
      self.status = status
      self.byteCount = byteCount
    } catch {
      return nil
    }
    // A hostile child may have written it: nothing goes to a terminal but what can be shown.
    let text = bytes[16...].prefix { $0 != 0 }.map { (0x20..<0x7F).contains($0) ? $0 : 0x3F }
    reason = String(decoding: text, as: UTF8.self)
  }
}

extension [FrameEngine.Channel] {
  /// The list as EXR's `channels` attribute has it, final zero included.
  var attributeBytes: [UInt8] {
    var writer = ByteWriter()
    for channel in self {
      writer.append(contentsOf: Array<UInt8>(channel.name.utf8))
      writer.append(UInt8(0))
      writer.append(UInt32(bitPattern: channel.type.rawValue))
      writer.append(UInt32(channel.isPerceptuallyLinear ? 1 : 0))
      writer.append(UInt32(truncatingIfNeeded: channel.xSampling))
      writer.append(UInt32(truncatingIfNeeded: channel.ySampling))
    }
    writer.append(UInt8(0))
    return writer.bytes
  }
}
