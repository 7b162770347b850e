import FrameEngine
import Glibc

@testable import Mover

/// A tree of every kind of file, made and changed at random by a seed.
struct RandomTree {
  let root: FileName
  let disk: any Disk
  var generator: SeededGenerator
  /// Bytes of the largest files.
  var sizeLimit = 300_000

  private static let pool: [UInt8] = {
    var generator = SeededGenerator(seed: 99)
    var writer = ByteWriter()
    while writer.count < 1 << 20 { writer.append(generator.next()) }
    return writer.bytes
  }()

  /// Sizes at which something changes: blocks, chunks, joined files.
  static let borderSizes: [Int] = [
    0, 1, 4095, 4096, 32_767, 32_768, 32_769, 65_536, 131_071, 131_072, 131_073, 262_144,
    (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 3 << 20,
  ]

  /// An empty tree at `root`, which is made.
  init(at root: FileName, on disk: any Disk, seed: UInt64) throws {
    self.root = root
    self.disk = disk
    generator = SeededGenerator(seed: seed)
    try disk.makeFolders(root)
  }

  /// Bytes that are noise, text, zeros, or a mix.
  mutating func bytes(_ count: Int) -> [UInt8] {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return [UInt8](repeating: UInt8.random(in: 0...3, using: &generator) / 3, count: count)
    case 1:
      let line = Array("def Xform \"lamp\(Int.random(in: 0..<99, using: &generator))\" {}\n".utf8)
      return Array((0...(count / line.count)).flatMap { _ in line }.prefix(count))
    default:
      var bytes = [UInt8]()
      while bytes.count < count {
        let start = Int.random(in: 0..<RandomTree.pool.count - 1, using: &generator)
        let length = min(RandomTree.pool.count - start, count - bytes.count, 90_000)
        bytes += RandomTree.pool[start..<start + length]
      }
      return bytes
    }
  }

