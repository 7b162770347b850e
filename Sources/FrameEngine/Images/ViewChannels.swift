/// Which channels of a part a picture shows, by their place in the part's list, and how.
public enum ViewChannels: Hashable, Sendable {
  /// Three channels as they are; a part may lack the blue one, as motion vectors do.
  case colour(red: Int, green: Int, blue: Int?, alpha: Int?)
  /// Luminance with two differences of colour, most often sampled at half the rate.
  case luminanceChroma(luminance: Int, red: Int, blue: Int, alpha: Int?)
  /// One channel as grey.
  case grey(Int, alpha: Int?)
  /// One channel as grey, the nearest sample white and the farthest black.
  case depth(Int)

  /// The channels that show a layer best: its colours, else its luminance, else its first channel.
  ///
  /// Within a layer these sets are tried, whatever the case: R G B, red green blue, Y RY BY, Y,
  /// X Y Z, U V. A depth (Z, depth, ZBack) is taken only if there is nothing else.
  /// `nil` if the part has no such layer.
  ///
  /// - Parameter layer: what stands before the last dot of the names; empty for names without.
  ///   `nil` takes the unnamed layer, or the first one that shows colours, or the first one.
  public init?(of channels: [Channel], layer: String? = nil) {
    if let layer {
      guard let found = ViewChannels.best(of: channels, layer) else { return nil }
      self = found
      return
    }
    var layers = [String]()
    for channel in channels where !layers.contains(channel.layer) { layers.append(channel.layer) }
    let all = layers.compactMap { ViewChannels.best(of: channels, $0) }
    let unnamed = ViewChannels.best(of: channels, "")
    let coloured = ([unnamed].compactMap { $0 } + all).first {
      switch $0 {
      case .colour, .luminanceChroma: true
      case .grey, .depth: false
      }
    }
    guard let found = coloured ?? unnamed ?? all.first else { return nil }
    self = found
  }

  /// One channel by its full name: as depth if its name says so, else as grey.
  public init?(of channels: [Channel], named name: String) {
    guard let place = channels.firstIndex(where: { $0.name == name }) else { return nil }
    self = ViewChannels.isDepth(channels[place]) ? .depth(place) : .grey(place, alpha: nil)
  }

  /// The places of all channels that are needed, rising, each once.
  public var places: [Int] {
    let all: [Int?] =
      switch self {
      case .colour(let red, let green, let blue, let alpha): [red, green, blue, alpha]
      case .luminanceChroma(let luminance, let red, let blue, let alpha):
        [luminance, red, blue, alpha]
      case .grey(let channel, let alpha): [channel, alpha]
      case .depth(let channel): [channel]
      }
    return Set(all.compactMap { $0 }).sorted()
  }

  /// The same in a list that holds only these places, such as a raster that keeps nothing else.
  public func within(_ places: [Int]) -> ViewChannels {
    func moved(_ place: Int) -> Int {
      guard let index = places.firstIndex(of: place) else {
        preconditionFailure("a channel that is shown is kept")
      }
      return index
    }
    return switch self {
    case .colour(let red, let green, let blue, let alpha):
      .colour(
        red: moved(red), green: moved(green), blue: blue.map(moved), alpha: alpha.map(moved))
    case .luminanceChroma(let luminance, let red, let blue, let alpha):
      .luminanceChroma(
        luminance: moved(luminance), red: moved(red), blue: moved(blue), alpha: alpha.map(moved))
    case .grey(let channel, let alpha): .grey(moved(channel), alpha: alpha.map(moved))
    case .depth(let channel): .depth(moved(channel))
    }
  }

  /// The channel of coverage, if there is one.
  var alpha: Int? {
    switch self {
    case .colour(_, _, _, let alpha), .luminanceChroma(_, _, _, let alpha), .grey(_, let alpha):
      alpha
    case .depth: nil
    }
  }

  private static func best(of channels: [Channel], _ layer: String) -> ViewChannels? {
    let places = channels.indices.filter { channels[$0].layer == layer }
    func place(_ names: String...) -> Int? {
      places.first { names.contains(channels[$0].baseName.lowercased()) }
    }
    let alpha = place("a", "alpha")
    for names in [["r", "g", "b"], ["red", "green", "blue"]] {
      if let red = place(names[0]), let green = place(names[1]) {
        return .colour(red: red, green: green, blue: place(names[2]), alpha: alpha)
      }
    }
    if let luminance = place("y"), let red = place("ry"), let blue = place("by") {
      return .luminanceChroma(luminance: luminance, red: red, blue: blue, alpha: alpha)
    }
    if let x = place("x"), let y = place("y") {
      return .colour(red: x, green: y, blue: place("z"), alpha: alpha)
    }
    if let u = place("u"), let v = place("v") {
      return .colour(red: u, green: v, blue: nil, alpha: alpha)
    }
    if let luminance = place("y") { return .grey(luminance, alpha: alpha) }
    let others = places.filter { $0 != alpha }
    if let plain = others.first(where: { !isDepth(channels[$0]) }) {
      return .grey(plain, alpha: alpha)
    }
    if let depth = others.first { return .depth(depth) }
    return alpha.map { .grey($0, alpha: nil) }
  }

  private static func isDepth(_ channel: Channel) -> Bool {
    ["z", "depth", "zback"].contains(channel.baseName.lowercased())
  }
}
