public import FrameEngine

/// Writes what is good of a damaged frame to a new file, which is whole: chunks that decode are
/// taken as they are packed, the others hold zeros.
public struct FrameSalvage: ~Copyable {
  private let disk: any Disk
  private let output: FrameOutput
  private var codec: FrameCodec
  private let memory: FrameBytes

  /// What came of a frame.
  public enum Outcome: Sendable {
    /// It is saved, but for these chunks.
    case saved([Loss])
    /// Nothing could be saved, and why.
    case nothing(String)
  }

  /// What is lost.
  public struct Loss: Hashable, Sendable {
    /// The part's number.
    public let part: Int
    /// The pixels that hold zeros now.
    public let region: ChunkRegion
  }

  /// Saves frames of `disk`.
  public init(disk: any Disk, decoder: DecoderProgram) throws(DiskError) {
    self.disk = disk
    output = FrameOutput(disk: disk)
    codec = FrameCodec(decoder: decoder)
    memory = try FrameBytes(disk: disk)
  }

  /// Saves the frame of a report, which was verified at depth decode at least, to the file `path`.
  public mutating func save(_ report: FrameReport, to path: FileName) throws(DiskError) -> Outcome {
    try memory.load(report.file.location)
    let container = memory.withBytes { Container(reading: $0) }
    guard !container.parts.isEmpty, container.parts.count == report.parts.count else {
      return .nothing("the headers cannot be understood: no pixel has a place")
    }
    var losses: [Loss] = []
    let whole: [UInt8]
    do throws(ChunkFault) {
      guard let built = try rebuild(container, report, &losses) else {
        return .nothing("no chunk is good")
      }
      whole = built
    } catch {
      return .nothing(error.reason)
    }
    guard Container(reading: whole.rawBytes).findings.allSatisfy({ $0.severity != .error }) else {
      return .nothing("the header is damaged, too: a new file would not be sound")
    }
    try output.write(whole.rawBytes, to: path)
    return .saved(losses)
  }

  /// The new file; `nil` if no chunk is good.
  private mutating func rebuild(
    _ container: Container, _ report: FrameReport, _ losses: inout [Loss]
  ) throws(ChunkFault) -> [UInt8]? {
    var writer = ContainerWriter(parts: container.parts, capacity: container.byteCount)
    var kept = 0
    for (number, part) in container.parts.enumerated() {
      let damaged = Set(report.parts[number].damaged)
      let chunks = container.chunks[number]
      for index in 0..<container.grids[number].count {
        if index < chunks.count, let record = chunks[index], !damaged.contains(index) {
          kept += 1
          memory.withBytes { FrameSalvage.copy(record, number, $0, to: &writer) }
          continue
        }
        let region = container.grids[number].region(at: index)
        losses.append(Loss(part: number, region: region))
        try appendEmpty(region, part, number, to: &writer)
      }
    }
    return kept > 0 ? writer.finish() : nil
  }

  private static func copy(
    _ record: ChunkRecord, _ part: Int, _ bytes: RawSpan, to writer: inout ContainerWriter
  ) {
    guard let sizes = record.deep else {
      writer.append(bytes.extracting(record.payload), part: part, chunk: record.region.index)
      return
    }
    let middle = record.payload.lowerBound + sizes.packedTable
    writer.append(
      table: bytes.extracting(record.payload.lowerBound..<middle),
      samples: bytes.extracting(middle..<record.payload.upperBound),
      unpackedByteCount: sizes.unpackedData, part: part, chunk: record.region.index)
  }

  /// A chunk without light, or without samples where the part is deep.
  private mutating func appendEmpty(
    _ region: ChunkRegion, _ part: Part, _ number: Int, to writer: inout ContainerWriter
  ) throws(ChunkFault) {
    if part.kind.isDeep {
      // Counts that add up to nothing, stored as they are.
      let table = [UInt8](repeating: 0, count: region.window.area * 4)
      writer.append(
        table: table.rawBytes, samples: RawSpan(), unpackedByteCount: 0, part: number,
        chunk: region.index)
      return
    }
    let shape = ChunkShape(window: region.window, channels: part.channels)
    let zeros = [UInt8](repeating: 0, count: shape.byteCount)
    var packed: [UInt8] = []
    try codec.encode(zeros.rawBytes, part.codec, shape, into: &packed)
    writer.append(packed.rawBytes, part: number, chunk: region.index)
  }
}
