import FrameEngine

/// Turns the keys of a profile file into a profile.
struct ProfileReader {
  /// What was read so far.
  var profile: Profile

  /// The version that `profile:` names.
  private static let version = "1"

  static func profile(_ root: YAMLNode) throws(YAMLError) -> Profile {
    var fields = try ProfileFields(root)
    guard let version = fields.take("profile") else {
      throw root.error("profile: 1 is missing: the version of the format")
    }
    guard try version.text() == ProfileReader.version else {
      throw version.error("this program reads version 1 of profiles")
    }
    guard let name = fields.take("name") else { throw root.error("name: is missing") }
    var reader = ProfileReader(profile: try base(fields.take("extends")))
    reader.profile.name = try name.text()
    try reader.read(&fields)
    try fields.finish()
    return reader.profile
  }

  /// A profile with one value of `pixels` or `outliers` replaced: `key` names it with dots between,
  /// as `pixels.fireflies.floor`.
  static func adjusting(
    _ profile: Profile, _ key: String, to value: String
  ) throws(YAMLError) -> Profile {
    let mark = YAMLMark(line: 1, column: 1)
    let words = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard words.count > 1, let section = words.first, adjustable.contains(section) else {
      throw YAMLError(
        mark: nil, reason: "\(key) is no limit: they start with pixels. or outliers.")
    }
    // A role or the name of a channel may hold dots.
    let path = words[1] == "roles" ? words[..<2] + [words[2...].joined(separator: ".")] : words[...]
    var node = YAMLNode(content: .scalar(value), mark: mark)
    for word in path.dropFirst().reversed() {
      let entry = YAMLNode.Entry(key: word, mark: mark, value: node)
      node = YAMLNode(content: .map([entry]), mark: mark)
    }
    var reader = ProfileReader(profile: profile)
    if section == "pixels" { try reader.pixels(node) } else { try reader.outliers(node) }
    return reader.profile
  }

  private static func base(_ node: YAMLNode?) throws(YAMLError) -> Profile {
    guard let node else { return Profile(name: "") }
    let name = try node.text()
    guard let profile = ProfileFile.builtIn(name) else {
      let names = ProfileFile.builtInNames.joined(separator: ", ")
      throw node.error("\(name) is none of the profiles that come with the program: \(names)")
    }
    return profile
  }

  private mutating func read(_ fields: inout ProfileFields) throws(YAMLError) {
    if let node = fields.take("summary") { profile.summary = try node.text() }
    if let node = fields.take("severity") { try severities(node) }
    if let node = fields.take("file-name") { try fileName(node) }
    if let node = fields.take("image") { try image(node) }
    if let node = fields.take("storage") { try storage(node) }
    if let node = fields.take("channels") { try channels(node) }
    if let node = fields.take("metadata") { try metadata(node) }
    if let node = fields.take("aces-container") { profile.isACESContainer = try node.flag() }
    if let node = fields.take("pixels") { try pixels(node) }
    if let node = fields.take("outliers") { try outliers(node) }
  }

  private mutating func severities(_ node: YAMLNode) throws(YAMLError) {
    guard case .map(let entries) = node.content else {
      throw node.error("codes and severities are expected")
    }
    for entry in entries {
      guard let code = FindingCode(rawValue: entry.key) else {
        throw YAMLError(mark: entry.mark, reason: "no finding has the code \(entry.key)")
      }
      let severity: Finding.Severity? = try entry.value.choice([
        ("error", .error), ("warning", .warning), ("information", .information), ("ignore", nil),
      ])
      profile.severities.updateValue(severity, forKey: code)
    }
  }

  private mutating func fileName(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("characters") {
      guard let ranges = CharacterRanges(try node.text()) else {
        throw node.error("characters and ranges such as A-Za-z0-9._- are expected")
      }
      profile.fileName.characters = ranges
    }
    if let node = fields.take("max-bytes") {
      profile.fileName.byteLimit = try node.integer(1...Limits.pathBytes)
    }
    if let node = fields.take("pattern") { profile.fileName.pattern = TextPattern(try node.text()) }
    try fields.finish()
  }

  private mutating func image(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("resolution") {
      profile.image.resolutions = try node.items { node throws(YAMLError) in try node.size() }
    }
    if let node = fields.take("min-resolution") { profile.image.smallest = try node.size() }
    if let node = fields.take("display-window") {
      profile.image.displayWindow = try node.window()
    }
    let dataWindow = fields.take("data-window")
    if let dataWindow { profile.image.dataWindow = try self.dataWindow(dataWindow) }
    if let node = fields.take("overscan") {
      guard dataWindow == nil else {
        throw node.error("either data-window or overscan says where the data window lies")
      }
      profile.image.dataWindow = try overscan(node)
    }
    if let node = fields.take("pixel-aspect") {
      profile.image.pixelAspectRatio = try node.number()
    }
    try fields.finish()
  }

  private func dataWindow(_ node: YAMLNode) throws(YAMLError) -> ImageDemand.DataWindow {
    if case .list = node.content { return .window(try node.window()) }
    return try node.choice([("display", .display), ("inside-display", .insideDisplay)])
  }

