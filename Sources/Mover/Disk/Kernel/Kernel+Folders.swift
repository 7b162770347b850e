import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// Bytes for one getdents64 call: some 8,000 short names.
  private static let listingCapacity = 256 << 10

  /// Every name in an open folder but `.` and `..`.
  static func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    try call(.list) { farmio_lseek(folder.descriptor, 0, SEEK_SET) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: listingCapacity, alignment: 8)
    defer { unsafe buffer.deallocate() }
    var entries: [FolderEntry] = []
    while true {
      let count = try call(.list) {
        unsafe farmio_getdents(folder.descriptor, buffer.baseAddress!, buffer.count)
      }
      if count == 0 { return entries }
      unsafe append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: &entries)
    }
  }

  /// Reads linux_dirent64 records: inode 8 bytes, offset 8, record length 2, type 1, name, NUL.
  private static func append(_ records: UnsafeRawBufferPointer, to entries: inout [FolderEntry]) {
    var position = 0
    while position < records.count {
      let inode = unsafe records.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let length = unsafe records.loadUnaligned(fromByteOffset: position + 16, as: UInt16.self)
      let type = unsafe records[position + 18]
      let start = unsafe records.baseAddress! + position + 19
      let name = unsafe UnsafeRawBufferPointer(start: start, count: strlen(start))
      if unsafe !isDots(name) {
        entries.append(
          FolderEntry(
            name: FileName(unsafe [UInt8](name)), kind: FileKind(entryType: type), inode: inode))
      }
      position += Int(length)
    }
  }

  private static func isDots(_ name: UnsafeRawBufferPointer) -> Bool {
    let dot = UInt8(ascii: ".")
    return unsafe name.count == 1 && name[0] == dot
      || name.count == 2 && name[0] == dot && name[1] == dot
  }
}
