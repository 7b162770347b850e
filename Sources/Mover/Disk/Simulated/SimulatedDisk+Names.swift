// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

// Names, modes, owners, times and attributes.
extension SimulatedDisk {
  public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    try perform(.makeFolder, name) { state throws(SimulatedFiles.Refusal) in
      let start = try state.inode(folder)
      _ = try state.files.make(name, from: start, kind: .folder, mode: mode)
    }
  }

  public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  {
    try perform(.makeLink, name) { state throws(SimulatedFiles.Refusal) in
      let start = try state.inode(folder)
      let inode = try state.files.make(name, from: start, kind: .symbolicLink, mode: 0o777)
      state.files.nodes[inode]?.target = target
    }
  }

  public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    try perform(.readLink, name) { state throws(SimulatedFiles.Refusal) in
      let node = try state.files[try state.files.inode(name, from: try state.inode(folder))]
      guard node.kind == .symbolicLink else { throw .init(code: EINVAL) }
      return node.target
    }
  }

  public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  {
    try perform(.makeNode, name) { state throws(SimulatedFiles.Refusal) in
      let start = try state.inode(folder)
      let kind = FileKind(mode: mode)
      let inode = try state.files.make(name, from: start, kind: kind, mode: mode)
      state.files.nodes[inode]?.device = device
    }
  }

  public func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    try perform(.link, newName) { state throws(SimulatedFiles.Refusal) in
      let (start, newStart) = (try state.inode(folder), try state.inode(newFolder))
      try state.files.link(name, from: start, to: newName, newStart)
    }
  }

  public func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    try perform(.rename, newName) { state throws(SimulatedFiles.Refusal) in
      let (start, newStart) = (try state.inode(folder), try state.inode(newFolder))
      try state.files.rename(name, from: start, to: newName, newStart)
    }
  }

  public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    try perform(.remove, name) { state throws(SimulatedFiles.Refusal) in
      let start = try state.inode(folder)
      try state.files.remove(name, from: start, isFolder: isFolder)
    }
  }

  public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    try change(handle, .setMode) { $0.mode = mode & 0o7777 }
  }

  public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  {
    try change(name, in: folder, .setOwner) { ($0.user, $0.group) = (user, group) }
  }

  public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    try change(handle, .setOwner) { ($0.user, $0.group) = (user, group) }
  }

  public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp)
    throws(DiskError)
  {
    try change(name, in: folder, .setTimes) { $0.modified = modified }
  }

  public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    try change(handle, .setTimes) { $0.modified = modified }
  }

  public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] {
    try perform(.attributes) { state throws(SimulatedFiles.Refusal) in
      try state.files[try state.inode(handle)].attributes
    }
  }

  public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
    -> [ExtendedAttribute]
  {
    try perform(.attributes, name) { state throws(SimulatedFiles.Refusal) in
      try state.files[try state.files.inode(name, from: try state.inode(folder))].attributes
    }
  }

  public func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
    try change(handle, .setAttribute) { $0.set(attribute) }
  }

  public func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  {
    try change(name, in: folder, .setAttribute) { $0.set(attribute) }
  }

  public func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError) {
    try change(handle, .setAttribute) { node in node.attributes.removeAll { $0.name == name } }
  }

  private func change(
    _ handle: Handle, _ operation: DiskError.Operation, _ body: (inout SimulatedNode) -> Void
  ) throws(DiskError) {
    try perform(operation) { state throws(SimulatedFiles.Refusal) in
      try state.files.change(try state.inode(handle), body)
    }
  }

  private func change(
    _ name: FileName, in folder: Handle, _ operation: DiskError.Operation,
    _ body: (inout SimulatedNode) -> Void
  ) throws(DiskError) {
    try perform(operation, name) { state throws(SimulatedFiles.Refusal) in
      let inode = try state.files.inode(name, from: try state.inode(folder))
      try state.files.change(inode, body)
    }
  }
}

extension SimulatedFiles {
  /// Changes a node's metadata.
  fileprivate mutating func change(_ inode: UInt64, _ body: (inout SimulatedNode) -> Void)
    throws(Refusal)
  {
    var node = try self[inode]
    node.changed = tick()
    body(&node)
    nodes[inode] = node
  }
}

extension SimulatedNode {
  /// Sets one attribute, keeping them sorted by name.
  fileprivate mutating func set(_ attribute: ExtendedAttribute) {
    attributes.removeAll { $0.name == attribute.name }
    attributes.append(attribute)
    attributes.sort { $0.name.lexicographicallyPrecedes($1.name) }
  }
}
