/// The value of a `channels` attribute, read without judging it: a list as a damaged or careless
/// file may have it (OpenEXR file layout, "chlist").
struct ChannelList {
  struct Entry {
    let name: [UInt8]
    let type: Int32
    let isPerceptuallyLinear: Bool
    let xSampling: Int32
    let ySampling: Int32
    /// Where the entry starts in the value.
    let offset: Int

    /// The name for a person.
    var text: String { String(decoding: name, as: UTF8.self) }

    /// The channel, where its fields allow one.
    var channel: Channel? {
      guard let type = PixelType(rawValue: type), xSampling > 0, ySampling > 0 else { return nil }
      return Channel(
        name: text, type: type, isPerceptuallyLinear: isPerceptuallyLinear,
        xSampling: Int(xSampling), ySampling: Int(ySampling))
    }
  }

  /// No list is read further than this, whatever its size; limits of channels lie far below.
  static let mostEntries = 1 << 16

  private(set) var entries: [Entry] = []
  /// Whether the value ends with its zero byte, and nothing behind it.
  private(set) var isWhole = false

  /// Reads the entries up to the end or the first that is cut short.
  init(_ value: [UInt8]) {
    var offset = 0
    while offset < value.count && entries.count < ChannelList.mostEntries {
      let start = offset
      guard let end = value[start...].firstIndex(of: 0) else { return }
      if end == start {
        isWhole = end + 1 == value.count
        return
      }
      guard value.count - (end + 1) >= 16 else { return }
      let fields = end + 1
      entries.append(
        Entry(
          name: Array(value[start..<end]), type: value.i32(at: fields),
          isPerceptuallyLinear: value[fields + 4] != 0, xSampling: value.i32(at: fields + 8),
          ySampling: value.i32(at: fields + 12), offset: start))
      offset = fields + 16
    }
  }

  /// The value of a list of these channels, in this order.
  static func encoded(_ channels: [Channel]) -> [UInt8] {
    var writer = ByteWriter()
    for channel in channels {
      writer.append(contentsOf: Array(channel.name.utf8) + [0])
      writer.append(channel.type.rawValue)
      writer.append(UInt32(channel.isPerceptuallyLinear ? 1 : 0))
      writer.append(Int32(channel.xSampling))
      writer.append(Int32(channel.ySampling))
    }
    writer.append(UInt8(0))
    return writer.bytes
  }
}
