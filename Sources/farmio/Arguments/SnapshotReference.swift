import FrameEngine

/// A snapshot as typed: `latest`, or its id, or the first four or more digits of its id.
struct SnapshotName: ArgumentValue, Hashable {
  static let expectation = "a snapshot's id, its first digits (four or more), or latest"

  /// `latest`, or hexadecimal digits in lower case.
  let text: String

  init?(argument: FileName) {
    guard let text = String(argument: argument)?.lowercased() else { return nil }
    guard text == "latest" || text.utf8.count >= 4 && text.allSatisfy(\.isHexDigit) else {
      return nil
    }
    self.text = text
  }
}

/// A snapshot, and maybe a path inside it, as typed: `latest`, `4f1c09d2:shots/010/comp.nk`.
struct SnapshotReference: ArgumentValue, Hashable {
  static let expectation = "a snapshot (its id, first digits, or latest) and maybe :PATH"

  let snapshot: SnapshotName
  /// The bytes behind the colon; `nil` for the whole snapshot.
  let subpath: FileName?

  init?(argument: FileName) {
    let colon = argument.bytes.firstIndex(of: UInt8(ascii: ":"))
    let name = FileName(Array(argument.bytes[..<(colon ?? argument.bytes.endIndex)]))
    guard let snapshot = SnapshotName(argument: name) else { return nil }
    let path = colon.map { FileName(Array(argument.bytes[($0 + 1)...])) }
    self.snapshot = snapshot
    subpath = path.flatMap { $0.bytes.isEmpty ? nil : $0 }
  }
}
