/// A picture of where two images differ, and how much.
///
/// No difference is black; the least one is deep blue, so that it can be seen; from there colours run
/// over violet, red and yellow to white at the ceiling. What has no distance (NaN or infinity on one side) is green, which the scale
/// lacks.
public struct HeatPicture: Hashable, Sendable {
  /// Where the images differ.
  public let map: HeatMap
  /// The difference that shows as white.
  public let ceiling: Float

  /// A picture of a map.
  ///
  /// - Parameter ceiling: the difference that shows as white; by default the largest finite one.
  public init(_ map: HeatMap, ceiling: Float? = nil) {
    self.map = map
    self.ceiling = ceiling ?? map.distances.lazy.filter(\.isFinite).max() ?? 0
  }

  /// The picture, each cell a square of `cellSide` pixels.
  public func bitmap(cellSide: Int = 1) -> Bitmap {
    precondition(cellSide > 0, "a cell has pixels")
    let width = map.cells.width
    var bitmap = Bitmap(width: width * cellSide, height: map.cells.height * cellSide)
    for (cell, error) in map.distances.enumerated() where error != 0 {
      bitmap.fill(
        x: cell % width * cellSide, y: cell / width * cellSide, width: cellSide, height: cellSide,
        colour(of: error))
    }
    return bitmap
  }

  /// The colour of a difference.
  public func colour(of error: Float) -> Colour {
    if error.isNaN || error == .infinity { return Colour(0, 255, 0) }
    guard error > 0 else { return .black }
    let share = ceiling > 0 ? min(error / ceiling, 1) : 1
    let place = share * Float(HeatPicture.scale.count - 1)
    let lower = min(Int(place), HeatPicture.scale.count - 2)
    let (from, to) = (HeatPicture.scale[lower], HeatPicture.scale[lower + 1])
    func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Float(from) + (Float(to) - Float(from)) * (place - Float(lower))).rounded())
    }
    return Colour(mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue))
  }

  /// Colours at even steps, each brighter than the one before.
  private static let scale = [
    Colour(20, 10, 90), Colour(110, 20, 150), Colour(205, 40, 80), Colour(245, 125, 20),
    Colour(250, 215, 60), .white,
  ]
}
