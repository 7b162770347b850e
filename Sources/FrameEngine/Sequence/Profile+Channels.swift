extension ChannelDemand {
  /// A channel of a file, under every name that it goes by.
  private struct Found {
    let part: Int
    let codec: PixelCodec
    let channel: Channel
    /// The name, and in a named part also the part's name, a dot and the name.
    let names: [String]

    var place: FindingPlace { FindingPlace(part: part, channel: channel.name) }
  }

  func findings(_ parts: [Part]) -> [Finding] {
    let found = parts.enumerated().flatMap { number, part in
      part.channels.map { channel in
        let full = part.name.map { ["\($0).\(channel.name)"] } ?? []
        return Found(
          part: number, codec: part.codec, channel: channel, names: [channel.name] + full)
      }
    }
    return missing(found) + extra(found) + types(found) + identifiers(found)
  }

  private func missing(_ found: [Found]) -> [Finding] {
    let names = Set(found.flatMap(\.names))
    return required.filter { !names.contains($0.name) }.map { demand in
      Finding(
        .channelMissing, FindingPlace(channel: demand.name),
        "the channel \(demand.name) is missing")
    }
  }

  private func extra(_ found: [Found]) -> [Finding] {
    guard let allowed else { return [] }
    let expected = Set(required.map(\.name))
    return found.filter { item in
      !item.names.contains { name in
        expected.contains(name) || allowed.contains { $0.matches(name) }
      }
    }.map { item in
      Finding(.channelExtra, item.place, "nobody expects the channel \(item.channel.name)")
    }
  }

  private func types(_ found: [Found]) -> [Finding] {
    let demands = Dictionary(required.map { ($0.name, $0.types) }) { first, _ in first }
    return found.compactMap { item in
      let own = item.names.lazy.compactMap { demands[$0] }.first ?? []
      let wanted = own.isEmpty ? types : own
      guard !wanted.isEmpty, !wanted.contains(item.channel.type) else { return nil }
      return Finding(
        .channelType, item.place,
        "\(item.channel.name) holds \(item.channel.type.name) samples instead of "
          + choice(wanted.map(\.name)))
    }
  }

  private func identifiers(_ found: [Found]) -> [Finding] {
    guard !ids.isEmpty else { return [] }
    return found.filter { item in
      item.names.contains { name in ids.contains { $0.matches(name) } }
    }.compactMap { item in
      item.channel.lossyIDFinding(part: item.part, codec: item.codec)
    }
  }
}
