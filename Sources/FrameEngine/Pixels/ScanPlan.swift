/// What to look for in the chunks of one part: worked out once, shared by all threads.
///
/// Deep parts have no plan: their samples are not described by a `ChunkShape`.
public struct ScanPlan: Sendable {
  /// An alpha channel and the colour that it covers.
  struct Cover: Hashable {
    let alpha: Int
    let colours: [Int]
  }

  /// The part's pixels.
  public let window: Window
  /// Its channels.
  public let channels: [Channel]
  /// What each is for.
  public let roles: [ChannelRole]
  /// The colour channels of the main layer: those without a layer, or of the first layer that has
  /// colour. They decide what is black, empty or a firefly.
  public let mainColours: [Int]
  /// Whether to take the digest of the pixels.
  public let takesDigest: Bool
  /// The limits that were planned with.
  public let limits: PixelLimits
  let isTiled: Bool
  let limitKeys: [Int32]
  let covers: [Cover]
  /// The channels of the zero map: the main colours that have every pixel.
  let mapped: [Int]
  /// The channels of a pixel's light.
  let bright: [Int]

  /// A plan for the chunks of `part`.
  public init(_ part: Part, limits: PixelLimits = .standard, takesDigest: Bool = true) {
    precondition(!part.kind.isDeep, "deep samples are no rows of a chunk")
    let channels = part.channels
    let roles = ChannelRole.roles(of: channels, overrides: limits.roles)
    window = part.dataWindow
    self.channels = channels
    self.roles = roles
    self.takesDigest = takesDigest
    self.limits = limits
    isTiled = part.kind.isTiled
    limitKeys = zip(channels, roles).map { channel, role in
      switch role {
      case .colour: SampleKey.greatest(limits.colourMaximum, channel.type)
      case .alpha: SampleKey.greatest(1 + limits.alphaTolerance, channel.type)
      case .depth, .data, .id: .max
      }
    }
    func isFull(_ index: Int) -> Bool {
      channels[index].xSampling == 1 && channels[index].ySampling == 1
    }
    let colours = channels.indices.filter { roles[$0] == .colour }
    let layer =
      colours.contains { channels[$0].layer.isEmpty }
      ? "" : colours.first.map { channels[$0].layer }
    let main = colours.filter { channels[$0].layer == layer }
    mainColours = main
    mapped = main.filter(isFull)
    bright = limits.fireflies == nil ? [] : main.filter { isFull($0) && channels[$0].type != .uint }
    covers = channels.indices.compactMap { alpha in
      guard roles[alpha] == .alpha, isFull(alpha) else { return nil }
      let layer = channels[alpha].layer
      let covered = colours.filter { channels[$0].layer == layer && isFull($0) }
      return covered.isEmpty ? nil : Cover(alpha: alpha, colours: covered)
    }
  }
}
