import FrameEngine

/// What a copy writes beside its target before it begins an upload in parts: whose it is (its name
/// says: `TemporaryName`), and all that another run needs to go on with it or to give it up.
struct UploadMarker: Hashable, Sendable {
  /// The object to be.
  let key: String
  /// The service's word for the upload; empty before it has said it.
  var id = ""
  /// Stored with the object, so that it can be told from another of its name.
  let token: String
  let partBytes: Int
  /// Of the source when the upload was begun.
  let size: Int64
  let modified: Timestamp

  private static let heading = "farmio-upload 1"
  /// Bytes of a marker: a key of 1024 and some lines.
  static let limit = 8 << 10

  init(key: String, token: String, partBytes: Int, size: Int64, modified: Timestamp) {
    self.key = key
    self.token = token
    self.partBytes = partBytes
    self.size = size
    self.modified = modified
  }

  /// Reads a marker; `nil` if it is none of a copy.
  init?(_ bytes: [UInt8]) {
    // The key comes last, whatever is in it.
    let lines = bytes.split(
      separator: UInt8(ascii: "\n"), maxSplits: 6, omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
    guard lines.count == 7, lines[0] == UploadMarker.heading,
      let partBytes = Int(lines[3]), partBytes > 0, let size = Int64(lines[4]), size >= 0,
      let modified = ObjectStatus.time(lines[5])
    else { return nil }
    id = lines[1]
    token = lines[2]
    self.partBytes = partBytes
    self.size = size
    self.modified = modified
    key = lines[6]
  }

  /// As it is stored.
  var bytes: [UInt8] {
    let lines = [
      UploadMarker.heading, id, token, String(partBytes), String(size),
      ObjectStatus.text(modified), key,
    ]
    return Array(lines.joined(separator: "\n").utf8)
  }
}
