import FrameEngine
import Glibc

/// What a name may be on an SMB server. Linux allows more.
enum SMBName {
  /// Characters that stand for something else there ([MS-FSCC] 2.1.5).
  private static let forbidden = Set("\\:*?\"<>|".utf8)

  /// Whether one name, without a path, can exist on a server: UTF-8 of at most 255 UTF-16 units,
  /// none of the characters that are forbidden, no dot or space at its end.
  static func isAllowed(_ name: some Collection<UInt8>) -> Bool {
    guard !name.isEmpty, let text = String(validating: name, as: UTF8.self),
      text.utf16.count <= 255
    else { return false }
    let last = text.utf8.last
    if last == UInt8(ascii: ".") || last == UInt8(ascii: " ") { return false }
    return name.allSatisfy { $0 >= 0x20 && !forbidden.contains($0) }
  }

  /// The path in a share of `name` below `folder`. Upwards it ends at the share. `code` is what a
  /// name is answered with that no server can hold: ENOENT where it is looked for.
  static func path(
    of name: FileName, below folder: FileName, _ operation: DiskError.Operation, orElse code: Int32
  ) throws(DiskError) -> FileName {
    let slash = UInt8(ascii: "/")
    var path = name.bytes.first == slash ? "" : folder
    for part in name.bytes.split(separator: slash) where !part.elementsEqual([0x2E]) {
      if part.elementsEqual([0x2E, 0x2E]) {
        // No link can lead elsewhere: the folder above is the path without its end.
        path = FileName(Array(path.bytes[..<(path.bytes.lastIndex(of: slash) ?? 0)]))
        continue
      }
      guard isAllowed(part) else { throw DiskError(operation, code: code, name: name) }
      path = path.appending(FileName(Array(part)))
    }
    return path
  }
}
