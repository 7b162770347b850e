import FrameEngine

/// From when on pixels and sequences are worth a finding: the keys `pixels` and `outliers`.
extension ProfileReader {
  /// The sections that `--limit` may change.
  static let adjustable = ["pixels", "outliers"]

  mutating func pixels(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("negative-allowed") {
      profile.pixels.negativeShare = try node.flag() ? 1 : 0
    }
    try shares(&fields)
    if let node = fields.take("over-limit") {
      profile.pixels.colourMaximum = Double(try node.number())
    }
    if let node = fields.take("alpha-tolerance") {
      profile.pixels.alphaTolerance = try node.decimal(0...1)
    }
    if let node = fields.take("fireflies") { try fireflies(node) }
    if let node = fields.take("infinite") {
      profile.pixels.mayBeInfinite = Set(
        try node.items { node throws(YAMLError) in try node.role() })
    }
    if let node = fields.take("roles") { try roles(node) }
    if let node = fields.take("smallest-bucket") {
      let cell = ZeroMap.cell
      let side = try node.integer(2 * cell...16 * cell)
      guard side.isMultiple(of: cell) else { throw node.error("a multiple of \(cell) is expected") }
      profile.pixels.smallestBucket = side
    }
    if let node = fields.take("smallest-band") {
      profile.pixels.smallestBand = try node.integer(1...1 << 20)
    }
    try fields.finish()
  }

  private mutating func shares(_ fields: inout ProfileFields) throws(YAMLError) {
    let keys: [(String, WritableKeyPath<PixelLimits, Double>)] = [
      ("negative-share", \.negativeShare), ("over-limit-share", \.overLimitShare),
      ("clipped-share", \.clippedShare), ("denormal-share", \.denormalShare),
      ("uncovered-share", \.uncoveredShare),
    ]
    for (key, path) in keys {
      if let node = fields.take(key) { profile.pixels[keyPath: path] = try node.decimal(0...1) }
    }
  }

  /// `true`, `false`, or what makes a firefly.
  private mutating func fireflies(_ node: YAMLNode) throws(YAMLError) {
    let known = profile.pixels.fireflies ?? FireflyRule()
    guard case .map = node.content else {
      profile.pixels.fireflies = try node.flag() ? known : nil
      return
    }
    var rule = known
    var fields = try ProfileFields(node)
    if let node = fields.take("floor") { rule.floor = try node.decimal(0x1p-13...65504) }
    if let node = fields.take("neighbour-stops") { rule.isolationStops = try node.integer(1...16) }
    if let node = fields.take("median-stops") { rule.medianStops = try node.integer(1...16) }
    if let node = fields.take("allowed") {
      profile.pixels.fireflyCount = try node.integer(0...Int(Int32.max))
    }
    try fields.finish()
    profile.pixels.fireflies = rule
  }

  private mutating func roles(_ node: YAMLNode) throws(YAMLError) {
    guard case .map(let entries) = node.content else {
      throw node.error("names of channels or layers, and what they are, are expected")
    }
    for entry in entries { profile.pixels.roles[entry.key] = try entry.value.role() }
  }

  /// `false`, or from when on a frame stands out.
  mutating func outliers(_ node: YAMLNode) throws(YAMLError) {
    let known = profile.outliers ?? .standard
    guard case .map = node.content else {
      profile.outliers = try node.flag() ? known : nil
      return
    }
    var limits = known
    var fields = try ProfileFields(node)
    if let node = fields.take("reach") { limits.reach = try node.integer(1...1000) }
    let keys: [(String, WritableKeyPath<OutlierLimits, Double>, ClosedRange<Double>)] = [
      ("scatters", \.scatters, 0.001...1e6), ("bytes-share", \.byteShare, 0...1e6),
      ("bytes-floor", \.byteFloor, 0...1e15), ("mean-share", \.meanShare, 0...1e6),
      ("mean-floor", \.meanFloor, 0...1e6), ("area-floor", \.areaShare, 0...1),
    ]
    for (key, path, range) in keys {
      if let node = fields.take(key) { limits[keyPath: path] = try node.decimal(range) }
    }
    try fields.finish()
    profile.outliers = limits
  }
}

extension YAMLNode {
  /// A number of a range, as exact as a double can be.
  fileprivate func decimal(_ range: ClosedRange<Double>) throws(YAMLError) -> Double {
    let text = try text()
    let isDecimal = text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
    guard isDecimal, let number = Double(text), range.contains(number) else {
      throw error("a number from \(range.lowerBound) to \(range.upperBound) is expected")
    }
    return number
  }

  fileprivate func role() throws(YAMLError) -> ChannelRole {
    try choice(ChannelRole.allCases.map { ($0.rawValue, $0) })
  }
}
