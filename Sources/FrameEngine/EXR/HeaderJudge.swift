/// Turns the attributes of one header into a part, and says what is wrong with them.
struct HeaderJudge {
  let attributes: [Attribute]
  /// The part's number.
  let number: Int
  /// Where the header starts in the file.
  let offset: Int
  let flags: VersionFlags
  let limits: FrameLimits
  var findings: FindingList

  init(
    _ attributes: [Attribute], part number: Int, at offset: Int, _ flags: VersionFlags,
    _ limits: FrameLimits, _ findings: FindingList
  ) {
    self.attributes = attributes
    self.number = number
    self.offset = offset
    self.flags = flags
    self.limits = limits
    self.findings = findings
  }

  /// The part; `nil` where what is wrong leaves its chunks unknown.
  mutating func part() -> Part? {
    judgeEachAttribute()
    judgeScreenWindow()
    let kind = kind()
    let channels = channels(isPlain: kind.map { !$0.isTiled && !$0.isDeep } ?? true)
    let codec = codec(isDeep: kind?.isDeep ?? false)
    let dataWindow = window("dataWindow")
    let displayWindow = window("displayWindow")
    let lineOrder = lineOrder()
    let aspect = pixelAspectRatio()
    let tiles = kind?.isTiled == true ? tileDescription() : nil
    if kind?.isDeep == true { judgeDeepAttributes() }
    let needsIdentity = flags.isMultiPart || flags.hasDeepParts
    if needsIdentity {
      for name in ["name", "chunkCount"] { _ = required(name) }
    }
    guard let kind, let channels, let codec, let dataWindow, !kind.isTiled || tiles != nil
    else { return nil }
    judgeSampling(channels, dataWindow)
    return Part(
      attributes: attributes, kind: kind, name: attribute("name")?.text, channels: channels,
      codec: codec, dataWindow: dataWindow, displayWindow: displayWindow ?? dataWindow,
      lineOrder: lineOrder, pixelAspectRatio: aspect, tiles: tiles)
  }

  // MARK: Attributes in general

  private var place: FindingPlace { FindingPlace(part: number) }

  private func attribute(_ name: String) -> Attribute? { attributes.first { $0.name == name } }

  /// The attribute of a name that the format demands; a finding if it is absent.
  private mutating func required(_ name: String) -> Attribute? {
    if let found = attribute(name) { return found }
    findings.add(.attrMissing, place, at: offset, "the header has no \(name)")
    return nil
  }

  private mutating func range(_ attribute: Attribute, _ text: String) {
    findings.add(.attrRange, place, at: attribute.byteOffset, text)
  }

  /// Types, sizes and repeated names.
  private mutating func judgeEachAttribute() {
    var names = Set<String>()
    for attribute in attributes {
      let name = attribute.name
      if !names.insert(name).inserted {
        findings.add(
          .attrDuplicate, place, at: attribute.byteOffset, "the header has \(name) twice")
      }
      if let wanted = AttributeType.ofNames[name], wanted != attribute.type {
        findings.add(
          .attrType, place, at: attribute.byteOffset,
          "\(name) is a \(wanted), here it is a \(attribute.type)")
      } else if let fault = AttributeType.sizeFault(of: attribute) {
        findings.add(.attrSize, place, at: attribute.byteOffset, "\(name): \(fault)")
      }
    }
    if let rate = attribute("framesPerSecond"), rate.rational?.denominator == 0 {
      range(rate, "framesPerSecond has a denominator of 0")
    }
  }

  private mutating func judgeScreenWindow() {
    if let center = required("screenWindowCenter"), let pair = center.floatPair,
      !pair.x.isFinite || !pair.y.isFinite
    {
      range(center, "screenWindowCenter is no point")
    }
    if let width = required("screenWindowWidth"), let number = width.float,
      !number.isFinite || number < 0
    {
      range(width, "screenWindowWidth is \(number)")
    }
  }

  // MARK: What the part is

  private mutating func kind() -> Part.Kind? {
    if flags.isMultiPart || flags.hasDeepParts {
      guard let type = required("type"), let text = type.text else { return nil }
      guard let kind = Part.Kind(rawValue: text) else {
        findings.add(
          .partType, place, at: type.byteOffset, "the type of the part, \(text), is unknown")
        return nil
      }
      return kind
    }
    let kind: Part.Kind = flags.isTiled ? .tiles : .scanLines
    if let type = attribute("type"), let text = type.text, text != kind.rawValue {
      findings.add(
        .partType, place, at: type.byteOffset,
        "the part calls itself \(text), and the version flags say \(kind.rawValue)")
    }
    return kind
  }

  /// `maxSamplesPerPixel` is absent from files of early writers, and no reader needs it.
  private mutating func judgeDeepAttributes() {
    if let version = required("version"), let number = version.int, number != 1 {
      range(version, "the version of the deep data is \(number); 1 is the only one")
    }
    if let most = attribute("maxSamplesPerPixel"), let number = most.int, number < -1 {
      range(most, "maxSamplesPerPixel is \(number)")
    }
  }

  private mutating func codec(isDeep: Bool) -> PixelCodec? {
    guard let attribute = required("compression"), attribute.type == "compression",
      attribute.value.count == 1
    else { return nil }
    guard let codec = PixelCodec(rawValue: attribute.value[0]) else {
      findings.add(
        .codecUnknown, place, at: attribute.byteOffset,
        "compression \(attribute.value[0]) is not assigned")
      return nil
    }
    if isDeep && !codec.allowsDeep {
      findings.add(
        .codecUnknown, place, at: attribute.byteOffset, "deep data may not use \(codec.name)")
    }
    return codec
  }

