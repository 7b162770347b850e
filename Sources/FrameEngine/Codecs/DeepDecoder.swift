/// Unpacks the chunks of deep parts, scan lines and tiles: how many samples each pixel has, and the
/// samples. Trusts no byte of them, and no size that the file states.
///
/// One a thread; keeps what it unpacked until the next chunk, in buffers as large as the largest
/// chunk so far.
public struct DeepDecoder: ~Copyable, Sendable {
  /// What a deep chunk turned out to hold.
  public struct Summary: Hashable, Sendable {
    /// Samples of all pixels.
    public var sampleCount = 0
    /// Samples of the pixel that has most: what `maxSamplesPerPixel` is to cover.
    public var maxSamplesPerPixel = 0
    /// Bytes behind the packed counts and the packed samples: more than 0 is for `chunkSlack`.
    public var slack = 0
    /// Pixels whose samples do not rise in depth: more than 0 is for `deepOrder`.
    public var unsortedPixels = 0
    /// The first of them in reading order.
    public var firstUnsorted: PixelPosition?

    /// The summary of nothing.
    public init() {}
  }

  /// Bytes of unpacked counts, and of unpacked samples, that a chunk may have.
  public let byteLimit: Int
  /// The samples of each pixel of the chunk unpacked last, row by row.
  public private(set) var counts: [UInt32] = []

  private var unpacker = ByteUnpacker()
  private var table = Scratch(capacity: 0)
  private var unpacked = Scratch(capacity: 0)
  private var unpackedCount = 0

  /// A decoder ready for any number of chunks, of at most `byteLimit` bytes each.
  public init(byteLimit: Int = 512 << 20) { self.byteLimit = byteLimit }

