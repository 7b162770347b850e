extension LineOrder {
  /// The name that profiles and reports use.
  public var name: String {
    switch self {
    case .increasing: "increasing"
    case .decreasing: "decreasing"
    case .random: "random"
    }
  }
}

extension LevelMode {
  /// The name that profiles and reports use.
  public var name: String {
    switch self {
    case .one: "one"
    case .mip: "mip"
    case .rip: "rip"
    }
  }
}

extension Part.Kind {
  /// The name that profiles use: `scan-lines`, `tiles`, `deep-scan-lines`, `deep-tiles`.
  public var name: String {
    switch self {
    case .scanLines: "scan-lines"
    case .tiles: "tiles"
    case .deepScanLines: "deep-scan-lines"
    case .deepTiles: "deep-tiles"
    }
  }
}

extension StorageDemand {
  func findings(_ part: Part, _ number: Int) -> [Finding] {
    let place = FindingPlace(part: number)
    var findings = [Finding]()
    if !codecs.isEmpty, !codecs.contains(part.codec) {
      findings.append(
        Finding(
          .codecDisallowed, place,
          "the codec is \(part.codec.name) instead of \(choice(codecs.map(\.name)))"))
    }
    if !lineOrders.isEmpty, !lineOrders.contains(part.lineOrder) {
      findings.append(
        Finding(
          .lineOrderDisallowed, place,
          "the line order is \(part.lineOrder.name) instead of \(choice(lineOrders.map(\.name)))"))
    }
    if !kinds.isEmpty, !kinds.contains(part.kind) {
      findings.append(
        Finding(
          .tilingDisallowed, place,
          "the part holds \(part.kind.name) instead of \(choice(kinds.map(\.name)))"))
    }
    if let tiles = part.tiles { findings += self.findings(tiles, place) }
    return findings
  }

  func findings(partCount: Int) -> [Finding] {
    guard let partLimit, partCount > partLimit else { return [] }
    return [
      Finding(
        .tilingDisallowed, count: partCount,
        "the file has \(counted(partCount, "part")); the profile allows \(partLimit)")
    ]
  }

  private func findings(_ tiles: TileDescription, _ place: FindingPlace) -> [Finding] {
    var findings = [Finding]()
    let size = ImageDemand.Size(width: tiles.width, height: tiles.height)
    if !tileSizes.isEmpty, !tileSizes.contains(size) {
      findings.append(
        Finding(
          .tilingDisallowed, place, "tiles are \(size) instead of \(choice(tileSizes))"))
    }
    if needsPowerOfTwoTiles,
      tiles.width.nonzeroBitCount != 1 || tiles.height.nonzeroBitCount != 1
    {
      findings.append(
        Finding(.tilingDisallowed, place, "tiles are \(size), which are no powers of two"))
    }
    if !levels.isEmpty, !levels.contains(tiles.mode) {
      findings.append(
        Finding(
          .tilingDisallowed, place,
          "the levels are \(tiles.mode.name) instead of \(choice(levels.map(\.name)))"))
    }
    return findings
  }
}
