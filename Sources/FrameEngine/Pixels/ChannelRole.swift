/// What a channel is for, which decides by what rules its samples are judged.
///
/// Told from the name, in either case, unless a profile says otherwise:
///
/// - `id`: uint channels; a name part that starts with `crypto`; a base name or layer that is `id`
///   or ends with `id` after a small letter, a `_` or a known word (`objectId`, `material_id`).
/// - `alpha`: base names `A`, `alpha`, `AR`, `AG`, `AB`.
/// - `data`: a layer or name that is a known kind of vector or data (`N`, `P`, `normal`,
///   `position`, `motion`, `velocity`, `uv`, ...); base names `X`, `U`, `V`; `Y` and `Z` beside
///   an `X` of the same layer.
/// - `depth`: base names `Z`, `ZBack`, `depth`; any other channel of a layer `Z` or `depth`.
/// - `colour`: base names `R`, `G`, `B`, `red`, `green`, `blue`, `Y`, `RY`, `BY` of what is left.
/// - Everything else is `data`: what nobody knows is judged least.
public enum ChannelRole: String, Hashable, Sendable, CaseIterable {
  /// Light: below zero, clipped, black and constant are worth a word.
  case colour
  /// Coverage: 0 to 1.
  case alpha
  /// Distance: any size, infinite where nothing is.
  case depth
  /// Normals, positions, motion and all other numbers.
  case data
  /// Object numbers and Cryptomatte ranks: bits rather than numbers.
  case id

  /// The role of each of a part's channels. `overrides` is asked first for the whole name of a
  /// channel, then for its layer.
  public static func roles(
    of channels: [Channel], overrides: [String: ChannelRole] = [:]
  ) -> [ChannelRole] {
    var axes = Set<String>()
    for channel in channels where channel.baseName.lowercased() == "x" {
      axes.insert(channel.layer)
    }
    return channels.map { channel in
      if let role = overrides[channel.name] { return role }
      if !channel.layer.isEmpty, let role = overrides[channel.layer] { return role }
      return role(of: channel, hasAxis: axes.contains(channel.layer))
    }
  }

  private static func role(of channel: Channel, hasAxis: Bool) -> ChannelRole {
    let base = channel.baseName.lowercased()
    let parts = channel.name.split(separator: ".").map(String.init)
    if channel.type == .uint || parts.contains(where: namesIDs) { return .id }
    // Blender gives its UV pass a third channel A, which is no coverage.
    let layers = channel.layer.lowercased().split(separator: ".").map(String.init)
    if dataNames.contains(base) || layers.contains(where: dataNames.contains) { return .data }
    if ["a", "alpha", "ar", "ag", "ab"].contains(base) { return .alpha }
    if ["x", "u", "v"].contains(base) { return .data }
    if hasAxis, base == "y" || base == "z" { return .data }
    if ["z", "zback", "depth"].contains(base) { return .depth }
    if layers.contains("z") || layers.contains("depth") { return .depth }
    return colourNames.contains(base) ? .colour : .data
  }

  private static func namesIDs(_ part: String) -> Bool {
    let small = part.lowercased()
    if small.hasPrefix("crypto") || small == "id" { return true }
    guard small.hasSuffix("id") else { return false }
    // `objectId` and `object_ID`, but neither `fluid` nor `grid`.
    let before = part.dropLast(2).last
    if part.hasSuffix("Id") || part.hasSuffix("ID"), before?.isLowercase == true { return true }
    return before == "_" || ["objectid", "materialid", "instanceid"].contains(small)
  }

  private static let colourNames: Set<String> = [
    "r", "g", "b", "red", "green", "blue", "y", "ry", "by",
  ]

  private static let dataNames: Set<String> = [
    "n", "p", "nn", "pref", "nref", "pworld", "ng", "normal", "normals", "position", "positions",
    "world", "worldposition", "worldnormal", "motion", "motionvector", "motionvectors", "vector",
    "velocity", "uv", "st", "forward", "backward", "tangent", "flow", "opticalflow", "disparity",
    "variance", "barycentric",
  ]
}
