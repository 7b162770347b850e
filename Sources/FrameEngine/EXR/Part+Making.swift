extension Part {
  /// A new part with the attributes that the format demands, by name as other writers have them.
  /// Channels are sorted by the bytes of their names.
  ///
  /// Parts of one file need names that differ, one display window and one pixel aspect ratio; deep
  /// parts need a name, too.
  public init(
    _ kind: Kind, name: String? = nil, channels: [Channel], codec: PixelCodec,
    dataWindow: Window, displayWindow: Window? = nil, lineOrder: LineOrder = .increasing,
    pixelAspectRatio: Float = 1, tiles: TileDescription? = nil
  ) {
    precondition(kind.isTiled == (tiles != nil), "tiled parts have a tile size, others have none")
    let sorted = channels.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.init(
      attributes: [
        Attribute("screenWindowCenter", floatPair: FloatPair(x: 0, y: 0)),
        Attribute("screenWindowWidth", float: 1),
      ],
      kind: kind, name: name, channels: sorted, codec: codec, dataWindow: dataWindow,
      displayWindow: displayWindow ?? dataWindow, lineOrder: lineOrder,
      pixelAspectRatio: pixelAspectRatio, tiles: tiles)
    if kind.isDeep {
      attributes.append(Attribute("maxSamplesPerPixel", int: -1))
      attributes.append(Attribute("version", int: 1))
    }
    attributes = attributesToWrite
    attributes.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Gives the part an attribute: in the place of the one of its name, or else behind the others.
  /// Not for those that a field of the part stands for: change the field.
  public mutating func set(_ attribute: Attribute) {
    precondition(
      !Part.fieldNames.contains(attribute.name), "\(attribute.name) is set by the part's field")
    replace(attribute)
  }

  /// Takes every attribute of this name away, if there is one. Not for those that a field of the
  /// part stands for.
  public mutating func remove(attribute name: String) {
    precondition(!Part.fieldNames.contains(name), "\(name) is set by the part's field")
    attributes.removeAll { $0.name == name }
  }

  /// The attributes with those brought up to date that a field stands for. Values that say the same
  /// as the field stay byte for byte, and every attribute in its place; `type` and `name` appear
  /// where they are absent and the part cannot be written without.
  var attributesToWrite: [Attribute] {
    var part = self
    for wanted in fieldAttributes {
      let old = attribute(wanted.name)
      if let old, says(old, wanted) { continue }
      part.replace(wanted)
    }
    if tiles == nil { part.attributes.removeAll { $0.name == "tiles" } }
    return part.attributes
  }

  /// Whether a name of the header is longer than 31 bytes.
  var needsLongNames: Bool {
    attributes.contains { attribute in
      attribute.nameBytes.count > 31 || attribute.typeBytes.count > 31
        || attribute.type == "chlist"
          && ChannelList(attribute.value).entries.contains { $0.name.count > 31 }
    }
  }

  private static let fieldNames: Set<String> = [
    "channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio",
    "tiles", "name", "type",
  ]

  mutating func replace(_ attribute: Attribute) {
    if let index = attributes.firstIndex(where: { $0.name == attribute.name }) {
      attributes[index] = attribute
    } else {
      attributes.append(attribute)
    }
  }

  /// The attributes that fields stand for.
  private var fieldAttributes: [Attribute] {
    var wanted = [
      Attribute(name: "channels", type: "chlist", value: ChannelList.encoded(channels)),
      Attribute(name: "compression", type: "compression", value: [codec.rawValue]),
      Attribute("dataWindow", window: dataWindow),
      Attribute("displayWindow", window: displayWindow),
      Attribute(name: "lineOrder", type: "lineOrder", value: [lineOrder.rawValue]),
      Attribute("pixelAspectRatio", float: pixelAspectRatio),
    ]
    if let tiles { wanted.append(Attribute("tiles", tiles: tiles)) }
    if let name { wanted.append(Attribute("name", text: name)) }
    if kind.isDeep || name != nil || attribute("type") != nil {
      wanted.append(Attribute("type", text: kind.rawValue))
    }
    return wanted
  }

  /// Whether an attribute as read says what a field does: names of channels that are no UTF-8 are
  /// equal in the field and differ in their bytes.
  private func says(_ old: Attribute, _ wanted: Attribute) -> Bool {
    switch wanted.name {
    case "channels": old.channels == channels
    case "name": old.text == name
    default: old.type == wanted.type && old.value == wanted.value
    }
  }
}
