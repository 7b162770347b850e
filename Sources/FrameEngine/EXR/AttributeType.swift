/// What the format fixes about attributes: sizes of its types, and the types of its names.
enum AttributeType {
  /// Bytes of a value of each type that has one size (OpenEXR file layout, "attribute values").
  static let byteCounts: [String: Int] = [
    "box2i": 16, "box2f": 16, "chromaticities": 32, "compression": 1, "deepImageState": 1,
    "double": 8, "envmap": 1, "float": 4, "int": 4, "keycode": 28, "lineOrder": 1, "m33d": 72,
    "m33f": 36, "m44d": 128, "m44f": 64, "rational": 8, "tiledesc": 9, "timecode": 8, "v2d": 16,
    "v2f": 8, "v2i": 8, "v3d": 24, "v3f": 12, "v3i": 12,
  ]

  /// The types of the names that every reader relies on.
  static let ofNames: [String: String] = [
    "channels": "chlist", "chromaticities": "chromaticities", "chunkCount": "int",
    "compression": "compression", "dataWindow": "box2i", "displayWindow": "box2i",
    "framesPerSecond": "rational", "keyCode": "keycode", "lineOrder": "lineOrder",
    "maxSamplesPerPixel": "int", "multiView": "stringvector", "name": "string",
    "pixelAspectRatio": "float", "preview": "preview", "screenWindowCenter": "v2f",
    "screenWindowWidth": "float", "tiles": "tiledesc", "timeCode": "timecode", "type": "string",
    "version": "int",
  ]

  /// Why a value is no value of its type, as far as sizes tell; `nil` if it may be one. Types that
  /// nobody knows have any size.
  static func sizeFault(of attribute: Attribute) -> String? {
    let count = attribute.value.count
    if let fixed = byteCounts[attribute.type] {
      return count == fixed
        ? nil : "a \(attribute.type) has \(counted(fixed, "byte")), this one \(count)"
    }
    switch attribute.type {
    case "chlist":
      return ChannelList(attribute.value).isWhole ? nil : "the list of channels is cut or too long"
    case "stringvector":
      return !attribute.forEachString { _ in } ? "the lengths of the strings exceed the value" : nil
    case "floatvector":
      return count.isMultiple(of: 4)
        ? nil : "\(counted(count, "byte", "is", "are")) no whole number of floats"
    case "preview":
      return attribute.previewSize == nil
        ? "the preview's size does not fit its \(counted(count, "byte"))" : nil
    default: return nil
    }
  }
}