  /// The samples of the chunk unpacked last: row by row, in a row channel by channel, in a channel
  /// pixel by pixel, all samples of a pixel together (little-endian).
  public var samples: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unpacked.bytes(unpackedCount) }
  }

  /// Unpacks a chunk; `counts` and `samples` are its own from then on. After a fault there are no
  /// samples, and the counts say nothing.
  ///
  /// - Parameters:
  ///   - packedCounts: the packed table of counts: for each row, how many samples the pixels up to
  ///     and with this one have.
  ///   - packedSamples: the packed samples.
  ///   - unpackedByteCount: bytes of the samples as the chunk's leader states them.
  ///   - codec: `none`, `rle` or `zips`; `zip` is taken, too.
  ///   - window: the chunk's pixels.
  ///   - channels: the part's channels in file order, none of them sub-sampled.
  /// - Throws: what `ChunkDecoder` throws for either piece; `deepCounts` if counts fall within a row;
  ///   `deepTotal` if they do not add up to the stated bytes; `limitExceeded` for more bytes than
  ///   the limit, before memory is taken for them; `codecUnsupported` for other codecs.
  public mutating func decode(
    counts packedCounts: RawSpan, samples packedSamples: RawSpan, unpackedByteCount: Int,
    _ codec: PixelCodec, window: Window, channels: [Channel]
  ) throws(ChunkFault) -> Summary {
    guard codec.allowsDeep || codec == .zip else {
      throw ChunkFault(.codecUnsupported, "\(codec.name) does not pack deep samples")
    }
    unpackedCount = 0
    guard (0...byteLimit).contains(unpackedByteCount) else {
      throw ChunkFault(
        .limitExceeded,
        "the samples take \(unpackedByteCount) bytes unpacked; the limit is \(byteLimit)")
    }
    var summary = Summary()
    summary.slack = try unpackCounts(packedCounts, codec, window)
    try Self.readCounts(table, window, into: &counts, &summary)
    let perSample = channels.reduce(0) { $0 + $1.type.byteCount }
    let (needed, isTooMany) = summary.sampleCount.multipliedReportingOverflow(by: perSample)
    guard !isTooMany, needed == unpackedByteCount else {
      throw ChunkFault(
        .deepTotal,
        "\(counted(summary.sampleCount, "sample")) of \(counted(perSample, "byte")) are counted, and "
          + "\(counted(unpackedByteCount, "byte", "is", "are")) stated")
    }
    summary.slack += try unpacker.unpack(packedSamples, codec, into: &unpacked, count: needed)
    unpackedCount = needed
    checkOrder(window, channels, &summary)
    return summary
  }

  /// Unpacks the table of counts. Returns the bytes behind its stream.
  private mutating func unpackCounts(
    _ packed: RawSpan, _ codec: PixelCodec, _ window: Window
  ) throws(ChunkFault) -> Int {
    let (pixels, isTooMany) = window.width.multipliedReportingOverflow(by: window.height)
    guard !isTooMany, pixels <= byteLimit / 4 else {
      throw ChunkFault(
        .limitExceeded,
        "the counts of \(window.width) by \(window.height) pixels exceed \(byteLimit) bytes")
    }
    return try unpacker.unpack(packed, codec, into: &table, count: pixels * 4)
  }

  /// Makes counts of the table's running totals, which start anew in each row.
  private static func readCounts(
    _ table: borrowing Scratch, _ window: Window, into counts: inout [UInt32],
    _ summary: inout Summary
  ) throws(ChunkFault) {
    let totals = table.bytes(window.area * 4)
    counts.removeAll(keepingCapacity: true)
    counts.reserveCapacity(window.area)
    for row in 0..<window.height {
      var before: Int32 = 0
      for column in 0..<window.width {
        let total = totals.i32(at: (row * window.width + column) * 4)
        guard total >= before else {
          throw ChunkFault(
            .deepCounts,
            "the samples up to (\(window.minX + column) \(window.minY + row)) are \(total), "
              + "those up to the pixel before \(before)")
        }
        let count = total - before
        counts.append(UInt32(count))
        summary.maxSamplesPerPixel = max(summary.maxSamplesPerPixel, Int(count))
        before = total
      }
      summary.sampleCount += Int(before)
    }
  }

  /// Looks for pixels whose samples do not lie front to back in the channel `Z`. A depth that is not
  /// a number is in no order.
  private borrowing func checkOrder(
    _ window: Window, _ channels: [Channel], _ summary: inout Summary
  ) {
    guard let depth = channels.firstIndex(where: { $0.name == "Z" }) else { return }
    let type = channels[depth].type
    let before = channels[..<depth].reduce(0) { $0 + $1.type.byteCount }
    let perSample = channels.reduce(0) { $0 + $1.type.byteCount }
    let counts = counts.span
    var row = 0
    for y in 0..<window.height {
      let pixels = y * window.width..<(y + 1) * window.width
      var rowSamples = 0
      for pixel in pixels { rowSamples += Int(counts[pixel]) }
      var place = row + rowSamples * before
      for pixel in pixels {
        let count = Int(counts[pixel])
        if !isSorted(type, count, at: place) {
          summary.unsortedPixels += 1
          if summary.firstUnsorted == nil {
            summary.firstUnsorted = PixelPosition(
              x: window.minX + pixel - pixels.lowerBound, y: window.minY + y)
          }
        }
        place += count * type.byteCount
      }
      row += rowSamples * perSample
    }
  }

  private borrowing func isSorted(_ type: PixelType, _ count: Int, at place: Int) -> Bool {
    switch type {
    case .half: isSorted(count, at: place, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .float: isSorted(count, at: place, UInt32.self) { Float(bitPattern: $0) }
    case .uint: isSorted(count, at: place, UInt32.self) { $0 }
    }
  }

  private borrowing func isSorted<Bits: FixedWidthInteger & BitwiseCopyable, Value: Comparable>(
    _ count: Int, at place: Int, _ bits: Bits.Type, _ value: (Bits) -> Value
  ) -> Bool {
    guard count > 1 else { return true }
    let bytes = samples
    func sample(_ index: Int) -> Value {
      value(
        Bits(
          littleEndian: unsafe bytes.unsafeLoadUnaligned(
            fromByteOffset: place + index * MemoryLayout<Bits>.size, as: Bits.self)))
    }
    var last = sample(0)
    for index in 1..<count {
      let next = sample(index)
      guard last <= next else { return false }
      last = next
    }
    return true
  }
}
