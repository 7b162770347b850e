/// How the pixels of a level become one of the next.
public enum MipFilter: String, CaseIterable, Hashable, Sendable {
  /// The mean of the pixels that a pixel of the next level covers. Where an odd size halves, pixels
  /// at the seams count in part, so nothing is dropped and the mean of the image stays.
  case box
  /// A tent of two pixels of the next level.
  case triangle
  /// The sine cardinal of three lobes each side, windowed by itself. Sharp; overshoots at edges.
  case lanczos3
  /// The Blackman-Harris window (Harris 1978, four terms, -92 dB), three pixels of the next level
  /// wide. Soft, never below zero.
  case blackmanHarris = "blackman-harris"

  /// How far it reaches, in pixels of the next level.
  var radius: Double {
    switch self {
    case .box: 0.5
    case .triangle: 1
    case .lanczos3: 3
    case .blackmanHarris: 1.5
    }
  }

  /// Whether means may lie outside the values they are made of.
  var overshoots: Bool { self == .lanczos3 }

  /// The weight at a distance, in pixels of the next level, within the radius; not normalised.
  func weight(at distance: Double) -> Double {
    guard abs(distance) < radius else { return 0 }
    switch self {
    case .box: return 1
    case .triangle: return 1 - abs(distance)
    case .lanczos3: return MipFilter.sinc(distance) * MipFilter.sinc(distance / 3)
    case .blackmanHarris:
      let turn = 2 * (distance / (2 * radius) + 0.5)
      return 0.35875 - 0.48829 * ElementaryFunctions.cosineOfPi(turn)
        + 0.14128 * ElementaryFunctions.cosineOfPi(2 * turn)
        - 0.01168 * ElementaryFunctions.cosineOfPi(3 * turn)
    }
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : ElementaryFunctions.sineOfPi(x) / (Double.pi * x)
  }
}

/// What a texture is outside its pixels, along one axis; the raw values are those of the `wrapmodes`
/// attribute.
public enum WrapMode: String, CaseIterable, Hashable, Sendable {
  /// Black; the filter takes the pixel at the edge there, so that textures do not darken near it.
  case black
  /// The pixel at the edge.
  case clamp
  /// The texture again.
  case periodic
  /// The texture again, turned over.
  case mirror

  /// The pixel, of `count`, that stands for one anywhere.
  func place(of index: Int, count: Int) -> Int {
    switch self {
    case .black, .clamp: return min(max(index, 0), count - 1)
    case .periodic:
      let rest = index % count
      return rest < 0 ? rest + count : rest
    case .mirror:
      let rest = WrapMode.periodic.place(of: index, count: 2 * count)
      return rest < count ? rest : 2 * count - 1 - rest
    }
  }
}
