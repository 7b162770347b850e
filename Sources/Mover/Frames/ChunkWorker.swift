import FrameEngine

/// What to look for in the chunks of one part.
struct PartLook: Sendable {
  let part: Part
  let number: Int
  /// `nil` where pixels are not looked at.
  let plan: ScanPlan?
  /// The empty thumbnail that chunks add to; `nil` for none.
  let thumbnail: Thumbnail?
  /// The Cryptomatte layers whose IDs are gathered.
  let layers: [Layer]

  /// A Cryptomatte layer and the numbers of its ID channels.
  struct Layer: Sendable {
    let matte: Cryptomatte
    let channels: [Int]
  }
}

/// Decodes chunks and looks at their pixels, for one thread: its decoders and its memory are used
/// again for every chunk of every frame.
struct ChunkWorker: ~Copyable {
  private let decoder: DecoderProgram
  private var codec: FrameCodec
  private var level = 4
  private var deep = DeepDecoder()
  private var unpacked = Buffer(capacity: 1 << 20)
  /// What a chunk that was packed unpacks to.
  private var again = Buffer(capacity: 4096)

  init(_ decoder: DecoderProgram) {
    self.decoder = decoder
    codec = FrameCodec(decoder: decoder)
  }

  /// Fails unless chunks of `codec` can be unpacked and packed, for the frame at `path`.
  func requireDecoder(for codec: PixelCodec, _ path: FileName) throws(FrameWorkError) {
    do throws(DecoderMissing) {
      try decoder.require(for: codec)
    } catch {
      throw FrameWorkError(.decoderMissing, path, error.description)
    }
  }

  /// Chunks that are packed from now on are packed at this level of deflate.
  mutating func prepare(level: Int) {
    guard level != self.level else { return }
    self.level = level
    codec = FrameCodec(decoder: decoder, level: level)
  }

  /// A chunk, of which `gather` writes the unpacked bytes, packed, and proved at once while they
  /// are in the cache: it unpacks, and without loss to what went in.
  mutating func pack(
    _ shape: ChunkShape, _ packing: PixelCodec, quality: Float,
    _ gather: (inout MutableRawSpan) -> Void
  ) throws(ChunkFault) -> [UInt8] {
    let count = shape.byteCount
    if unpacked.capacity < count { unpacked = Buffer(capacity: count) }
    if again.capacity < count { again = Buffer(capacity: count) }
    unpacked.withMutableBytes(count) { gather(&$0) }
    let packed = try ChunkWorker.encode(unpacked, with: &codec, shape, packing, quality)
    _ = try again.withMutableBytes(count) { target throws(ChunkFault) in
      try codec.decode(packed.rawBytes, packing, shape, into: &target)
    }
    let isExact = shape.channels.allSatisfy { packing.isLossless(for: $0.type) }
    guard !isExact || ChunkWorker.isSame(unpacked, again, count) else {
      throw ChunkFault(.chunkCorrupt, "the pixels that come back are others")
    }
    return packed
  }

  /// Apart from the worker, so that its codec may change while its memory is read.
  private static func encode(
    _ memory: borrowing Buffer, with codec: inout FrameCodec, _ shape: ChunkShape,
    _ packing: PixelCodec, _ quality: Float
  ) throws(ChunkFault) -> [UInt8] {
    var packed: [UInt8] = []
    try codec.encode(
      memory.bytes.extracting(0..<shape.byteCount), packing, shape, quality: quality, into: &packed)
    return packed
  }

  private static func isSame(
    _ one: borrowing Buffer, _ other: borrowing Buffer, _ count: Int
  ) -> Bool {
    one.bytes.extracting(0..<count).hasSameBytes(as: other.bytes.extracting(0..<count))
  }

  /// What came of one chunk.
  struct Outcome {
    /// The chunk's number within its part.
    let chunk: Int
    /// What its pixels are; `nil` where they could not be had or were not asked for.
    var scan: PixelScan?
    /// What the chunk adds to the thumbnail.
    var band: ThumbnailBand?
    /// The IDs of each Cryptomatte layer.
    var ids: [[UInt32]] = []
    /// The samples of the deep pixel that has most.
    var deepSamples = 0
    /// Whether the chunk decodes.
    var isSound = true
    var findings: [Finding] = []
  }

  /// Decodes chunks of one part and looks at them as `look` says.
  mutating func look(
    at records: ArraySlice<ChunkRecord?>, _ look: PartLook, in bytes: RawSpan
  ) -> [Outcome] {
    var scanner = look.plan.map { PixelScanner($0) }
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(records.count)
    for case let record? in records {
      outcomes.append(outcome(of: record, look, &scanner, bytes))
    }
    return outcomes
  }

