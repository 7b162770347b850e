internal import CJPEG

/// Packs a picture that never is in memory as a whole: rows go in from the top, bytes of the file
/// come out. Holds a row or sixteen, and what was packed since it was last asked.
@safe public struct PictureRows: ~Copyable, @unchecked Sendable {
  /// What it is packed as: 8 bits a component, sRGB.
  public enum Format: Hashable, Sendable {
    /// PNG, packed fast.
    case png
    /// JPEG of a quality of 1 to 100; from 90 on, colour has the full resolution.
    case jpeg(quality: Int)
  }

  @safe private enum Packer {
    case png(PNGRows)
    case jpeg(UnsafeMutablePointer<farmio_jpeg_rows>)
  }

  private var packer: Packer
  private let width: Int
  private var rowsLeft: Int

  /// Begins a picture of so many columns and rows. Fails if memory does, or for sides that the
  /// format does not allow: beyond 65,500 pixels for a JPEG, 1,000,000 for a PNG.
  public init(_ format: Format, width: Int, height: Int) throws(ImageCodingError) {
    let packer: Packer?
    switch format {
    case .png:
      packer = PNGRows(width: width, height: height, hasAlpha: false).map { Packer.png($0) }
    case .jpeg(let quality):
      precondition((1...100).contains(quality), "a quality is 1 to 100")
      let jpeg = UnsafeMutablePointer<farmio_jpeg_rows>.allocate(capacity: 1)
      let isMade =
        unsafe farmio_jpeg_begin(
          jpeg, UInt32(clamping: width), UInt32(clamping: height), Int32(quality)) != 0
      if !isMade { unsafe jpeg.deallocate() }
      unsafe packer = isMade ? .jpeg(jpeg) : nil
    }
    guard let packer else {
      throw ImageCodingError(reason: "no picture of \(width) by \(height) pixels can be made")
    }
    self.packer = packer
    self.width = width
    rowsLeft = height
  }

  deinit {
    guard case .jpeg(let jpeg) = packer else { return }
    unsafe farmio_jpeg_free(jpeg)
    unsafe jpeg.deallocate()
  }

  /// Packs the next rows, all those of `band`, which has the picture's columns and no alpha. Returns
  /// the bytes that are ready. Fails if memory does.
  public mutating func append(_ band: Bitmap) throws(ImageCodingError) -> [UInt8] {
    precondition(band.width == width && !band.hasAlpha, "a band has the picture's columns")
    precondition(band.height <= rowsLeft, "no more rows than the picture has")
    rowsLeft -= band.height
    switch packer {
    case .png(var rows):
      let bytes = rows.append(band.bytes)
      packer = .png(rows)
      return bytes
    case .jpeg(let jpeg):
      let isPacked = unsafe band.bytes.withUnsafeBufferPointer { bytes in
        for row in 0..<band.height {
          let start = unsafe bytes.baseAddress! + row * width * 3
          if unsafe farmio_jpeg_row(jpeg, start) == 0 { return false }
        }
        return true
      }
      return try unsafe PictureRows.taken(from: jpeg, isPacked)
    }
  }

  /// The last bytes, once every row was appended. Fails if memory does, or rows are missing.
  public mutating func finish() throws(ImageCodingError) -> [UInt8] {
    guard rowsLeft == 0 else { throw ImageCodingError(reason: "rows of a picture are missing") }
    switch packer {
    case .png(let rows): return rows.finish()
    case .jpeg(let jpeg):
      let isPacked = unsafe farmio_jpeg_end(jpeg) != 0
      return try unsafe PictureRows.taken(from: jpeg, isPacked)
    }
  }

  /// The bytes that were packed since the last call.
  private static func taken(
    from jpeg: UnsafeMutablePointer<farmio_jpeg_rows>, _ isPacked: Bool
  ) throws(ImageCodingError) -> [UInt8] {
    guard isPacked else { throw ImageCodingError(reason: "the rows of a picture cannot be packed") }
    defer { unsafe jpeg.pointee.count = 0 }
    return unsafe Array(UnsafeBufferPointer(start: jpeg.pointee.bytes, count: jpeg.pointee.count))
  }
}
