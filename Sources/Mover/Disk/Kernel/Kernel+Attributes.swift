import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// What extended attributes are asked of: an open file, or a name in a folder, of the link itself
  /// if it is one.
  enum AttributeHolder {
    case handle(Handle)
    case named(FileName, in: Handle)
  }

  /// A path to a name in a folder. Most calls take no folder: its descriptor's entry in /proc
  /// stands for it.
  private static func path(of name: FileName, in folder: Handle) -> FileName {
    if folder == .current || name.bytes.first == UInt8(ascii: "/") { return name }
    return FileName("/proc/self/fd/\(folder.descriptor)").appending(name)
  }

  /// The attribute names of a name in a folder: by the call that takes both (Linux 6.13), four
  /// times as fast as a path through /proc, which older kernels and tight sandboxes get.
  private static func listAttributes(
    of name: FileName, in folder: Handle, into buffer: UnsafeMutableBufferPointer<CChar>
  ) -> Int {
    let count = unsafe name.withCString {
      unsafe farmio_listxattrat(folder.descriptor, $0, buffer.baseAddress!, buffer.count)
    }
    guard count == -Int(ENOSYS) || count == -Int(EPERM) else { return count }
    return unsafe path(of: name, in: folder).withCString {
      unsafe farmio_llistxattr($0, buffer.baseAddress!, buffer.count)
    }
  }

  /// The kernel's limit for one value and for the list of names (XATTR_SIZE_MAX, XATTR_LIST_MAX).
  private static let attributeLimit = 64 << 10

  /// All attributes, sorted by name; none where the file system has none.
  static func attributes(of holder: AttributeHolder, name: FileName) throws(DiskError)
    -> [ExtendedAttribute]
  {
    let names = try attributeNames(of: holder, name: name)
    var attributes: [ExtendedAttribute] = []
    for attribute in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let value = try value(of: attribute, of: holder, name: name) else { continue }
      attributes.append(ExtendedAttribute(name: attribute, value: value))
    }
    return attributes
  }

  private static func attributeNames(of holder: AttributeHolder, name: FileName)
    throws(DiskError) -> [[UInt8]]
  {
    // Most files have no attribute, and the rest few: 1 KiB of stack answers in one call.
    for capacity in [1 << 10, attributeLimit] {
      let list = try unsafe bytes(capacity: capacity, name: name) { buffer in
        switch holder {
        case .handle(let handle):
          unsafe farmio_flistxattr(handle.descriptor, buffer.baseAddress!, buffer.count)
        case .named(let name, let folder):
          unsafe listAttributes(of: name, in: folder, into: buffer)
        }
      }
      if let list { return list.split(separator: 0).map(Array.init) }
    }
    return []
  }

  /// One value; `nil` if the attribute has gone since the names were listed.
  private static func value(of attribute: [UInt8], of holder: AttributeHolder, name: FileName)
    throws(DiskError) -> [UInt8]?
  {
    try unsafe bytes(capacity: attributeLimit, name: name) { buffer in
      unsafe FileName(attribute).withCString { attribute in
        switch holder {
        case .handle(let handle):
          unsafe farmio_fgetxattr(handle.descriptor, attribute, buffer.baseAddress!, buffer.count)
        case .named(let name, let folder):
          unsafe path(of: name, in: folder).withCString {
            unsafe farmio_lgetxattr($0, attribute, buffer.baseAddress!, buffer.count)
          }
        }
      }
    }
  }

  /// What a call put into a buffer; empty where attributes are not supported, `nil` where the
  /// buffer is too small or there is no such attribute.
  private static func bytes(
    capacity: Int, name: FileName, _ body: (UnsafeMutableBufferPointer<CChar>) -> Int
  ) throws(DiskError) -> [UInt8]? {
    let answer: Result<[UInt8], DiskError> = unsafe withUnsafeTemporaryAllocation(
      of: CChar.self, capacity: capacity
    ) { buffer in
      do throws(DiskError) {
        let count = try call(.attributes, name) { unsafe body(buffer) }
        return .success(
          unsafe [UInt8](UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
        )
      } catch {
        return .failure(error)
      }
    }
    switch answer {
    case .success(let bytes): return bytes
    case .failure(let error) where error.code == EOPNOTSUPP || error.code == ENOSYS: return []
    case .failure(let error) where error.code == ERANGE || error.code == ENODATA: return nil
    case .failure(let error): throw error
    }
  }

  /// Sets one attribute.
  static func setAttribute(
    _ attribute: ExtendedAttribute, of holder: AttributeHolder, name: FileName
  ) throws(DiskError) {
    try unsafe FileName(attribute.name).withCString { key throws(DiskError) in
      _ = try call(.setAttribute, name) {
        unsafe attribute.value.withUnsafeBytes { value in
          switch holder {
          case .handle(let handle):
            unsafe farmio_fsetxattr(handle.descriptor, key, value.baseAddress, value.count)
          case .named(let name, let folder):
            unsafe path(of: name, in: folder).withCString {
              unsafe farmio_lsetxattr($0, key, value.baseAddress, value.count)
            }
          }
        }
      }
    }
  }
}
