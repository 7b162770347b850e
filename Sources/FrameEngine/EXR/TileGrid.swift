/// Which resolutions a tiled part keeps; the raw value is the file's.
public enum LevelMode: UInt8, Hashable, Sendable {
  /// The full resolution alone.
  case one = 0
  /// Each level half as wide and half as high as the one before.
  case mip = 1
  /// Every combination of halved widths and heights.
  case rip = 2
}

/// How odd sizes halve; the raw value is the file's.
public enum LevelRounding: UInt8, Hashable, Sendable {
  case down = 0
  case up = 1
}

/// The `tiles` attribute.
public struct TileDescription: Hashable, Sendable {
  /// Columns of a full tile.
  public var width: Int
  /// Rows of a full tile.
  public var height: Int
  /// Which resolutions there are.
  public var mode: LevelMode
  /// How odd sizes halve.
  public var rounding: LevelRounding

  /// Tiles of a size in pixels, at least 1 by 1.
  public init(width: Int, height: Int, mode: LevelMode = .one, rounding: LevelRounding = .down) {
    precondition(width > 0 && height > 0, "a tile holds at least a pixel")
    self.width = width
    self.height = height
    self.mode = mode
    self.rounding = rounding
  }
}

/// A resolution of a tiled part: how often width and height were halved.
public struct Level: Hashable, Sendable {
  /// Halvings of the width.
  public var x: Int
  /// Halvings of the height.
  public var y: Int

  /// Halved `x` times across and `y` times down.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }

  /// The full resolution.
  public static let full = Level(x: 0, y: 0)
}

/// The column and row of a tile within its level.
public struct TilePosition: Hashable, Sendable {
  /// The column, from 0.
  public var x: Int
  /// The row, from 0.
  public var y: Int

  /// The tile in column `x` of row `y`.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}
