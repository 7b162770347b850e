@testable import FrameEngine

/// Bytes of the kinds that farms store, each from a seed.
enum SampleBytes: CaseIterable {
  case zeros
  case noise
  case text
  case floats
  case halfPixels
  case vectors

  func make(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var bytes = ByteWriter(capacity: count + 16)
    var step = 0
    let words = ["def", " Xform", " \"lamp\"", " {\n", "over", " = 0.25\n", "}\n", " rel material"]
    while bytes.count < count {
      let wave = Float(step) / 640 + Float(next() % 1000) / 1_000_000
      switch self {
      case .zeros: bytes.append(UInt64(0))
      case .noise: bytes.append(next())
      case .text: bytes.append(contentsOf: Array(words[Int(next() % 8)].utf8))
      case .floats: bytes.append((wave * wave).bitPattern)
      case .halfPixels: bytes.append(Float16(wave.truncatingRemainder(dividingBy: 8)).bitPattern)
      case .vectors:
        bytes.append(wave.bitPattern)
        bytes.append((wave * 0.5 + 100).bitPattern)
        bytes.append((100_000 - wave).bitPattern)
      }
      step += 1
    }
    return Array(bytes.bytes[..<count])
  }
}

/// Packs `bytes`; the encoding and the payload, which for `raw` is the bytes themselves.
func pack(
  _ bytes: [UInt8], _ compressor: inout Compressor, hint: inout StrideHint
) -> (encoding: Encoding, payload: [UInt8]) {
  let encoding = unsafe compressor.encode(bytes.span.bytes, hint: &hint)
  return (encoding, encoding == .raw ? bytes : copy(compressor.payload))
}

/// Packs `bytes` as a metadata record; the encoding and the payload.
func packPlain(_ bytes: [UInt8], level: Int32 = 3) -> (encoding: Encoding, payload: [UInt8]) {
  var compressor = Compressor()
  let encoding = unsafe compressor.encodePlain(bytes.span.bytes, level: level)
  return (encoding, encoding == .raw ? bytes : copy(compressor.payload))
}

/// What `payload` decodes to, in the middle of 128 bytes that must stay as they are.
func unpack(
  _ payload: [UInt8], _ encoding: Encoding, count: Int
) throws(FormatError) -> [UInt8] {
  var decoder = Decompressor()
  var room = Scratch(capacity: count + 128)
  room.fill(0xA5, count: count + 128)
  defer {
    let around = copy(room.bytes(count + 128))
    precondition(around[..<64].allSatisfy { $0 == 0xA5 }, "written before the target")
    precondition(around[(64 + count)...].allSatisfy { $0 == 0xA5 }, "written after the target")
  }
  try room.decode(payload, encoding, with: &decoder, offset: 64, count: count)
  return Array(copy(room.bytes(64 + count))[64...])
}

func copy(_ span: RawSpan) -> [UInt8] {
  var writer = ByteWriter()
  writer.append(contentsOf: span)
  return writer.bytes
}

extension Scratch {
  fileprivate mutating func fill(_ byte: UInt8, count: Int) {
    var target = mutableBytes(count)
    for index in 0..<count { target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self) }
  }

  fileprivate mutating func decode(
    _ payload: [UInt8], _ encoding: Encoding, with decoder: inout Decompressor, offset: Int,
    count: Int
  ) throws(FormatError) {
    var whole = mutableBytes(offset + count)
    var target = whole._mutatingExtracting(offset..<offset + count)
    try unsafe decoder.decode(payload.span.bytes, encoding, into: &target)
  }
}
