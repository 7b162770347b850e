/// How many samples of a kind were seen, and where.
public struct Sightings: Hashable, Sendable {
  /// How many.
  public private(set) var count = 0
  /// The first in reading order, on the part's coordinates; `nil` if there is none.
  public private(set) var first: PixelPosition?
  /// The smallest window around all of them.
  public private(set) var window: Window?

  /// None yet.
  public init() {}

  /// Adds `count` samples of row `y`, the first in column `left` and the last in column `right`.
  public mutating func add(_ count: Int, row y: Int, from left: Int, through right: Int) {
    guard count > 0 else { return }
    note(
      count, first: PixelPosition(x: left, y: y),
      Window(minX: left, minY: y, maxX: right, maxY: y))
  }

  /// Adds what was seen elsewhere, in any order.
  public mutating func merge(_ other: Sightings) {
    guard let first = other.first, let window = other.window else { return }
    note(other.count, first: first, window)
  }

  private mutating func note(_ count: Int, first: PixelPosition, _ window: Window) {
    self.count += count
    self.window = self.window?.union(window) ?? window
    if let known = self.first, (known.y, known.x) < (first.y, first.x) { return }
    self.first = first
  }
}
