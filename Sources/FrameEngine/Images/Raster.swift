/// The samples of a window, channel by channel, each in its own type and bit for bit as stored.
///
/// Filled chunk by chunk from what decoders produce, and read back as the bytes of any region, so
/// that scan lines become tiles and back without a value being touched. What was never filled is
/// zero. Costs the memory of its samples (`byteCount`), to be checked against a budget before.
public struct Raster: Hashable, Sendable {
  /// Its pixels.
  public let window: Window
  /// Its channels, in file order.
  public let channels: [Channel]
  /// The place of each channel among those of the chunks that fill it.
  private let sources: [Int]
  private let sourceCount: Int
  var planes: [Plane]

  /// The samples of one channel, row by row without gaps.
  struct Plane: Hashable, Sendable {
    let type: PixelType
    let grid: SampleGrid
    var bytes: [UInt8]

    init(_ window: Window, _ channel: Channel) {
      type = channel.type
      grid = SampleGrid(window, channel)
      bytes = [UInt8](repeating: 0, count: grid.count * type.byteCount)
    }

    var rowByteCount: Int { grid.columns * type.byteCount }
  }

  /// A raster of zeros.
  ///
  /// - Parameters:
  ///   - window: its pixels; chunks may reach beyond, which is cropped.
  ///   - channels: the channels of the chunks to come, in file order.
  ///   - picked: which of them it keeps, by place and in rising order; all if `nil`. What is not
  ///     kept costs nothing.
  public init(window: Window, channels: [Channel], keeping picked: [Int]? = nil) {
    let sources = picked ?? Array(channels.indices)
    precondition(zip(sources, sources.dropFirst()).allSatisfy { $0 < $1 }, "places rise")
    self.window = window
    self.channels = sources.map { channels[$0] }
    self.sources = sources
    sourceCount = channels.count
    planes = self.channels.map { Plane(window, $0) }
  }

  /// A raster of planes made elsewhere.
  init(window: Window, channels: [Channel], planes: [Plane]) {
    self.window = window
    self.channels = channels
    self.planes = planes
    sources = Array(channels.indices)
    sourceCount = channels.count
  }

  /// Bytes of all samples.
  public var byteCount: Int { planes.reduce(0) { $0 + $1.bytes.count } }

  /// Bytes that a raster of these channels would take.
  public static func byteCount(window: Window, channels: [Channel]) -> Int {
    channels.reduce(0) { $0 + SampleGrid(window, $1).count * $1.type.byteCount }
  }

  /// Whether every channel has a sample for every pixel, as tiles demand.
  public var isFullySampled: Bool {
    channels.allSatisfy { $0.xSampling == 1 && $0.ySampling == 1 }
  }

  /// The place of the channel of this name.
  public func channel(named name: String) -> Int? { channels.firstIndex { $0.name == name } }

  /// Takes what a chunk and the raster share. `bytes` are the unpacked bytes that `shape`
  /// describes, of the channels that the raster was made for.
  public mutating func fill(_ shape: ChunkShape, _ bytes: RawSpan) {
    precondition(shape.channels.count == sourceCount, "a chunk has the raster's channels")
    precondition(bytes.byteCount >= shape.byteCount, "a chunk's bytes fit its shape")
    guard let shared = window.intersection(shape.window) else { return }
    for (plane, source) in sources.enumerated() {
      planes[plane].fill(shape, source, bytes, shared)
    }
  }

  /// The bytes of a region within the raster, as a chunk of this shape has them. `target` has room
  /// for all of them; the shape's channels are the raster's.
  public func gather(_ shape: ChunkShape, into target: inout MutableRawSpan) {
    precondition(shape.channels.count == channels.count, "a chunk has the raster's channels")
    precondition(target.byteCount >= shape.byteCount, "a chunk's bytes fit its shape")
    precondition(
      window.intersection(shape.window) == shape.window, "a chunk lies within the raster")
    for plane in planes.indices { planes[plane].gather(shape, plane, into: &target) }
  }

  /// The bytes of a region within the raster, as a chunk of it has them.
  public func bytes(of region: Window) -> [UInt8] {
    let shape = ChunkShape(window: region, channels: channels)
    var bytes = [UInt8](repeating: 0, count: shape.byteCount)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    gather(shape, into: &target)
    return bytes
  }

  /// The stored bytes of a channel's row, counted from the top of its own rows.
  @_lifetime(borrow self)
  borrowing func row(_ row: Int, of channel: Int) -> RawSpan {
    let plane = planes[channel]
    let start = row * plane.rowByteCount
    let span = plane.bytes.rawBytes.extracting(start..<start + plane.rowByteCount)
    return unsafe _overrideLifetime(span, borrowing: self)
  }
}

extension Raster.Plane {
  /// Stores a row, counted from the top of its own rows, of floats from a place on.
  mutating func set(_ row: Int, _ samples: [Float], from start: Int) {
    let (first, count, type) = (row * rowByteCount, rowByteCount, type)
    var span = bytes.mutableSpan
    var all = unsafe span.mutableBytes
    var target = all._mutatingExtracting(first..<first + count)
    SampleRow.write(samples, from: start, as: type, into: &target)
  }

  /// Takes the samples that `shared`, a part of the chunk's window and of our own, has of the
  /// chunk's channel of number `channel`.
  fileprivate mutating func fill(
    _ shape: ChunkShape, _ channel: Int, _ chunk: RawSpan, _ shared: Window
  ) {
    let theirs = SampleGrid(shape.window, shape.channels[channel])
    let common = SampleGrid(shared, shape.channels[channel])
    let (size, rowBytes, grid) = (type.byteCount, rowByteCount, grid)
    let skipped = (common.firstColumn - theirs.firstColumn) * size
    let indent = (common.firstColumn - grid.firstColumn) * size
    let count = common.columns * size
    guard count > 0 else { return }
    unsafe chunk.withUnsafeBytes { source in
      unsafe bytes.withUnsafeMutableBytes { target in
        shape.forEachRow(of: channel) { y, offset in
          guard y >= shared.minY && y <= shared.maxY else { return }
          let place = grid.row(at: y) * rowBytes + indent
          unsafe UnsafeMutableRawBufferPointer(rebasing: target[place..<place + count]).copyMemory(
            from: UnsafeRawBufferPointer(
              rebasing: source[offset + skipped..<offset + skipped + count]))
        }
      }
    }
  }

  /// Writes our samples of the chunk's window to their places in a chunk.
  fileprivate func gather(_ shape: ChunkShape, _ channel: Int, into chunk: inout MutableRawSpan) {
    let wanted = SampleGrid(shape.window, shape.channels[channel])
    let (size, rowBytes, grid) = (type.byteCount, rowByteCount, grid)
    let indent = (wanted.firstColumn - grid.firstColumn) * size
    let count = wanted.columns * size
    guard count > 0 else { return }
    unsafe bytes.withUnsafeBytes { source in
      unsafe chunk.withUnsafeMutableBytes { target in
        shape.forEachRow(of: channel) { y, offset in
          let place = grid.row(at: y) * rowBytes + indent
          unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + count])
            .copyMemory(
              from: UnsafeRawBufferPointer(rebasing: source[place..<place + count]))
        }
      }
    }
  }
}
