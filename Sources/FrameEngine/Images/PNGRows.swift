internal import CDeflate
internal import CKernels

/// Packs a PNG (ISO 15948) of 8 bits a component band by band, fast: each row by the better one of
/// two filters, and those packed without a search for matches, which photographs lack. Holds a row.
struct PNGRows: Sendable {
  private let componentCount: Int
  private let rowByteCount: Int
  /// The row before the next one.
  private var above: [UInt8]
  /// Of all filtered bytes so far.
  private var adler: UInt32 = 1
  /// The head of the file, until the first band is there.
  private var head: [UInt8]

  /// Bytes of rows that are packed together.
  private static let bandBytes = 1 << 20
  /// The longest side that libpng takes.
  static let sideLimit = 1_000_000

  /// Begins a picture; `nil` beyond the limit of its sides.
  init?(width: Int, height: Int, hasAlpha: Bool) {
    guard (1...PNGRows.sideLimit).contains(width), (1...PNGRows.sideLimit).contains(height) else {
      return nil
    }
    componentCount = hasAlpha ? 4 : 3
    rowByteCount = width * componentCount
    above = [UInt8](repeating: 0, count: rowByteCount)
    head = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let type: UInt8 = hasAlpha ? 6 : 2
    head += PNGRows.chunk(
      "IHDR", PNGRows.word(UInt32(width)) + PNGRows.word(UInt32(height)) + [8, type, 0, 0, 0])
    // Perceptual intent.
    head += PNGRows.chunk("sRGB", [0])
  }

  /// The bytes of the file that the next rows make.
  mutating func append(_ rows: [UInt8]) -> [UInt8] {
    var file = head
    var start: [UInt8] = head.isEmpty ? [] : [0x78, 0x01]
    head = []
    let band = max(1, PNGRows.bandBytes / rowByteCount) * rowByteCount
    for from in stride(from: 0, to: rows.count, by: band) {
      let filtered = filter(rows[from..<min(from + band, rows.count)])
      file += PNGRows.chunk("IDAT", start + PNGRows.packed(filtered))
      start = []
    }
    return file
  }

  /// The bytes behind the last row.
  func finish() -> [UInt8] {
    // An empty stored block, the last one, and the checksum.
    let end: [UInt8] = [1, 0, 0, 0xFF, 0xFF] + PNGRows.word(adler)
    return PNGRows.chunk("IDAT", end) + PNGRows.chunk("IEND", [])
  }

  private mutating func filter(_ rows: ArraySlice<UInt8>) -> [UInt8] {
    let (rowByteCount, componentCount) = (rowByteCount, componentCount)
    let count = rows.count / rowByteCount
    let filtered = unsafe [UInt8](unsafeUninitializedCapacity: count * (rowByteCount + 1)) {
      target, written in
      unsafe rows.withUnsafeBufferPointer { rows in
        unsafe above.withUnsafeBufferPointer { above in
          for row in 0..<count {
            let start = unsafe rows.baseAddress! + row * rowByteCount
            unsafe farmio_image_filter(
              start, row > 0 ? start - rowByteCount : above.baseAddress!, rowByteCount,
              Int32(componentCount), target.baseAddress! + row * (rowByteCount + 1))
          }
        }
      }
      written = count * (rowByteCount + 1)
    }
    above = Array(rows.suffix(rowByteCount))
    adler = unsafe filtered.withUnsafeBytes {
      unsafe libdeflate_adler32(adler, $0.baseAddress, $0.count)
    }
    return filtered
  }

  /// Deflate blocks of bytes, none of them the last of its stream.
  private static func packed(_ bytes: [UInt8]) -> [UInt8] {
    // What codes of 14 bits at most and the heads of blocks can take.
    let room = 2 * bytes.count + 4096
    return unsafe [UInt8](unsafeUninitializedCapacity: room) { target, written in
      written = unsafe bytes.withUnsafeBufferPointer {
        unsafe farmio_deflate_runs($0.baseAddress!, $0.count, target.baseAddress!, room, 0)
      }
      precondition(written > 0, "twice the room is enough")
    }
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + content
    let sum = unsafe named.withUnsafeBytes {
      unsafe libdeflate_crc32(0, $0.baseAddress, $0.count)
    }
    return word(UInt32(content.count)) + named + word(sum)
  }

  /// Four bytes, the most significant first.
  private static func word(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
