/// Which channels of two parts are to be compared: those of one name and sampling.
public struct ChannelPairs: Hashable, Sendable {
  /// Two channels of one name.
  public struct Pair: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The channel's number in the first part.
    public let left: Int
    /// The channel's number in the second part.
    public let right: Int
  }

  /// The channels that both parts have, in the order of the first.
  public let pairs: [Pair]
  /// Names that only the first part has.
  public let onlyLeft: [String]
  /// Names that only the second part has.
  public let onlyRight: [String]
  /// Names that both have, with another sampling: not compared.
  public let unlike: [String]

  /// The pairs of two lists of channels.
  public init(_ left: [Channel], _ right: [Channel]) {
    var pairs = [Pair]()
    var onlyLeft = [String]()
    var unlike = [String]()
    for (index, channel) in left.enumerated() {
      guard let other = right.firstIndex(where: { $0.name == channel.name }) else {
        onlyLeft.append(channel.name)
        continue
      }
      if right[other].xSampling == channel.xSampling && right[other].ySampling == channel.ySampling
      {
        pairs.append(Pair(name: channel.name, left: index, right: other))
      } else {
        unlike.append(channel.name)
      }
    }
    self.pairs = pairs
    self.onlyLeft = onlyLeft
    self.unlike = unlike
    let names = Set(left.map(\.name))
    onlyRight = right.map(\.name).filter { !names.contains($0) }
  }
}