  private mutating func lineOrder() -> LineOrder {
    guard let attribute = required("lineOrder"), attribute.type == "lineOrder",
      attribute.value.count == 1
    else { return .random }
    if let order = LineOrder(rawValue: attribute.value[0]) { return order }
    range(attribute, "lineOrder is \(attribute.value[0])")
    return .random
  }

  private mutating func pixelAspectRatio() -> Float {
    guard let attribute = required("pixelAspectRatio"), let ratio = attribute.float else {
      return 1
    }
    if !(1e-6...1e6).contains(ratio) { range(attribute, "pixelAspectRatio is \(ratio)") }
    return ratio
  }

  // MARK: Windows, channels and tiles

  private mutating func window(_ name: String) -> Window? {
    guard let attribute = required(name), let corners = attribute.corners else { return nil }
    if let window = attribute.window, window.width < limits.windowSide,
      window.height < limits.windowSide
    {
      return window
    }
    let text = "(\(corners[0]) \(corners[1])) - (\(corners[2]) \(corners[3]))"
    findings.add(
      .windowInvalid, place, at: attribute.byteOffset,
      attribute.window == nil
        ? "\(name) \(text) is turned inside out" : "\(name) \(text) is too large")
    return nil
  }

  private mutating func tileDescription() -> TileDescription? {
    guard let attribute = required("tiles"), attribute.type == "tiledesc",
      attribute.value.count == AttributeType.byteCounts["tiledesc"]
    else { return nil }
    if let tiles = attribute.tileDescription { return tiles }
    findings.add(
      .tilesInvalid, place, at: attribute.byteOffset,
      "tiles of \(attribute.value.u32(at: 0)) by \(attribute.value.u32(at: 4)) pixels in mode"
        + " \(attribute.value[8]) make no sense")
    return nil
  }

  private mutating func channels(isPlain: Bool) -> [Channel]? {
    guard let attribute = required("channels"), attribute.type == "chlist" else { return nil }
    let list = ChannelList(attribute.value)
    guard list.isWhole else { return nil }
    guard !list.entries.isEmpty else {
      range(attribute, "the part has no channels")
      return nil
    }
    guard list.entries.count <= limits.channels else {
      findings.add(
        .limitExceeded, place, at: attribute.byteOffset,
        "the part has \(list.entries.count) channels; the limit is \(limits.channels)")
      return nil
    }
    let start =
      attribute.byteOffset + attribute.nameBytes.count + attribute.typeBytes.count + 6
    for entry in list.entries { judge(entry, at: start + entry.offset, isPlain: isPlain) }
    judgeOrder(list.entries, at: start)
    let channels = list.entries.compactMap(\.channel)
    return channels.count == list.entries.count ? channels : nil
  }

  private mutating func judge(_ entry: ChannelList.Entry, at offset: Int, isPlain: Bool) {
    var place = place
    place.channel = entry.text
    if entry.name.count > flags.longestName {
      findings.add(
        .nameTooLong, place, at: offset,
        "a channel's name has \(counted(entry.name.count, "byte")); this file allows"
          + " \(flags.longestName)"
      )
    }
    if PixelType(rawValue: entry.type) == nil {
      findings.add(
        .pixelType, place, at: offset, "channel \(entry.text) has pixel type \(entry.type)")
    }
    let rates = "\(entry.xSampling) by \(entry.ySampling)"
    if entry.xSampling < 1 || entry.ySampling < 1 {
      findings.add(
        .samplingInvalid, place, at: offset, "channel \(entry.text) is sampled \(rates)")
    } else if !isPlain && (entry.xSampling != 1 || entry.ySampling != 1) {
      findings.add(
        .samplingInvalid, place, at: offset,
        "channel \(entry.text) is sampled \(rates); tiles and deep data need 1 by 1")
    }
  }

  private mutating func judgeOrder(_ entries: [ChannelList.Entry], at start: Int) {
    var names = Set<[UInt8]>()
    for (index, entry) in entries.enumerated() {
      var place = place
      place.channel = entry.text
      if !names.insert(entry.name).inserted {
        findings.add(
          .channelDuplicate, place, at: start + entry.offset, "two channels are named \(entry.text)"
        )
      } else if index > 0, entry.name.lexicographicallyPrecedes(entries[index - 1].name) {
        findings.add(
          .channelOrder, place, at: start + entry.offset,
          "channel \(entry.text) stands behind \(entries[index - 1].text)")
      }
    }
  }

  /// Whether sampling divides the window's corner and size; shapes are defined all the same.
  private mutating func judgeSampling(_ channels: [Channel], _ window: Window) {
    for channel in channels where channel.xSampling != 1 || channel.ySampling != 1 {
      let (x, y) = (channel.xSampling, channel.ySampling)
      if window.minX.isMultiple(of: x) && window.width.isMultiple(of: x)
        && window.minY.isMultiple(of: y) && window.height.isMultiple(of: y)
      {
        continue
      }
      var place = place
      place.channel = channel.name
      findings.add(
        .samplingInvalid, place, at: attribute("channels")?.byteOffset,
        "channel \(channel.name) is sampled \(x) by \(y), which does not divide the data window"
          + " \(window)")
    }
  }
}
