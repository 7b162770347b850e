/// What a sequence is judged by: one frame, after it was looked at alone.
public struct FrameSummary: Hashable, Sendable {
  /// The file's name without folders.
  public var name: FileName
  /// Its frame number; `nil` where the name has none.
  public var frame: Int?
  /// Whether the number is padded as the sequence's pattern says.
  public var isPadded: Bool
  /// The file's size.
  public var byteCount: Int
  /// What its parts are; empty for a file that cannot be read.
  public var parts: [PartSignature]
  /// The time code of the first part that has one, as it stands there.
  public var timeCode: Attribute?
  /// The frame rate of the first part that has one.
  public var frameRate: FrameRate?
  /// The primaries of the first part that has them: eight numbers as the attribute has them.
  public var chromaticities: [UInt8]?
  /// The digest of all decoded pixels; `nil` if they were not decoded, or not all.
  public var pixelDigest: Digest?
  /// The mean of the colour channels, or of all where there are none; `nil` as above.
  public var mean: Double?
  /// How much of the picture is not zero, from 0 to 1; `nil` as above.
  public var nonZeroShare: Double?

  /// A frame as its file and its headers tell; digests and measures are set afterwards.
  public init(
    name: FileName, frame: Int?, isPadded: Bool = true, byteCount: Int, parts: [Part] = []
  ) {
    self.name = name
    self.frame = frame
    self.isPadded = isPadded
    self.byteCount = byteCount
    self.parts = parts.map { PartSignature($0) }
    func first(_ attribute: String) -> Attribute? {
      parts.lazy.compactMap { $0.attribute(attribute) }.first
    }
    timeCode = first("timeCode")
    frameRate = first("framesPerSecond").flatMap { FrameRate($0) }
    chromaticities = first("chromaticities")?.value
  }
}

/// What must stay the same in every frame of a sequence. The data window may move.
public struct PartSignature: Hashable, Sendable {
  /// The part's name.
  public var name: String?
  /// What it holds.
  public var kind: Part.Kind
  /// Its channels.
  public var channels: [Channel]
  /// How it is packed.
  public var codec: PixelCodec
  /// What a viewer shows.
  public var displayWindow: Window
  /// Width of a pixel over its height.
  public var pixelAspectRatio: Float

  /// The layout of a part.
  public init(_ part: Part) {
    name = part.name
    kind = part.kind
    channels = part.channels
    codec = part.codec
    displayWindow = part.displayWindow
    pixelAspectRatio = part.pixelAspectRatio
  }
}

/// A finding about a sequence, and the frames that it is about.
public struct SequenceFinding: Hashable, Sendable {
  /// What is wrong.
  public var finding: Finding
  /// The frames, also those that are not there; empty where names have no numbers.
  public var frames: FrameRange
  /// The names of the files that it is about, as far as they exist.
  public var names: [FileName]

  /// A finding about frames and files.
  public init(_ finding: Finding, frames: FrameRange = FrameRange(), names: [FileName] = []) {
    self.finding = finding
    self.frames = frames
    self.names = names
  }

  /// A finding about frames that were looked at.
  init(_ code: FindingCode, _ frames: [FrameSummary], _ text: String) {
    self.init(
      Finding(code, count: frames.count, text),
      frames: FrameRange(frames: frames.compactMap(\.frame)), names: frames.map(\.name))
  }
}
