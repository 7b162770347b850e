/// Luminance and differences of colour, as OpenEXR's Y, RY and BY have them.
enum LuminanceChroma {
  /// What red and blue add to luminance: those of the primaries that EXR assumes, Rec. ITU-R BT.709
  /// with white at D65. Green adds the rest.
  private static let (red, blue): (Float, Float) = (0.2126, 0.0722)

  /// Rows of Y, RY and BY to rows of red, green and blue:
  /// R = (RY + 1) Y, B = (BY + 1) Y, and G is what then is left of Y.
  static func convert(_ rows: inout [[Float]]) {
    for index in rows[0].indices {
      let luminance = rows[0][index]
      let r = (rows[1][index] + 1) * luminance
      let b = (rows[2][index] + 1) * luminance
      rows[0][index] = r
      rows[1][index] = (luminance - r * red - b * blue) / (1 - red - blue)
      rows[2][index] = b
    }
  }
}

/// The depths that a picture tells apart.
struct DepthRange: Hashable, Sendable {
  private var nearest = Float.infinity
  private var farthest = -Float.infinity
  /// What renderers write where nothing was hit is far beyond every scene.
  static let horizon: Float = 1e9

  init() {}

  /// The range of a channel's samples.
  init(_ raster: Raster, _ channel: Int) {
    let plane = raster.planes[channel]
    var floats = [Float](repeating: 0, count: plane.grid.columns)
    for row in 0..<plane.grid.rows {
      SampleRow.read(raster.row(row, of: channel), as: plane.type, into: &floats)
      for value in floats { include(value) }
    }
  }

  /// Whether a sample is the depth of something.
  static func isHit(_ depth: Float) -> Bool { abs(depth) < horizon }

  mutating func include(_ depth: Float) {
    guard DepthRange.isHit(depth) else { return }
    nearest = min(nearest, depth)
    farthest = max(farthest, depth)
  }

  /// 255 for the nearest sample down to 0 for the farthest, and for those that hit nothing.
  func component(of depth: Float) -> UInt8 {
    guard DepthRange.isHit(depth), nearest <= farthest else { return 0 }
    guard nearest < farthest else { return 255 }
    let share = (farthest - depth) / (farthest - nearest)
    return UInt8((min(max(share, 0), 1) * 255).rounded())
  }
}
