/// The version field of a file: the number of the format and what the file uses of it (OpenEXR file
/// layout, "version field").
struct VersionFlags: Hashable {
  let rawValue: UInt32

  /// The number of the format; 2 is the only one.
  var version: UInt32 { rawValue & 0xFF }
  /// One part of tiles.
  var isTiled: Bool { rawValue & VersionFlags.tiled != 0 }
  /// Names of up to 255 bytes.
  var hasLongNames: Bool { rawValue & VersionFlags.longNames != 0 }
  /// Some part is deep.
  var hasDeepParts: Bool { rawValue & VersionFlags.deep != 0 }
  /// The headers are a list, and every chunk names its part.
  var isMultiPart: Bool { rawValue & VersionFlags.multiPart != 0 }
  /// Bytes of the longest name.
  var longestName: Int { hasLongNames ? 255 : 31 }

  static let tiled: UInt32 = 0x200
  static let longNames: UInt32 = 0x400
  static let deep: UInt32 = 0x800
  static let multiPart: UInt32 = 0x1000

  /// What is wrong with the flags by themselves; `nil` if nothing.
  var contradiction: String? {
    let known =
      0xFF | VersionFlags.tiled | VersionFlags.longNames | VersionFlags.deep
      | VersionFlags.multiPart
    let unknown = rawValue & ~known
    if unknown != 0 { return "unknown version flags 0x\(String(unknown, radix: 16)) are set" }
    if isTiled && (hasDeepParts || isMultiPart) {
      return "the flag for one part of tiles is set beside that for deep or several parts"
    }
    return nil
  }

  /// The flags of a file with these parts.
  init(of parts: [Part]) {
    var value: UInt32 = 2
    if parts.count > 1 { value |= VersionFlags.multiPart }
    if parts.contains(where: \.kind.isDeep) { value |= VersionFlags.deep }
    if parts.count == 1 && parts[0].kind == .tiles { value |= VersionFlags.tiled }
    if parts.contains(where: \.needsLongNames) { value |= VersionFlags.longNames }
    rawValue = value
  }

  init(rawValue: UInt32) { self.rawValue = rawValue }
}
