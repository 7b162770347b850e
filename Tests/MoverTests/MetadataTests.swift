import FrameEngine
import Glibc
import Testing

@testable import Mover

struct MetadataTests {
  private let disk = ThreadDisk()

  /// Captures `source` and applies it to the existing file or folder `target`; both are opened.
  private func carry(
    _ scratch: ScratchTree, from source: FileName, to target: FileName, on disk: any Disk,
    policy: MetadataPolicy = MetadataPolicy()
  ) throws -> [MetadataNote] {
    let root = try OpenFolder(at: FileName(scratch.path), on: disk)
    let status = try disk.status(of: source, in: root.handle)
    let access: Access = status.kind == .folder ? .folder : .read()
    let from = try disk.open(source, in: root.handle, access)
    let to = try disk.open(target, in: root.handle, access)
    defer { [from, to].forEach { try? disk.close($0) } }
    let metadata = try FileMetadata.capture(from, status, on: disk)
    return try metadata.apply(
      to: to, current: try disk.status(of: to), on: disk, policy: policy)
  }

  /// What the system's own tools say of a file: mode, owner, times, attributes, ACL.
  private func describe(_ scratch: ScratchTree, _ name: String) -> String {
    scratch.run(
      """
      stat -c '%F %a %u:%g %Y %y' \(name)
      python3 -c 'import os; p = "\(name)"; l = os.listxattr(p, follow_symlinks=False)
      print(sorted((k, os.getxattr(p, k, follow_symlinks=False)) for k in l))'
      """)
  }

  @Test(arguments: [
    "touch a; chmod 0640 a", "touch a; chmod 04755 a", "touch a; chown 1234:4321 a; chmod 06755 a",
    "touch a; chmod 0400 a; setfattr -n user.shot -v 010 a",
    "touch a; setfacl -m u:1234:rw,g:4321:r a", "touch a; setfattr -n trusted.x -v y a; chmod 0 a",
    "mkdir a; chmod 1777 a", "mkdir a; setfacl -d -m u:1234:rwx a; setfacl -m g:9:x a",
    "mkdir a; chown 7:8 a; chmod 02750 a",
    "touch a; setfattr -n user.big -v $(head -c 2000 /dev/zero | tr '\\0' x) a",
  ])
  func `Brings over every kind of metadata`(make: String) throws {
    let scratch = ScratchTree()
    scratch.run("\(make)\ntouch -d '2001-02-03 04:05:06.123456789' a")
    scratch.run("if test -d a; then mkdir b; else touch b; fi")
    let notes = try carry(scratch, from: "a", to: "b", on: disk)
    #expect(notes.isEmpty)
    #expect(describe(scratch, "a") == describe(scratch, "b"))
  }

  @Test func `Brings over links, FIFOs and devices by name`() throws {
    let scratch = ScratchTree()
    scratch.run(
      """
      umask 0
      ln -s 'no where' a1; mkfifo -m 620 a2; mknod -m 600 a3 c 1 3; mknod -m 600 a4 b 7 200
      chown -h 5:6 a1 a2 a3 a4; touch -h -d '1969-12-31 23:59:58.5 UTC' a1 a2 a3 a4
      setfattr -h -n trusted.t -v 1 a1
      """)
    let root = try OpenFolder(at: FileName(scratch.path), on: disk)
    for index in 1...4 {
      let (source, target) = (FileName("a\(index)"), FileName("b\(index)"))
      let status = try disk.status(of: source, in: root.handle)
      let metadata = try FileMetadata.capture(source, in: root.handle, status, on: disk)
      if metadata.kind == .symbolicLink {
        try disk.makeSymbolicLink(target, in: root.handle, to: metadata.linkTarget)
      } else {
        try disk.makeNode(
          target, in: root.handle, mode: metadata.kind.typeBits | metadata.mode & 0o7700,
          device: metadata.device)
      }
      let notes = try metadata.apply(
        to: target, in: root.handle, current: try disk.status(of: target, in: root.handle),
        on: disk)
      // The mode of a FIFO is that which it was made with.
      #expect(notes.map(\.piece) == (index == 2 ? [.mode] : []))
    }
    for index in [1, 3, 4] {
      #expect(describe(scratch, "a\(index)") == describe(scratch, "b\(index)"))
    }
    #expect(scratch.run("readlink b1") == "no where\n")
    #expect(scratch.run("stat -c %Hr:%Lr b3 b4") == "1:3\n7:200\n")
  }

  @Test func `A right that is missing leaves a note, and no program that runs as its user`() throws
  {
    let scratch = ScratchTree()
    scratch.run("touch a b; chown 5:6 a; chmod 06755 a; setfattr -n user.k -v v a")
    let refusing = RefusingDisk(refusesOwners: true)
    let notes = try carry(scratch, from: "a", to: "b", on: refusing)
    #expect(notes.map(\.piece) == [.owner])
    #expect(notes.first?.cause.code == EPERM)
    #expect(scratch.run("stat -c '%a %u' b; getfattr -d --only-values b") == "755 0\nv")
  }

  @Test func `A policy without owners and attributes leaves them alone`() throws {
    let scratch = ScratchTree()
    scratch.run("touch a b; chown 5:6 a; chmod 640 a; setfattr -n user.k -v v a")
    var policy = MetadataPolicy()
    policy.owner = false
    policy.attributes = false
    let notes = try carry(scratch, from: "a", to: "b", on: disk, policy: policy)
    #expect(notes.isEmpty)
    #expect(scratch.run("stat -c '%a %u' b; getfattr -d b") == "640 0\n")
  }

  @Test func `Only files with several names have a shared identity`() throws {
    let scratch = ScratchTree()
    scratch.run("touch a c; ln a b; mkdir d")
    let root = try OpenFolder(at: FileName(scratch.path), on: disk)
    func identity(_ name: FileName) throws -> FileIdentity? {
      try disk.status(of: name, in: root.handle).sharedIdentity
    }
    #expect(try identity("a") != nil)
    #expect(try identity("a") == identity("b"))
    #expect(try identity("c") == nil)
    #expect(try identity("d") == nil)
  }
}
