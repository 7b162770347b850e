public import FrameEngine
import Glibc

extension FileName {
  /// The path from `/`, without `.`, `..` and double slashes. Links are not resolved. An address
  /// (`nfs://SERVER/PATH`) is absolute already, and stays as it is.
  public func absolute() throws(DiskError) -> FileName {
    if StoreAddress.hasScheme(self) { return self }
    var whole = bytes
    if whole.first != UInt8(ascii: "/") {
      guard let folder = unsafe getcwd(nil, 0) else {
        throw DiskError(.open, code: errno, name: self)
      }
      defer { unsafe free(folder) }
      let start = unsafe [UInt8](UnsafeRawBufferPointer(start: folder, count: strlen(folder)))
      whole = start + [UInt8(ascii: "/")] + whole
    }
    var parts = [ArraySlice<UInt8>]()
    for part in whole.split(separator: UInt8(ascii: "/")) {
      if part.elementsEqual([0x2E]) { continue }
      if part.elementsEqual([0x2E, 0x2E]) { _ = parts.popLast() } else { parts.append(part) }
    }
    return FileName([UInt8(ascii: "/")] + Array(parts.joined(separator: [UInt8(ascii: "/")])))
  }
}
