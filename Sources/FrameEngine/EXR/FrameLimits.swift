/// What is taken of a frame at most. A size read from a file is compared with its limit before
/// anything is allocated for it or looped over.
public struct FrameLimits: Hashable, Sendable {
  /// Bytes of a file: a frame is read whole.
  public var fileBytes = 8 << 30
  /// Bytes of all headers together; Cryptomatte manifests are the largest things in them.
  public var headerBytes = 64 << 20
  /// Parts of a file.
  public var parts = 1 << 10
  /// Attributes of a part.
  public var attributes = 1 << 14
  /// Channels of a part.
  public var channels = 1 << 12
  /// Columns or rows of a window: fewer than this.
  public var windowSide = 1 << 30
  /// Columns or rows of a tile.
  public var tileSide = 1 << 16
  /// Bytes of a part's full resolution, unpacked.
  public var imageBytes = 1 << 36
  /// Bytes of a chunk, unpacked.
  public var chunkBytes = 1 << 30
  /// Chunks of a file.
  public var chunks = 1 << 21

  /// The limits above.
  public init() {}

  /// What every command uses: well beyond any frame of film and games, and within the memory of the
  /// machines that render them.
  public static let standard = FrameLimits()
}
