import FrameEngine

/// Where an object of a `FileStore` lies, relative to the store's folder.
struct ObjectPath: Hashable, Sendable {
  /// The object's file.
  let file: FileName
  /// The folder that holds it; empty for the store's own.
  let folder: FileName

  /// The path of an object's name; `nil` for names that no object may have, those that would lead
  /// out of the store or be taken for a temporary file among them.
  init?(_ name: String) {
    let bytes = Array(name.utf8)
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.allSatisfy(ObjectPath.isValid) else { return nil }
    file = FileName(bytes)
    folder = FileName(Array(parts.dropLast().joined(separator: [UInt8(ascii: "/")])))
  }

  /// Whether a part between slashes may stand in an object's name.
  static func isValid(_ part: some Collection<UInt8>) -> Bool {
    guard (1...255).contains(part.count), !TemporaryName.isTemporary(part) else { return false }
    let isOnlyDots = part.count <= 2 && part.allSatisfy { $0 == UInt8(ascii: ".") }
    return !isOnlyDots && part.allSatisfy(isValidByte)
  }

  private static func isValidByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The first folder of the path; the object's name itself if there is none.
  var top: ArraySlice<UInt8> {
    file.bytes.prefix { $0 != UInt8(ascii: "/") }
  }

  /// Every folder on the way to the object, outermost first.
  var ancestors: [FileName] {
    var ancestors: [FileName] = []
    for part in folder.bytes.split(separator: UInt8(ascii: "/")) {
      ancestors.append((ancestors.last ?? "").appending(FileName(Array(part))))
    }
    return ancestors
  }
}