  mutating func size() -> Int {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0:
      return RandomTree.borderSizes.filter { $0 <= sizeLimit }.randomElement(using: &generator)!
    case 1: return Int.random(in: 0...sizeLimit, using: &generator)
    default: return Int.random(in: 0...4000, using: &generator)
    }
  }

  mutating func name() -> FileName {
    switch Int.random(in: 0..<9, using: &generator) {
    case 0: return FileName((0..<5).map { _ in UInt8.random(in: 0x80...0xFF, using: &generator) })
    case 1: return FileName("new\nline\(Int.random(in: 0..<50, using: &generator))")
    case 2:
      return FileName(
        [UInt8](repeating: 0x78, count: 252)
          + Array(String(Int.random(in: 100..<999, using: &generator)).utf8))
    case 3: return FileName(".\(Int.random(in: 0..<50, using: &generator))")
    case 4: return FileName("shot.\(Int.random(in: 1000..<1040, using: &generator)).exr")
    default: return FileName("f\(Int.random(in: 0..<200, using: &generator)).usda")
    }
  }

  /// Adds `count` files and folders somewhere inside.
  mutating func grow(_ count: Int) throws {
    for _ in 0..<count {
      let folder = try folders().randomElement(using: &generator)!
      try opened(folder) { tree, handle in try tree.add(tree.name(), in: handle, folder) }
    }
    try settle()
  }

  /// Changes, removes, replaces and adds.
  mutating func mutate(_ count: Int) throws {
    for _ in 0..<count {
      let folder = try folders().randomElement(using: &generator)!
      try opened(folder) { tree, handle in
        let names = try tree.disk.entries(of: handle).map(\.name).sorted()
        guard let name = names.randomElement(using: &tree.generator) else { return }
        try tree.change(name, in: handle, folder)
      }
    }
    try grow(count / 2)
  }

  private mutating func change(_ name: FileName, in handle: Handle, _ folder: FileName) throws {
    let status = try disk.status(of: name, in: handle)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0:
      _ = try disk.removeTree(name, in: handle)
    case 1:
      // Another kind, or the same, under the same name.
      _ = try disk.removeTree(name, in: handle)
      try add(name, in: handle, folder)
    case 2 where status.kind == .regular:
      let file = try disk.open(name, in: handle, .update())
      let offset = Int64.random(in: 0...status.size, using: &generator)
      try disk.write(file, at: offset, bytes(700))
      try disk.close(file)
    case 3 where status.kind == .regular:
      let file = try disk.open(name, in: handle, .update())
      try disk.setSize(file, to: Int64(size()))
      try disk.close(file)
    case 4 where status.kind == .regular || status.kind == .folder:
      try decorate(name, in: handle, status.kind)
    default:
      let other = self.name()
      if try !disk.entries(of: handle).contains(where: { $0.name == other }) {
        try disk.rename(name, in: handle, to: other, in: handle)
      }
    }
  }

  private mutating func add(_ name: FileName, in handle: Handle, _ folder: FileName) throws {
    guard try !disk.entries(of: handle).contains(where: { $0.name == name }) else { return }
    switch Int.random(in: 0..<14, using: &generator) {
    case 0, 1:
      if folder.bytes.count < 700 { try disk.makeFolder(name, in: handle, mode: 0o755) }
    case 2:
      try disk.makeSymbolicLink(name, in: handle, to: Array("../x/\(folder.bytes.count)".utf8))
    case 3: try disk.makeNode(name, in: handle, mode: 0o010644, device: 0)
    case 4: try disk.makeNode(name, in: handle, mode: 0o140600, device: 0)
    case 5: try disk.makeNode(name, in: handle, mode: 0o020600, device: 0x0103)
    case 6:
      let files = try disk.entries(of: handle).filter { $0.kind == .regular }.map(\.name).sorted()
      if let first = files.randomElement(using: &generator) {
        try disk.link(first, in: handle, to: name, in: handle)
      }
    case 7: try addSparse(name, in: handle)
    default: try disk.makeFile(name, in: handle, bytes(size()))
    }
    guard try disk.entries(of: handle).contains(where: { $0.name == name }) else { return }
    let kind = try disk.status(of: name, in: handle).kind
    if Int.random(in: 0..<3, using: &generator) == 0 { try decorate(name, in: handle, kind) }
  }

  private mutating func addSparse(_ name: FileName, in handle: Handle) throws {
    let file = try disk.open(name, in: handle, .create(mode: 0o644))
    for _ in 0..<Int.random(in: 0..<3, using: &generator) {
      try disk.write(file, at: Int64.random(in: 0..<40, using: &generator) << 14, bytes(9000))
    }
    try disk.setSize(file, to: Int64.random(in: 0...700_000, using: &generator))
    try disk.close(file)
  }

  /// Attributes, an ACL, modes and owners.
  private mutating func decorate(_ name: FileName, in handle: Handle, _ kind: FileKind) throws {
    guard kind == .regular || kind == .folder else { return }
    let file = try disk.open(name, in: handle, kind == .folder ? .folder : .read())
    defer { try? disk.close(file) }
    let attribute = ExtendedAttribute(
      name: Array("user.farm\(Int.random(in: 0..<4, using: &generator))".utf8),
      value: bytes(Int.random(in: 0..<60, using: &generator)))
    try? disk.setAttribute(file, attribute)
    if Bool.random(using: &generator) { try? disk.setAttribute(file, RandomTree.list) }
    try disk.setOwner(
      file, user: UInt32.random(in: 0..<3, using: &generator), group: 7)
    try disk.setMode(file, UInt32.random(in: 0...0o7777, using: &generator) | 0o400)
  }

  /// user::rw-, user:1234:r--, group::r--, mask::r--, other::---
  private static let list: ExtendedAttribute = {
    var writer = ByteWriter()
    writer.append(UInt32(2))
    for (tag, permission, id) in [
      (1, 6, UInt32.max), (2, 4, 1234), (4, 4, UInt32.max), (16, 4, UInt32.max),
      (32, 0, UInt32.max),
    ] as [(UInt16, UInt16, UInt32)] {
      writer.append(tag)
      writer.append(permission)
      writer.append(id)
    }
    return ExtendedAttribute(name: Array("system.posix_acl_access".utf8), value: writer.bytes)
  }()

  /// Gives folders odd times: what was done inside has changed them.
  private mutating func settle() throws {
    for folder in try folders() where Bool.random(using: &generator) {
      try opened(folder) { tree, handle in
        try tree.disk.setTimes(
          handle,
          modified: Timestamp(
            seconds: .random(in: -9...2_000_000_000, using: &tree.generator),
            nanoseconds: .random(in: 0..<1_000_000_000, using: &tree.generator)))
      }
    }
  }

  private func folders() throws -> [FileName] {
    var found = [FileName]()
    var waiting = [FileName("")]
    while let folder = waiting.popLast() {
      found.append(folder)
      let handle = try disk.open(root.appending(folder).appending("."), in: .current, .folder)
      defer { try? disk.close(handle) }
      for entry in try disk.entries(of: handle) where entry.kind == .folder {
        waiting.append(folder.appending(entry.name))
      }
    }
    return found.sorted()
  }

  private mutating func opened(
    _ folder: FileName, _ body: (inout RandomTree, Handle) throws -> Void
  ) throws {
    let handle = try disk.open(root.appending(folder).appending("."), in: .current, .folder)
    defer { try? disk.close(handle) }
    try body(&self, handle)
  }
}
