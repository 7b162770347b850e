import CLinux
import FrameEngine
import Glibc
import Mover

/// A fresh folder of a test's own, removed with all that is in it when the test lets go of it.
final class TemporaryFolder: Sendable {
  let path: FileName
  let handle: Handle
  private let disk = ThreadDisk()

  /// Makes a folder under `parent`.
  init(in parent: FileName = "/tmp") throws {
    var template = parent.appending("farmio-test-XXXXXX").bytes.map { CChar(bitPattern: $0) } + [0]
    let made = unsafe template.withUnsafeMutableBufferPointer {
      unsafe mkdtemp($0.baseAddress!) != nil
    }
    precondition(made, "no temporary folder can be made")
    path = FileName(template.dropLast().map { UInt8(bitPattern: $0) })
    handle = try disk.open(path, in: .current, .folder)
  }

  deinit {
    try? removeContents(of: handle)
    try? disk.close(handle)
    try? disk.remove(path, in: .current, isFolder: true)
  }

  private func removeContents(of folder: Handle) throws {
    for entry in try disk.entries(of: folder) {
      let isFolder = try disk.status(of: entry.name, in: folder).kind == .folder
      if isFolder {
        let inner = try disk.open(entry.name, in: folder, .folder)
        defer { try? disk.close(inner) }
        try removeContents(of: inner)
      }
      try disk.remove(entry.name, in: folder, isFolder: isFolder)
    }
  }
}

extension Disk {
  /// Makes the file `name` with `bytes` in it.
  func makeFile(_ name: FileName, in folder: Handle, _ bytes: [UInt8]) throws {
    let handle = try open(name, in: folder, .create(mode: 0o644))
    try write(handle, at: 0, unsafe bytes.span.bytes)
    try close(handle)
  }

  /// The first `limit` bytes of the file `name`.
  func contents(of name: FileName, in folder: Handle, limit: Int = 1 << 20) throws -> [UInt8] {
    let handle = try open(name, in: folder, .read())
    var bytes = [UInt8](repeating: 0, count: limit)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let count = try read(handle, at: 0, into: &raw)
    try close(handle)
    return Array(bytes[..<count])
  }
}
