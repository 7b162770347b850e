/// A configuration file of sections with `key = value` lines, as cloud tools keep their credentials
/// (`~/.aws/credentials`, `~/.oci/config`). Names are case-sensitive; the last of equal keys counts.
public struct INIFile: Hashable, Sendable {
  private var sections: [String: [String: String]] = [:]

  /// The lines of a file. Lines that are no header, pair or comment are passed over, as the tools
  /// do that own these files; so are indented lines, which belong to nested settings.
  public init(_ text: [UInt8]) {
    var section = ""
    for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
      guard let first = line.first, first != "#", first != ";", !first.isWhitespace else {
        continue
      }
      if first == "[" {
        section = INIFile.trimmed(line.dropFirst().prefix { $0 != "]" })
        sections[section] = sections[section] ?? [:]
        continue
      }
      guard let equals = line.firstIndex(of: "=") else { continue }
      let key = INIFile.trimmed(line[..<equals])
      sections[section, default: [:]][key] = INIFile.trimmed(line[line.index(after: equals)...])
    }
  }

  /// The value of a key in a section; `nil` if it is absent or empty.
  public subscript(section: String, key: String) -> String? {
    guard let value = sections[section]?[key], !value.isEmpty else { return nil }
    return value
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