  private mutating func outcome(
    of record: ChunkRecord, _ look: PartLook, _ scanner: inout PixelScanner?, _ bytes: RawSpan
  ) -> Outcome {
    var outcome = Outcome(chunk: record.region.index)
    do throws(ChunkFault) {
      if let sizes = record.deep {
        try lookDeep(record, sizes, look, bytes, &outcome)
      } else {
        try lookFlat(record, look, &scanner, bytes, &outcome)
      }
    } catch {
      outcome.isSound = error.code == .codecUnsupported
      let offset = record.payload.lowerBound + (error.byteOffset ?? 0)
      outcome.findings.append(
        Finding(
          error.code, FindingPlace(part: look.number, record.region), at: offset, error.reason))
    }
    return outcome
  }

  private mutating func lookFlat(
    _ record: ChunkRecord, _ look: PartLook, _ scanner: inout PixelScanner?, _ bytes: RawSpan,
    _ outcome: inout Outcome
  ) throws(ChunkFault) {
    let shape = ChunkShape(window: record.region.window, channels: look.part.channels)
    let slack = try decode(record, look.part.codec, shape, bytes)
    note(slack: slack, record, look.number, &outcome)
    guard scanner != nil else { return }
    let pixels = unpacked.bytes.extracting(0..<shape.byteCount)
    outcome.scan = scanner!.scan(record.region, shape, pixels)
    guard record.region.level == .full else { return }
    outcome.band = look.thumbnail?.band(shape, pixels)
    outcome.ids = look.layers.map { layer in
      var ids = Set<UInt32>()
      for channel in layer.channels { IDCollector.collect(channel, shape, pixels, into: &ids) }
      return Array(ids)
    }
  }

  /// Unpacks a chunk into the worker's memory, and returns the bytes behind its stream.
  private mutating func decode(
    _ record: ChunkRecord, _ packing: PixelCodec, _ shape: ChunkShape, _ bytes: RawSpan
  ) throws(ChunkFault) -> Int {
    if unpacked.capacity < shape.byteCount { unpacked = Buffer(capacity: shape.byteCount) }
    let packed = bytes.extracting(record.payload)
    return try unpacked.withMutableBytes(shape.byteCount) { target throws(ChunkFault) in
      try codec.decode(packed, packing, shape, into: &target)
    }
  }

  /// Runs `body` with the unpacked bytes of a chunk of samples.
  mutating func withUnpacked<R>(
    _ record: ChunkRecord, of part: Part, in bytes: RawSpan,
    _ body: (ChunkShape, RawSpan) -> R
  ) throws(ChunkFault) -> R {
    let shape = ChunkShape(window: record.region.window, channels: part.channels)
    _ = try decode(record, part.codec, shape, bytes)
    return unpacked.withBytes(0..<shape.byteCount) { body(shape, $0) }
  }

  private mutating func lookDeep(
    _ record: ChunkRecord, _ sizes: DeepSizes, _ look: PartLook, _ bytes: RawSpan,
    _ outcome: inout Outcome
  ) throws(ChunkFault) {
    let table = record.payload.lowerBound..<record.payload.lowerBound + sizes.packedTable
    let summary = try deep.decode(
      counts: bytes.extracting(table),
      samples: bytes.extracting(table.upperBound..<record.payload.upperBound),
      unpackedByteCount: sizes.unpackedData, look.part.codec,
      window: record.region.window, channels: look.part.channels)
    note(slack: summary.slack, record, look.number, &outcome)
    outcome.deepSamples = summary.maxSamplesPerPixel
    if summary.unsortedPixels > 0 {
      var place = FindingPlace(part: look.number, record.region)
      place.pixel = summary.firstUnsorted
      outcome.findings.append(
        Finding(
          .deepOrder, place, count: summary.unsortedPixels,
          "the samples of \(counted(summary.unsortedPixels, "pixel")) are not sorted by depth"))
    }
  }

  private func note(
    slack: Int, _ record: ChunkRecord, _ number: Int, _ outcome: inout Outcome
  ) {
    guard slack > 0 else { return }
    outcome.findings.append(
      Finding(
        .chunkSlack, FindingPlace(part: number, record.region),
        at: record.payload.upperBound - slack, count: slack,
        "\(counted(slack, "byte", "follows", "follow")) the packed stream"))
  }
}
