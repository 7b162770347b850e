/// How scene light becomes a picture of 8 bits: exposure, then a curve, then sRGB.
public struct View: Hashable, Sendable {
  /// What happens to light brighter than the screen.
  public enum Curve: String, CaseIterable, Hashable, Sendable {
    /// It is cut off at 1: what the numbers say, for checks.
    case sRGB = "srgb"
    /// It is bent below 1: x (2.51 x + 0.03) / (x (2.43 x + 0.59) + 0.14), the fit that K. Narkowicz
    /// published in 2016 to the filmic curve of ACES, and then sRGB. For looking at high contrast.
    case filmic
  }

  /// Stops by which light is multiplied first: 1 doubles it, -1 halves it.
  public var exposure: Float
  /// The curve.
  public var curve: Curve
  /// Whether pictures have alpha, where the part has a channel for it. The colours are then divided
  /// by it, since files have them multiplied and pictures do not.
  public var keepsAlpha: Bool

  /// A view; exposure within ±100 stops.
  public init(exposure: Float = 0, curve: Curve = .sRGB, keepsAlpha: Bool = false) {
    precondition(abs(exposure) <= 100, "an exposure lies within 100 stops")
    self.exposure = exposure
    self.curve = curve
    self.keepsAlpha = keepsAlpha
  }

  /// The component (0 to 255) of light, before it is rounded. Below zero and NaN are black.
  func component(of light: Double) -> Double {
    let exposed = light * ElementaryFunctions.powerOfTwo(Double(exposure))
    guard exposed > 0 else { return 0 }
    guard exposed < 1e6 else { return 255 }
    let bent =
      switch curve {
      case .sRGB: exposed
      case .filmic:
        exposed * (2.51 * exposed + 0.03) / (exposed * (2.43 * exposed + 0.59) + 0.14)
      }
    return View.encode(min(bent, 1)) * 255
  }

  /// The transfer function of sRGB (IEC 61966-2-1), of light from 0 to 1.
  static func encode(_ light: Double) -> Double {
    if light <= 0.003_130_8 { return 12.92 * light }
    // light to the power of 5/12: the twelfth root is a cube root of a square root of one.
    let fifth = light * light * light * light * light
    let root = ElementaryFunctions.cubeRoot(fifth.squareRoot().squareRoot())
    return 1.055 * root - 0.055
  }
}

/// A view worked out for every half: 65,536 components, so that showing costs one look-up a sample.
///
/// Floats pass through the nearest half, which is finer than 8 bits everywhere.
public struct ViewTable: Sendable {
  /// The view that it is for.
  public let view: View
  /// The component for the bits of every half.
  let components: [UInt8]

  /// The table of a view: a millisecond or two of work, to be kept for all frames of a sequence.
  public init(_ view: View) {
    self.view = view
    var light = [Float](repeating: 0, count: 0x7C01)
    let positive = (0...0x7C00).map { UInt16($0) }
    SampleRow.read(unsafe positive.span.bytes, as: .half, into: &light)
    var components = [UInt8](repeating: 0, count: 0x10000)
    for bits in 1...0x7C00 {
      components[bits] = UInt8((view.component(of: Double(light[bits]))).rounded())
    }
    self.components = components
  }

  /// The component of a half's bits: 0 for what is negative or no number, 255 for infinity.
  public subscript(bits: UInt16) -> UInt8 { components[Int(bits)] }
}
