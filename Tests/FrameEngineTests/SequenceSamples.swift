import FrameEngine

/// Parts and frames for the tests of sequences and profiles.
enum SequenceSamples {
  static let rgba = ["A", "B", "G", "R"].map { Channel(name: $0, type: .half) }
  static let hd = Window(minX: 0, minY: 0, maxX: 1919, maxY: 1079)

  static func part(
    name: String? = nil, kind: Part.Kind = .scanLines, channels: [Channel] = rgba,
    codec: PixelCodec = .zip, data: Window = hd, display: Window = hd,
    lineOrder: LineOrder = .increasing, aspect: Float = 1, tiles: TileDescription? = nil,
    attributes: [Attribute] = []
  ) -> Part {
    Part(
      attributes: attributes, kind: kind, name: name, channels: channels, codec: codec,
      dataWindow: data, displayWindow: display, lineOrder: lineOrder, pixelAspectRatio: aspect,
      tiles: tiles)
  }

  static func frame(
    _ number: Int, bytes: Int = 1_000_000, parts: [Part] = [part()]
  ) -> FrameSummary {
    FrameSummary(
      name: FileName("shot.\(number).exr"), frame: number, byteCount: bytes, parts: parts)
  }

  static func string(_ name: String, _ value: String) -> Attribute {
    Attribute(name: name, type: "string", value: Array(value.utf8))
  }

  static func words(_ name: String, _ type: String, _ words: [UInt32]) -> Attribute {
    var writer = ByteWriter()
    for word in words { writer.append(word) }
    return Attribute(name: name, type: type, value: writer.bytes)
  }

  static func floats(_ name: String, _ type: String, _ values: [Float]) -> Attribute {
    words(name, type, values.map(\.bitPattern))
  }

  static func rate(_ numerator: UInt32, _ denominator: UInt32 = 1) -> Attribute {
    words("framesPerSecond", "rational", [numerator, denominator])
  }

  static func timeCode(_ code: TimeCode) -> Attribute {
    Attribute("timeCode", timeCode: code)
  }
}

/// What a test looks for: codes alone.
func codes(_ findings: [SequenceFinding]) -> [FindingCode] { findings.map(\.finding.code) }
