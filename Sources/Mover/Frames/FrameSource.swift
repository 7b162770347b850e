public import FrameEngine
import Synchronization

/// A frame opened for image work: read whole, checked, and refused where it is damaged, so that
/// nothing is ever made of wrong pixels in silence. One frame after the other; threads share the
/// chunks of each.
public final class FrameSource {
  private let folders: FrameFolderReader
  /// The threads that share a frame.
  let crew: FrameCrew
  let memory: FrameBytes
  private let cancellation: CancelToken?
  /// The frame opened last.
  public private(set) var path: FileName = ""
  /// Its headers and chunks.
  public private(set) var container = Container(reading: RawSpan())

  /// A source of frames on `disk`; `threads` is `nil` for one a core.
  public init(
    disk: any Disk, decoder: DecoderProgram, threads: Int? = nil, cancellation: CancelToken? = nil
  ) throws(DiskError) {
    folders = try FrameFolderReader(disk: disk)
    self.cancellation = cancellation
    crew = FrameCrew(size: max(1, threads ?? BackupJob.defaultThreads), decoder)
    memory = try FrameBytes(disk: disk)
  }

  /// Reads and checks the frame at `path`, links followed, in place of the last one. Damage of
  /// structure is refused here, that of chunks when they are decoded.
  public func open(_ path: FileName) throws(FrameWorkError) {
    self.path = path
    self.container = Container(reading: RawSpan())
    do throws(DiskError) {
      try memory.load(folders.location(of: path))
    } catch {
      throw FrameWorkError(error.at(path), path)
    }
    let container = memory.withBytes { Container(reading: $0) }
    if let fault = container.findings.first(where: { $0.severity == .error }) {
      throw FrameWorkError(.damaged, path, "it is damaged: \(fault.text)")
    }
    self.container = container
  }

  /// The part of this number, for work on samples. Deep parts are refused.
  public func flatPart(_ number: Int) throws(FrameWorkError) -> Part {
    guard container.parts.indices.contains(number) else {
      throw FrameWorkError(
        .unsuitable, path,
        "it has \(counted(container.parts.count, "part")), and no number \(number)")
    }
    let part = container.parts[number]
    guard !part.kind.isDeep else {
      throw FrameWorkError(.unsuitable, path, "its part \(number) is deep: it has no single image")
    }
    return part
  }

  /// The chunks of a part's full resolution, by number.
  func fullChunks(_ part: Int) -> [ChunkRecord] {
    container.chunks[part].compactMap { $0 }.filter { $0.region.level == .full }
  }

  /// Decodes chunks and calls `body` with each, from several threads and in any order.
  func decode(
    _ records: [ChunkRecord], of number: Int,
    _ body: @Sendable (ChunkRecord, ChunkShape, RawSpan) -> Void
  ) throws(FrameWorkError) {
    let part = container.parts[number]
    let (memory, path) = (memory, path)
    try crew.forEach(records.count, of: path, cancellation) {
      index, worker throws(FrameWorkError) in
      let record = records[index]
      try worker.requireDecoder(for: part.codec, path)
      do throws(ChunkFault) {
        try memory.withBytes { bytes throws(ChunkFault) in
          try worker.withUnpacked(record, of: part, in: bytes) { body(record, $0, $1) }
        }
      } catch {
        throw FrameWorkError(error, record, number, path)
      }
    }
  }

  /// The full resolution of a part, with all channels or those of these places.
  public func raster(_ number: Int, keeping places: [Int]? = nil) throws(FrameWorkError) -> Raster {
    let part = try flatPart(number)
    let bytes = Raster.byteCount(window: part.dataWindow, channels: part.channels)
    guard bytes <= FrameSource.rasterBytes else {
      throw FrameWorkError(.unsuitable, path, "its pixels take \(bytes) bytes in memory")
    }
    let raster = Mutex(
      Raster(window: part.dataWindow, channels: part.channels, keeping: places))
    try decode(fullChunks(number), of: number) { _, shape, bytes in
      raster.withLock { $0.fill(shape, bytes) }
    }
    return raster.withLock { $0 }
  }

  /// A thumbnail of a part that shows these channels in a box.
  public func thumbnail(
    _ number: Int, showing channels: ViewChannels, width: Int, height: Int
  ) throws(FrameWorkError) -> Thumbnail {
    let part = try flatPart(number)
    let empty = Thumbnail(
      display: part.displayWindow, pixelAspectRatio: part.pixelAspectRatio,
      channels: part.channels, showing: channels, fittingWidth: width, height: height)
    let bands = Mutex<[(chunk: Int, band: ThumbnailBand)]>([])
    try decode(fullChunks(number), of: number) { record, shape, bytes in
      guard let band = empty.band(shape, bytes) else { return }
      bands.withLock { $0.append((record.region.index, band)) }
    }
    var thumbnail = empty
    // Sums of floats depend on their order: that of the chunks, whichever thread was first.
    for (_, band) in bands.withLock({ $0 }).sorted(by: { $0.chunk < $1.chunk }) {
      thumbnail.merge(band)
    }
    return thumbnail
  }

  /// Bytes of the samples of one part in memory.
  private static let rasterBytes = 16 << 30
}

extension FrameWorkError {
  /// A chunk that does not decode.
  init(_ fault: ChunkFault, _ record: ChunkRecord, _ part: Int, _ path: FileName) {
    let code: Code = fault.code == .codecUnsupported ? .unsuitable : .damaged
    self.init(
      code, path, "part \(part), chunk \(record.region.index): \(fault.reason)")
  }
}
