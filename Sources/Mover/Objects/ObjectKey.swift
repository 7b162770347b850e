/// Keys of objects are bytes. What Unicode calls equal may be two keys, and a slash may be half of
/// what it calls a character: none of what `String` does by characters fits them.
extension String {
  /// Whether two keys are one.
  func isSameKey(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Without its last byte, which is a slash.
  package var withoutLastSlash: String { String(Substring(utf8.dropLast())) }

  /// The key up to its last slash, and with it; empty where it has none.
  var folderPrefix: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(Substring(utf8[...slash]))
  }
}
