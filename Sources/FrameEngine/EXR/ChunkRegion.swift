/// The pixels that one chunk of a part holds.
public struct ChunkRegion: Hashable, Sendable {
  /// The chunk's number within its part: its place in the offset table.
  public var index: Int
  /// Its pixels. Levels below the full one start at the data window's corner, too.
  public var window: Window
  /// The resolution it belongs to.
  public var level: Level
  /// Its tile within the level; `nil` for scan lines.
  public var tile: TilePosition?

  /// A region with every field given.
  public init(index: Int, window: Window, level: Level = .full, tile: TilePosition? = nil) {
    self.index = index
    self.window = window
    self.level = level
    self.tile = tile
  }
}
