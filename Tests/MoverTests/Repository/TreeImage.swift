import FrameEngine

@testable import Mover

/// Everything about a tree that a restore must bring back, by path: to be compared.
struct TreeImage: Equatable {
  struct File: Equatable {
    let kind: FileKind
    let mode: UInt32
    let user: UInt32
    let group: UInt32
    let modified: Timestamp
    let size: Int64
    let content: Digest
    let attributes: [ExtendedAttribute]
    let target: [UInt8]
    let device: UInt64
    /// The first path, in order, that names the same file.
    let firstName: FileName
  }

  private(set) var files: [FileName: File] = [:]

  /// Reads the tree at `root`, the root itself included as the empty path.
  init(of root: FileName, on disk: any Disk) throws {
    var firsts: [UInt64: FileName] = [:]
    let (parent, base) = root.splittingLast()
    let handle = try disk.open(parent.appending("."), in: .current, .folder)
    defer { try? disk.close(handle) }
    try add(base, at: "", in: handle, disk, &firsts)
  }

  private mutating func add(
    _ name: FileName, at path: FileName, in folder: Handle, _ disk: any Disk,
    _ firsts: inout [UInt64: FileName]
  ) throws {
    let status = try disk.status(of: name, in: folder)
    if status.kind != .folder, firsts[status.inode] == nil { firsts[status.inode] = path }
    let metadata = try FileMetadata.capture(name, in: folder, status, on: disk)
    var content = Digest.zero
    if status.kind == .regular {
      let bytes = try disk.contents(of: name, in: folder, limit: Int(status.size) + 1)
      content = BLAKE3.hash(bytes.rawBytes)
    }
    files[path] = File(
      kind: status.kind, mode: status.kind == .symbolicLink ? 0 : status.mode, user: status.user,
      group: status.group, modified: status.modified,
      size: status.kind == .regular ? status.size : 0, content: content,
      attributes: metadata.attributes, target: metadata.linkTarget, device: metadata.device,
      firstName: firsts[status.inode] ?? path)
    guard status.kind == .folder else { return }
    let inner = try disk.open(name, in: folder, .folder)
    defer { try? disk.close(inner) }
    for entry in try disk.entries(of: inner).map(\.name).sorted() {
      try add(entry, at: path.appending(entry), in: inner, disk, &firsts)
    }
  }

  /// What differs, in words; empty if nothing does.
  func differences(from other: TreeImage) -> [String] {
    Set(files.keys).union(other.files.keys).sorted().compactMap { path in
      files[path] == other.files[path]
        ? nil
        : "\(path): \(String(describing: files[path])) / \(String(describing: other.files[path]))"
    }
  }
}
