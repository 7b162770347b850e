/// Values by type. Each is `nil` for an attribute of another type, or of a size that its type does
/// not allow.
extension Attribute {
  /// The text of a `string`; bytes that are no UTF-8 show as U+FFFD.
  public var text: String? {
    type == "string" ? String(decoding: value, as: UTF8.self) : nil
  }

  /// The number of an `int`.
  public var int: Int? { fields("int") ? Int(value.i32(at: 0)) : nil }

  /// The number of a `float`.
  public var float: Float? { fields("float") ? value.float(at: 0) : nil }

  /// The pair of a `v2f`.
  public var floatPair: FloatPair? { fields("v2f") ? pair(at: 0) : nil }

  /// The two corners of a `box2i` as they stand, in order minX, minY, maxX, maxY.
  var corners: [Int]? {
    fields("box2i") ? (0..<4).map { Int(value.i32(at: $0 * 4)) } : nil
  }

  /// The rectangle of a `box2i`; `nil`, too, if it is turned inside out.
  public var window: Window? {
    guard let corners, corners[0] <= corners[2], corners[1] <= corners[3] else { return nil }
    return Window(minX: corners[0], minY: corners[1], maxX: corners[2], maxY: corners[3])
  }

  /// The fraction of a `rational`.
  public var rational: Rational? {
    guard fields("rational") else { return nil }
    return Rational(numerator: value.i32(at: 0), denominator: value.u32(at: 4))
  }

  /// The time of a `timecode`; `nil`, too, for digits that are none.
  public var timeCode: TimeCode? { fields("timecode") ? TimeCode(word: value.u32(at: 0)) : nil }

  /// The seven numbers of a `keycode`.
  public var keycode: Keycode? {
    guard fields("keycode") else { return nil }
    func number(_ index: Int) -> Int { Int(value.i32(at: index * 4)) }
    return Keycode(
      filmManufacturer: number(0), filmType: number(1), prefix: number(2), count: number(3),
      perforationOffset: number(4), perforationsPerFrame: number(5),
      perforationsPerCount: number(6))
  }

  /// The four points of a `chromaticities`.
  public var chromaticities: Chromaticities? {
    guard fields("chromaticities") else { return nil }
    return Chromaticities(
      red: pair(at: 0), green: pair(at: 8), blue: pair(at: 16),
      white: pair(at: 24))
  }

  /// The texts of a `stringvector`; bytes that are no UTF-8 show as U+FFFD.
  public var strings: [String]? {
    var texts = [String]()
    let isWhole = forEachString { texts.append(String(decoding: $0, as: UTF8.self)) }
    return isWhole ? texts : nil
  }

  /// Calls `body` with the bytes of each text of a `stringvector`; whether the value is one.
  func forEachString(_ body: (ArraySlice<UInt8>) -> Void) -> Bool {
    guard type == "stringvector" else { return false }
    var offset = 0
    while offset < value.count {
      guard value.count - offset >= 4 else { return false }
      let count = Int(value.i32(at: offset))
      offset += 4
      guard count >= 0, count <= value.count - offset else { return false }
      body(value[offset..<offset + count])
      offset += count
    }
    return true
  }

  /// Columns and rows of a `preview`, whose pixels (4 bytes each: red, green, blue, alpha) follow
  /// the first 8 bytes of the value.
  public var previewSize: (width: Int, height: Int)? {
    guard type == "preview", value.count >= 8 else { return nil }
    let (width, height) = (Int(value.u32(at: 0)), Int(value.u32(at: 4)))
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    return !overflow && area == (value.count - 8) / 4 && value.count % 4 == 0
      ? (width, height) : nil
  }

  /// The tile size and levels of a `tiledesc`; `nil`, too, for a size of 0 or an unknown mode.
  public var tileDescription: TileDescription? {
    guard fields("tiledesc") else { return nil }
    let (width, height) = (Int(value.u32(at: 0)), Int(value.u32(at: 4)))
    guard width > 0, height > 0, let mode = LevelMode(rawValue: value[8] & 15),
      let rounding = LevelRounding(rawValue: value[8] >> 4)
    else { return nil }
    return TileDescription(width: width, height: height, mode: mode, rounding: rounding)
  }

