import CNFS
import FrameEngine
import Glibc

/// A file that a name leads to.
struct NFSNode {
  let file: farmio_nfs_file
  let attributes: farmio_nfs_attributes

  var kind: FileKind { FileKind(nfsType: attributes.type) ?? .regular }
}

// Walking names. A server knows one step only: a name in a folder (LOOKUP). Links on the way are
// followed here, as a kernel does, if they are relative: what an absolute one means, only the
// machines know that mount the export.
extension NFSServer {
  private static let slash = UInt8(ascii: "/")
  /// Links followed for one name, as many as Linux follows.
  private static let linkLimit = 40

  /// The folder that holds the last part of `name`, and that part.
  func place(
    of name: FileName, from start: farmio_nfs_file, _ operation: DiskError.Operation
  ) throws(DiskError) -> (folder: farmio_nfs_file, last: [UInt8]) {
    var parts = NFSServer.parts(of: name)
    guard let last = parts.popLast(), !NFSServer.isDots(last) else {
      throw DiskError(operation, code: EEXIST, name: name)
    }
    if parts.isEmpty { return (NFSServer.start(of: name, start, root), last) }
    return (try walk(parts, name, from: start, operation).file, last)
  }

  /// What `name` leads to: a link itself, unless the name ends in `/` or `/.`.
  func node(
    at name: FileName, from start: farmio_nfs_file, _ operation: DiskError.Operation
  ) throws(DiskError) -> NFSNode {
    let parts = NFSServer.parts(of: name)
    let last = name.bytes.split(separator: NFSServer.slash, omittingEmptySubsequences: false).last
    let mayFollow = last?.isEmpty == true || last?.elementsEqual([0x2E]) == true
    if parts.count == 1, !mayFollow {
      return try step(parts[0], in: NFSServer.start(of: name, start, root), operation, name)
    }
    if mayFollow { return try walk(parts, name, from: start, operation) }
    guard let last = parts.last else { return try walk([], name, from: start, operation) }
    let folder = try walk(Array(parts.dropLast()), name, from: start, operation)
    return try step(last, in: folder.file, operation, name)
  }

  private static func start(
    of name: FileName, _ start: farmio_nfs_file, _ root: farmio_nfs_file
  ) -> farmio_nfs_file {
    name.bytes.first == slash ? root : start
  }

  private static func parts(of name: FileName) -> [[UInt8]] {
    name.bytes.split(separator: slash).filter { !$0.elementsEqual([0x2E]) }.map { Array($0) }
  }

  private static func isDots(_ part: [UInt8]) -> Bool { part == [0x2E, 0x2E] }

  /// Goes from folder to folder, through links.
  private func walk(
    _ parts: [[UInt8]], _ name: FileName, from start: farmio_nfs_file,
    _ operation: DiskError.Operation
  ) throws(DiskError) -> NFSNode {
    var rest = Array(parts.reversed())
    var folder = NFSServer.start(of: name, start, root)
    var found: NFSNode?
    var links = 0
    while let part = rest.popLast() {
      let node = try step(part, in: folder, operation, name)
      guard node.kind == .symbolicLink else {
        folder = node.file
        found = node
        continue
      }
      links += 1
      let target = FileName(try text(ofLink: node.file, operation, name))
      guard links <= NFSServer.linkLimit, target.bytes.first != NFSServer.slash else {
        throw DiskError(operation, code: ELOOP, name: name)
      }
      rest += NFSServer.parts(of: target).reversed()
    }
    if let found, found.file.key == folder.key { return found }
    return NFSNode(file: folder, attributes: try attributes(of: folder, operation, name))
  }

  /// One name in one folder. Above the export's root there is nothing.
  func step(
    _ part: [UInt8], in folder: farmio_nfs_file, _ operation: DiskError.Operation,
    _ name: FileName
  ) throws(DiskError) -> NFSNode {
    if NFSServer.isDots(part), folder.key == root.key {
      return NFSNode(file: root, attributes: try attributes(of: root, operation, name))
    }
    let call = NFSCall(NFS3_LOOKUP, folder, name: part)
    send(call)
    return try node(from: call, operation, name)
  }

  /// What a LOOKUP that was sent has found.
  func node(
    from lookup: NFSCall, _ operation: DiskError.Operation, _ name: FileName
  ) throws(DiskError) -> NFSNode {
    let reply = try result(of: lookup, operation, name)
    guard let file = reply.file else { throw DiskError(operation, code: EBADMSG, name: name) }
    if let attributes = reply.attributes { return NFSNode(file: file, attributes: attributes) }
    return NFSNode(file: file, attributes: try attributes(of: file, operation, name))
  }

  /// A file's attributes, as the server has them now.
  func attributes(
    of file: farmio_nfs_file, _ operation: DiskError.Operation, _ name: FileName = ""
  ) throws(DiskError) -> farmio_nfs_attributes {
    let reply = try perform(NFSCall(NFS3_GETATTR, file), operation, name)
    guard let attributes = reply.attributes else {
      throw DiskError(operation, code: EBADMSG, name: name)
    }
    return attributes
  }

  /// What a symbolic link holds.
  func text(
    ofLink file: farmio_nfs_file, _ operation: DiskError.Operation, _ name: FileName
  ) throws(DiskError) -> [UInt8] {
    let call = NFSCall(NFS3_READLINK, file)
    try perform(call, operation, name)
    // Linux makes none longer.
    guard call.text.count < 4096 else { throw DiskError(operation, code: ENAMETOOLONG, name: name) }
    return call.text
  }
}
