extension FrameManifest {
  /// The whole manifest as text.
  public var encoded: [UInt8] {
    var writer = Writer()
    var bytes = [UInt8]()
    for frame in frames { bytes += writer.append(frame) }
    return bytes + writer.finish()
  }

  /// Writes a manifest frame by frame: each call gives the bytes to be added to the file, so that
  /// a long sequence takes no memory. Frames come by rising bytes of their names.
  public struct Writer: Sendable {
    private var hasher = BLAKE3Hasher()
    private var count = 0
    private var last: FileName?

    /// A manifest that has not begun.
    public init() {}

    /// The lines of a frame, and the manifest's first line before those of the first.
    public mutating func append(_ frame: Frame) -> [UInt8] {
      precondition(last.map { $0 < frame.name } ?? true, "frames come by name, each once")
      precondition(!frame.name.bytes.isEmpty && frame.byteCount >= 0)
      last = frame.name
      var text = Text(start: count == 0)
      count += 1
      text.line("frame \(FrameManifest.escaped(frame.name)) \(frame.byteCount) ", frame.digest)
      for (number, part) in frame.parts.enumerated() {
        text.line("part \(number) ", part.pixels)
        for chunk in part.chunks { text.line("chunk \(chunk.index) ", chunk.digest) }
      }
      hasher.update(text.bytes)
      return text.bytes
    }

    /// The last line, which proves all before it.
    public mutating func finish() -> [UInt8] {
      let start = count == 0 ? Text(start: true).bytes : []
      hasher.update(start)
      var text = Text(start: false)
      text.line("end \(count) ", hasher.finalize())
      return start + text.bytes
    }
  }

  /// Lines in the making.
  private struct Text {
    var bytes: [UInt8]

    init(start: Bool) { bytes = start ? Array("\(FrameManifest.firstLine)\n".utf8) : [] }

    mutating func line(_ words: String, _ digest: Digest?) {
      bytes += words.utf8
      if let digest { append(digest) } else { bytes.append(UInt8(ascii: "-")) }
      bytes.append(UInt8(ascii: "\n"))
    }

    /// The digits of a digest; a manifest has millions of them.
    private mutating func append(_ digest: Digest) {
      for word in [digest.words.0, digest.words.1, digest.words.2, digest.words.3] {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          append(digit: word >> (shift + 4))
          append(digit: word >> shift)
        }
      }
    }

    private mutating func append(digit: UInt64) {
      let value = UInt8(digit & 15)
      bytes.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }
  }

  static let firstLine = "farmio-frames 1"

  /// A name without spaces, controls and bytes beyond ASCII: those, and `%`, are written as `%`
  /// and two digits.
  static func escaped(_ name: FileName) -> String {
    var text = [UInt8]()
    for byte in name.bytes {
      if isPlain(byte) {
        text.append(byte)
      } else {
        text.append(UInt8(ascii: "%"))
        text += [byte].hex.utf8
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "%")
  }
}
