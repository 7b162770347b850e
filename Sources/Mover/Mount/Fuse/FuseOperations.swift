import CFuse
import FrameEngine
import Glibc

/// The kernel's requests, as libfuse hands them over: each asks the `Mount` and replies. No logic.
enum FuseOperations {
  /// Seconds for which the kernel may believe what it was told: nothing ever changes.
  static let validity = 1e9

  /// The callbacks.
  static func table() -> fuse_lowlevel_ops {
    var table = fuse_lowlevel_ops()
    unsafe table.`init` = { _, connection in unsafe FuseOperations.greet(&connection!.pointee) }
    unsafe table.lookup = { request, parent, name in
      let reply = unsafe FuseReply(request)
      let name = unsafe FileName(cString: name!)
      reply.answer { (mount) throws(MountFault) in
        do throws(MountFault) {
          let node = try mount.look(up: name, in: try mount.node(parent))
          reply.entry(node, in: mount)
        } catch {
          guard error.code == ENOENT else { throw error }
          reply.noEntry()
        }
      }
    }
    unsafe table.forget = { request, id, count in
      let reply = unsafe FuseReply(request)
      reply.mount.forget(id, count: count)
      reply.nothing()
    }
    unsafe table.forget_multi = { request, count, forgets in
      let reply = unsafe FuseReply(request)
      for index in 0..<count {
        let forget = unsafe forgets![index]
        reply.mount.forget(forget.ino, count: forget.nlookup)
      }
      reply.nothing()
    }
    unsafe table.getattr = { request, id, _ in
      let reply = unsafe FuseReply(request)
      reply.answer { (mount) throws(MountFault) in reply.attributes(try mount.node(id)) }
    }
    unsafe table.readlink = { request, id in
      let reply = unsafe FuseReply(request)
      reply.answer { (mount) throws(MountFault) in
        reply.link(try mount.target(of: try mount.node(id)))
      }
    }
    unsafe table.statfs = { request, _ in unsafe FuseReply(request).fileSystem() }
    addFiles(&table)
    addFolders(&table)
    addAttributes(&table)
    return table
  }

  private static func greet(_ connection: inout fuse_conn_info) {
    let wanted = UInt32(
      FUSE_CAP_ASYNC_READ | FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_READDIRPLUS
        | FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_CACHE_SYMLINKS | FUSE_CAP_POSIX_ACL
        | FUSE_CAP_ASYNC_DIO)
    // Nothing changes, so nothing is to be made invalid, and no write comes.
    let unwanted = UInt32(FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_SPLICE_READ)
    connection.want = (connection.want | wanted & connection.capable) & ~unwanted
    connection.max_background = 64
    connection.congestion_threshold = 48
  }

  private static func addFiles(_ table: inout fuse_lowlevel_ops) {
    unsafe table.open = { request, id, info in
      let reply = unsafe FuseReply(request)
      reply.answer { (mount) throws(MountFault) in
        let file = try mount.open(try mount.node(id))
        unsafe reply.opened(file, info!)
      }
    }
    unsafe table.read = { request, _, count, offset, info in
      let reply = unsafe FuseReply(request)
      let file = unsafe OpenFile.lent(by: info!)
      reply.answer { (mount) throws(MountFault) in
        try reply.bytes(upTo: count) { (buffer) throws(MountFault) in
          try mount.read(file, at: Int64(offset), into: &buffer)
        }
      }
    }
    unsafe table.lseek = { request, _, offset, whence, info in
      let reply = unsafe FuseReply(request)
      let file = unsafe OpenFile.lent(by: info!)
      reply.answer { _ throws(MountFault) in
        reply.position(try file.seek(Int64(offset), toHole: whence == 4))
      }
    }
    unsafe table.release = { request, _, info in
      unsafe OpenFile.takeBack(from: info!)
      unsafe FuseReply(request).fault(0)
    }
  }

  private static func addFolders(_ table: inout fuse_lowlevel_ops) {
    unsafe table.opendir = { request, id, info in
      let reply = unsafe FuseReply(request)
      reply.answer { (mount) throws(MountFault) in
        let listing = try mount.listing(of: try mount.node(id))
        unsafe reply.opened(listing, info!)
      }
    }
    unsafe table.readdir = { request, _, count, offset, info in
      let reply = unsafe FuseReply(request)
      let listing = unsafe MountListing.lent(by: info!)
      reply.entries(of: listing, from: Int(offset), upTo: count, withAttributes: false)
    }
    unsafe table.readdirplus = { request, _, count, offset, info in
      let reply = unsafe FuseReply(request)
      let listing = unsafe MountListing.lent(by: info!)
      reply.entries(of: listing, from: Int(offset), upTo: count, withAttributes: true)
    }
    unsafe table.releasedir = { request, _, info in
      unsafe MountListing.takeBack(from: info!)
      unsafe FuseReply(request).fault(0)
    }
  }

  private static func addAttributes(_ table: inout fuse_lowlevel_ops) {
    unsafe table.getxattr = { request, id, name, count in
      let reply = unsafe FuseReply(request)
      let name = unsafe FileName(cString: name!)
      reply.answer { (mount) throws(MountFault) in
        try reply.value(try mount.attribute(name.bytes, of: try mount.node(id)), upTo: count)
      }
    }
    unsafe table.listxattr = { request, id, count in
      let reply = unsafe FuseReply(request)
      reply.answer { (mount) throws(MountFault) in
        var names = [UInt8]()
        for attribute in try mount.node(id).entry.attributes { names += attribute.name + [0] }
        try reply.value(names, upTo: count)
      }
    }
  }
}

/// What a handle of the kernel's stands for.
protocol FuseHandle: AnyObject {}
extension OpenFile: FuseHandle {}
extension MountListing: FuseHandle {}

extension FuseHandle {
  /// The object that an open handle stands for.
  @unsafe static func lent(by info: UnsafeMutablePointer<fuse_file_info>) -> Self {
    let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(info.pointee.fh))!
    return unsafe Unmanaged<Self>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Lets go of the object of a handle that was closed.
  @unsafe static func takeBack(from info: UnsafeMutablePointer<fuse_file_info>) {
    let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(info.pointee.fh))!
    unsafe Unmanaged<Self>.fromOpaque(pointer).release()
  }
}

extension FileName {
  /// A name from C.
  @unsafe init(cString: UnsafePointer<CChar>) {
    let count = unsafe strlen(cString)
    self.init(
      unsafe [UInt8](
        UnsafeRawBufferPointer(start: UnsafeRawPointer(cString), count: count)))
  }
}
