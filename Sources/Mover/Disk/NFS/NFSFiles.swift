import CLinux
import CNFS
import FrameEngine
import Glibc
import Synchronization

/// A file or folder of a server that is open here. To the server nothing is open: a handle names
/// the file for as long as it exists.
final class NFSOpenFile: Sendable {
  let file: farmio_nfs_file
  let kind: FileKind
  /// The file as a key.
  let key: [UInt8]

  init(_ file: farmio_nfs_file, _ kind: FileKind) {
    self.file = file
    self.kind = kind
    key = file.key
  }
}

/// The open files of a disk, by numbers of their own, which no descriptor of the kernel has.
final class NFSFiles: Sendable {
  private struct State {
    var files: [NFSOpenFile?] = []
    var free: [Int] = []
  }

  /// The first number: processes are not allowed as many descriptors.
  static let firstNumber: Int32 = 1 << 20
  /// Files open at once.
  private static let most = 1 << 20

  private let state = Mutex(State())

  /// Gives an open file its number; EMFILE if too many are open.
  func add(_ file: NFSOpenFile, _ name: FileName) throws(DiskError) -> Handle {
    let index = state.withLock { state -> Int? in
      if let index = state.free.popLast() {
        state.files[index] = file
        return index
      }
      guard state.files.count < NFSFiles.most else { return nil }
      state.files.append(file)
      return state.files.count - 1
    }
    guard let index else { throw DiskError(.open, code: EMFILE, name: name) }
    return Handle(NFSFiles.firstNumber + Int32(index))
  }

  /// The open file of a number; EBADF if there is none.
  func file(_ handle: Handle, _ operation: DiskError.Operation) throws(DiskError) -> NFSOpenFile {
    let index = Int(handle.descriptor) - Int(NFSFiles.firstNumber)
    let file = state.withLock { state in
      state.files.indices.contains(index) ? state.files[index] : nil
    }
    guard let file else { throw DiskError(operation, code: EBADF) }
    return file
  }

  /// Forgets a number.
  func remove(_ handle: Handle) throws(DiskError) {
    let index = Int(handle.descriptor) - Int(NFSFiles.firstNumber)
    let wasOpen = state.withLock { state in
      guard state.files.indices.contains(index), state.files[index] != nil else { return false }
      state.files[index] = nil
      state.free.append(index)
      return true
    }
    guard wasOpen else { throw DiskError(.close, code: EBADF) }
  }
}

extension farmio_nfs_file {
  /// The handle's bytes.
  var key: [UInt8] {
    unsafe withUnsafeBytes(of: bytes) { unsafe Array($0.prefix(Int(length))) }
  }
}

/// The two numbers of a device on the wire, and as the kernel's one.
struct NFSDevice {
  let major: UInt32
  let minor: UInt32

  init(_ attributes: farmio_nfs_attributes) {
    major = attributes.device_major
    minor = attributes.device_minor
  }

  init(number: UInt64) {
    major = farmio_device_major(number)
    minor = farmio_device_minor(number)
  }

  var number: UInt64 { farmio_device(major, minor) }
}
