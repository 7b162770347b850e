import FrameEngine

/// One end of a copy as typed. This version moves between folders; an address of another kind is
/// refused by name, so that `s3://bucket` never becomes a folder called `s3:`.
struct Place: ArgumentValue, Hashable {
  static let expectation = "a path (addresses such as s3://… cannot be used yet)"

  let path: FileName

  init?(argument: FileName) {
    guard let path = FileName(argument: argument), !Place.isAddress(path) else { return nil }
    self.path = path
  }

  /// Whether it starts as `scheme://` does. A folder of such a name is typed `./scheme://`.
  private static func isAddress(_ path: FileName) -> Bool {
    let bytes = path.bytes
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
    let isScheme = bytes[..<colon].allSatisfy { byte in
      isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    return isScheme && bytes[colon...].starts(with: Array("://".utf8))
  }
}
