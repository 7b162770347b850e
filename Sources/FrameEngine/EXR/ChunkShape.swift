/// How the samples of a chunk lie in its unpacked bytes: line by line, in a line channel by
/// channel, in a channel sample by sample (little-endian). A channel with `ySampling` has no bytes
/// in the lines between.
///
/// This is the one form that decoders produce, encoders take, and everything that looks at pixels
/// reads (OpenEXR file layout, "pixel data").
public struct ChunkShape: Hashable, Sendable {
  /// The chunk's pixels.
  public let window: Window
  /// The part's channels, in file order.
  public let channels: [Channel]
  /// All bytes of the unpacked chunk.
  public let byteCount: Int
  /// Bytes of a line, where every line has every channel; `nil` where rows are missing.
  public let lineByteCount: Int?
  /// Bytes of one row of each channel.
  public let rowByteCounts: [Int]

  /// The shape of a chunk of these channels. The caller has checked the window against its limits.
  public init(window: Window, channels: [Channel]) {
    self.window = window
    self.channels = channels
    rowByteCounts = channels.map { $0.samples(across: window) * $0.type.byteCount }
    let isUniform = channels.allSatisfy { $0.ySampling == 1 }
    var total = 0
    if isUniform {
      let line = rowByteCounts.reduce(0, +)
      lineByteCount = line
      total = line * window.height
    } else {
      lineByteCount = nil
      for (channel, bytes) in zip(channels, rowByteCounts) {
        let rows = Channel.multiples(
          of: channel.ySampling, from: window.minY, through: window.maxY)
        total += rows * bytes
      }
    }
    byteCount = total
  }

  /// Samples of one row of a channel.
  public func samples(of channel: Int) -> Int {
    rowByteCounts[channel] / channels[channel].type.byteCount
  }

  /// Calls `body` with the row number and byte offset of every row of a channel, from the top.
  public func forEachRow(of channel: Int, _ body: (_ y: Int, _ byteOffset: Int) -> Void) {
    if let line = lineByteCount {
      var offset = rowByteCounts[..<channel].reduce(0, +)
      for y in window.minY...window.maxY {
        body(y, offset)
        offset += line
      }
      return
    }
    var offset = 0
    for y in window.minY...window.maxY {
      for index in channels.indices where channels[index].hasRow(y) {
        if index == channel { body(y, offset) }
        offset += rowByteCounts[index]
      }
    }
  }
}
