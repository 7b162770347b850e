/// One channel of a part, as the `channels` attribute lists it.
public struct Channel: Hashable, Sendable {
  /// Its name, layers divided by dots. Bytes that are no UTF-8 show as U+FFFD; the attribute keeps
  /// them as they are.
  public let name: String
  /// What a sample is.
  public let type: PixelType
  /// Whether a lossy codec may work in perceptual steps (`pLinear`).
  public let isPerceptuallyLinear: Bool
  /// A sample for every so many columns.
  public let xSampling: Int
  /// A row for every so many rows.
  public let ySampling: Int

  /// A channel; sampling is 1 or more.
  public init(
    name: String, type: PixelType, isPerceptuallyLinear: Bool = false, xSampling: Int = 1,
    ySampling: Int = 1
  ) {
    precondition(xSampling > 0 && ySampling > 0, "a channel has a sample now and then")
    self.name = name
    self.type = type
    self.isPerceptuallyLinear = isPerceptuallyLinear
    self.xSampling = xSampling
    self.ySampling = ySampling
  }

  /// Samples of a row of `window`: those columns that are a multiple of the sampling.
  public func samples(across window: Window) -> Int {
    Channel.multiples(of: xSampling, from: window.minX, through: window.maxX)
  }

  /// Whether the channel has a row at `y`.
  public func hasRow(_ y: Int) -> Bool { ySampling == 1 || y.isMultiple(of: ySampling) }

  /// The name without its layers: `R` of `beauty.left.R`.
  public var baseName: String {
    name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? name
  }

  /// The layers before the base name: `beauty.left` of `beauty.left.R`, empty for `R`.
  public var layer: String {
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return String(name[..<dot])
  }

  /// How many multiples of `step` lie in a closed range; both ends may be below 0.
  static func multiples(of step: Int, from lower: Int, through upper: Int) -> Int {
    step == 1 ? upper - lower + 1 : floorDivide(upper, step) - floorDivide(lower - 1, step)
  }

  private static func floorDivide(_ value: Int, _ step: Int) -> Int {
    value >= 0 ? value / step : -((step - 1 - value) / step)
  }
}
