/// A rectangle of pixels with both corners inside, as EXR's `box2i` has it. May start below 0.
public struct Window: Hashable, Sendable {
  /// The left column.
  public var minX: Int
  /// The top row.
  public var minY: Int
  /// The right column, inside.
  public var maxX: Int
  /// The bottom row, inside.
  public var maxY: Int

  /// The rectangle between two corners; the second lies right of and below the first.
  public init(minX: Int, minY: Int, maxX: Int, maxY: Int) {
    precondition(minX <= maxX && minY <= maxY, "a window holds at least a pixel")
    self.minX = minX
    self.minY = minY
    self.maxX = maxX
    self.maxY = maxY
  }

  /// Pixels of a row.
  public var width: Int { maxX - minX + 1 }
  /// Rows.
  public var height: Int { maxY - minY + 1 }
  /// All pixels.
  public var area: Int { width * height }
  /// Whether a pixel lies inside.
  public func contains(x: Int, y: Int) -> Bool {
    x >= minX && x <= maxX && y >= minY && y <= maxY
  }

  /// What two windows share; `nil` if nothing.
  public func intersection(_ other: Window) -> Window? {
    let left = max(minX, other.minX)
    let top = max(minY, other.minY)
    let right = min(maxX, other.maxX)
    let bottom = min(maxY, other.maxY)
    return left <= right && top <= bottom
      ? Window(minX: left, minY: top, maxX: right, maxY: bottom) : nil
  }

  /// The smallest window around both.
  public func union(_ other: Window) -> Window {
    Window(
      minX: min(minX, other.minX), minY: min(minY, other.minY), maxX: max(maxX, other.maxX),
      maxY: max(maxY, other.maxY))
  }
}

extension Window: CustomStringConvertible {
  /// As people write it: `(0 0) - (1919 1079)`.
  public var description: String { "(\(minX) \(minY)) - (\(maxX) \(maxY))" }
}