  private func overscan(_ node: YAMLNode) throws(YAMLError) -> ImageDemand.DataWindow {
    let range = 0...(1 << 20)
    if case .list = node.content {
      let sides = try node.integers(4, range)
      return .overscan(left: sides[0], top: sides[1], right: sides[2], bottom: sides[3])
    }
    let all = try node.integer(range)
    return .overscan(left: all, top: all, right: all, bottom: all)
  }

  private mutating func storage(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("codecs") {
      let codecs = PixelCodec.allCases.map { ($0.name, $0) }
      profile.storage.codecs = try node.items { node throws(YAMLError) in
        try node.choice(codecs)
      }
    }
    if let node = fields.take("line-order") {
      let orders: [LineOrder] = [.increasing, .decreasing, .random]
      profile.storage.lineOrders = try node.items { node throws(YAMLError) in
        try node.choice(orders.map { ($0.name, $0) })
      }
    }
    if let node = fields.take("layout") {
      let kinds: [Part.Kind] = [.scanLines, .tiles, .deepScanLines, .deepTiles]
      profile.storage.kinds = try node.items { node throws(YAMLError) in
        try node.choice(kinds.map { ($0.name, $0) })
      }
    }
    if let node = fields.take("max-parts") {
      profile.storage.partLimit = try node.integer(1...1 << 20)
    }
    if let node = fields.take("tiles") { try tiles(node) }
    try fields.finish()
  }

  private mutating func tiles(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("size") {
      profile.storage.tileSizes = try node.items { node throws(YAMLError) in try node.size() }
    }
    if let node = fields.take("power-of-two") {
      profile.storage.needsPowerOfTwoTiles = try node.flag()
    }
    if let node = fields.take("levels") {
      let modes: [LevelMode] = [.one, .mip, .rip]
      profile.storage.levels = try node.items { node throws(YAMLError) in
        try node.choice(modes.map { ($0.name, $0) })
      }
    }
    try fields.finish()
  }
}

extension ProfileReader {
  private mutating func channels(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("required") { profile.channels.required = try required(node) }
    if let node = fields.take("allowed") {
      profile.channels.allowed = try node.items { node throws(YAMLError) in
        TextPattern(try node.text())
      }
    }
    if let node = fields.take("types") { profile.channels.types = try types(node) }
    if let node = fields.take("ids") {
      profile.channels.ids = try node.items { node throws(YAMLError) in
        TextPattern(try node.text())
      }
    }
    try fields.finish()
  }

  /// Either a list of names, or names with the types that they may have.
  private func required(_ node: YAMLNode) throws(YAMLError) -> [ChannelDemand.Required] {
    guard case .map(let entries) = node.content else {
      return try node.items { node throws(YAMLError) in
        ChannelDemand.Required(name: try node.text())
      }
    }
    var channels = [ChannelDemand.Required]()
    for entry in entries {
      channels.append(
        ChannelDemand.Required(name: entry.key, types: try types(entry.value)))
    }
    return channels
  }

  private func types(_ node: YAMLNode) throws(YAMLError) -> [PixelType] {
    if case .scalar("any") = node.content { return [] }
    return try node.items { node throws(YAMLError) in
      try node.choice(PixelType.allCases.map { ($0.name, $0) })
    }
  }

  private mutating func metadata(_ node: YAMLNode) throws(YAMLError) {
    var fields = try ProfileFields(node)
    if let node = fields.take("frame-rate") {
      profile.metadata.frameRates = try node.items { node throws(YAMLError) in
        guard let rate = FrameRate(parsing: try node.text()) else {
          throw node.error("a rate such as 24, 23.976 or 24000/1001 is expected")
        }
        return rate
      }
    }
    if let node = fields.take("chromaticities") {
      profile.metadata.chromaticities = [try chromaticities(node)]
    }
    if let node = fields.take("required") { profile.metadata.required = try attributes(node) }
    try fields.finish()
  }

  private func chromaticities(_ node: YAMLNode) throws(YAMLError) -> Chromaticities {
    guard case .list(let nodes) = node.content else {
      let named = Chromaticities.named.sorted { $0.key < $1.key }
      return try node.choice(named.map { ($0.key, $0.value) })
    }
    let numbers = try node.items { node throws(YAMLError) in try node.number() }
    guard nodes.count == 8, let value = Chromaticities(values: numbers) else {
      throw node.error("eight numbers are expected: x and y of red, green, blue and white")
    }
    return value
  }

  /// Either a list of names, or names with patterns of their values.
  private func attributes(_ node: YAMLNode) throws(YAMLError) -> [MetadataDemand.Required] {
    guard case .map(let entries) = node.content else {
      return try node.items { node throws(YAMLError) in
        MetadataDemand.Required(name: try node.text())
      }
    }
    var attributes = [MetadataDemand.Required]()
    for entry in entries {
      let pattern = try entry.value.text()
      // An asterisk alone takes any value, also of types that have no text.
      let value = pattern == "*" ? nil : TextPattern(pattern)
      attributes.append(MetadataDemand.Required(name: entry.key, value: value))
    }
    return attributes
  }
}
