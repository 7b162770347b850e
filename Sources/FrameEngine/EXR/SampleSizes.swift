/// The bytes of a part's channels, apart from their names: what sizes are computed from, chunk by
/// chunk, without touching a reference count.
struct SampleSizes: Hashable, Sendable {
  private struct Sampled: Hashable {
    let xSampling: Int
    let ySampling: Int
    let byteCount: Int
  }

  /// Bytes of one pixel that has a sample of every channel.
  let bytesPerPixel: Int
  /// Empty where every pixel has a sample of every channel.
  private let sampled: [Sampled]

  init(_ channels: [Channel]) {
    bytesPerPixel = channels.reduce(0) { $0 + $1.type.byteCount }
    let isUniform = channels.allSatisfy { $0.xSampling == 1 && $0.ySampling == 1 }
    sampled =
      isUniform
      ? []
      : channels.map {
        Sampled(
          xSampling: $0.xSampling, ySampling: $0.ySampling, byteCount: $0.type.byteCount)
      }
  }

  /// Bytes of the samples of a window.
  func byteCount(of window: Window) -> Int {
    if sampled.isEmpty { return bytesPerPixel * window.area }
    var total = 0
    for channel in sampled {
      let columns = Channel.multiples(
        of: channel.xSampling, from: window.minX, through: window.maxX)
      let rows = Channel.multiples(of: channel.ySampling, from: window.minY, through: window.maxY)
      total += columns * rows * channel.byteCount
    }
    return total
  }
}