  /// The channels of a `chlist`; `nil`, too, if one has an unknown type or no sampling.
  public var channels: [Channel]? {
    guard type == "chlist" else { return nil }
    let list = ChannelList(value)
    let channels = list.entries.compactMap(\.channel)
    return list.isWhole && channels.count == list.entries.count ? channels : nil
  }

  /// Whether the attribute is of this type, and its value of the type's size.
  private func fields(_ wanted: String) -> Bool {
    type == wanted && value.count == AttributeType.byteCounts[wanted]
  }

  private func pair(at offset: Int) -> FloatPair {
    FloatPair(x: value.float(at: offset), y: value.float(at: offset + 4))
  }
}

extension Attribute {
  /// A `string`.
  public init(_ name: String, text: String) {
    self.init(name: name, type: "string", value: Array(text.utf8))
  }

  /// An `int`; the number fits 32 bits.
  public init(_ name: String, int: Int) {
    self.init(name: name, type: "int") { $0.append(Int32(int)) }
  }

  /// A `float`.
  public init(_ name: String, float: Float) {
    self.init(name: name, type: "float") { $0.append(float) }
  }

  /// A `v2f`.
  public init(_ name: String, floatPair: FloatPair) {
    self.init(name: name, type: "v2f") {
      $0.append(floatPair.x)
      $0.append(floatPair.y)
    }
  }

  /// A `box2i`; the corners fit 32 bits.
  public init(_ name: String, window: Window) {
    self.init(name: name, type: "box2i") {
      for corner in [window.minX, window.minY, window.maxX, window.maxY] {
        $0.append(Int32(corner))
      }
    }
  }

  /// A `rational`.
  public init(_ name: String, rational: Rational) {
    self.init(name: name, type: "rational") {
      $0.append(rational.numerator)
      $0.append(rational.denominator)
    }
  }

  /// A `timecode` without user bits.
  public init(_ name: String, timeCode: TimeCode) {
    self.init(name: name, type: "timecode") {
      $0.append(timeCode.word)
      $0.append(UInt32(0))
    }
  }

  /// A `chromaticities`.
  public init(_ name: String, chromaticities: Chromaticities) {
    self.init(name: name, type: "chromaticities") {
      for point in [
        chromaticities.red, chromaticities.green, chromaticities.blue, chromaticities.white,
      ] {
        $0.append(point.x)
        $0.append(point.y)
      }
    }
  }

  /// A `stringvector`.
  public init(_ name: String, strings: [String]) {
    self.init(name: name, type: "stringvector") {
      for text in strings {
        $0.append(Int32(text.utf8.count))
        $0.append(contentsOf: Array(text.utf8))
      }
    }
  }

  /// A `tiledesc`; the sizes fit 32 bits.
  public init(_ name: String, tiles: TileDescription) {
    self.init(name: name, type: "tiledesc") {
      $0.append(UInt32(tiles.width))
      $0.append(UInt32(tiles.height))
      $0.append(tiles.mode.rawValue | tiles.rounding.rawValue << 4)
    }
  }

  /// A `preview` of 4 bytes a pixel: red, green, blue, alpha.
  public init(_ name: String, previewWidth: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == previewWidth * height * 4, "a preview has 4 bytes a pixel")
    self.init(name: name, type: "preview") {
      $0.append(UInt32(previewWidth))
      $0.append(UInt32(height))
      $0.append(contentsOf: pixels)
    }
  }

  /// An attribute whose value `write` appends.
  init(name: String, type: String, _ write: (inout ByteWriter) -> Void) {
    var writer = ByteWriter()
    write(&writer)
    self.init(name: name, type: type, value: writer.bytes)
  }
}
