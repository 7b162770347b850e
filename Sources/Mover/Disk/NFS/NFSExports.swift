import CNFS
public import FrameEngine
import Glibc

extension NFSPlace {
  /// An export that was mounted for a place, and where the place lies in it.
  public struct Mounted: Sendable {
    /// The export.
    public let disk: NFSDisk
    /// The export's name: what paths in it begin with.
    public let address: FileName
    /// The place, by the export's name: `nfs://SERVER/EXPORT/PATH`.
    public let path: FileName
  }

  /// Finds the export that holds the place, and mounts it. The server's list of exports decides:
  /// the longest one that the path begins with. A server that shows no such export may have it all
  /// the same: then the path's beginnings are tried, the shortest first.
  public func mount(cancellation: CancelToken? = nil) throws(NFSFailure) -> Mounted {
    var failure = NFSFailure(ENOENT, "the server exports nothing that holds it")
    for export in try candidates() {
      let address = NFSAddress(server: server, ports: ports, export: export)
      do throws(NFSFailure) {
        let disk = try NFSDisk(address, cancellation: cancellation)
        let rest = export == [UInt8(ascii: "/")] ? path[...] : path.dropFirst(export.count)
        let inside = rest.elementsEqual([UInt8(ascii: "/")]) ? [] : rest
        return Mounted(
          disk: disk, address: address.name, path: FileName(address.name.bytes + inside))
      } catch {
        failure = error
        // A server that does not answer will not answer for another path.
        if error.code == EHOSTDOWN || error.code == EHOSTUNREACH { throw error }
      }
    }
    throw failure
  }

  /// Exports that may hold the path, the likely one first.
  private func candidates() throws(NFSFailure) -> [[UInt8]] {
    let listed = try NFSExports.list(server, ports).filter { isInside($0) }
    if let longest = listed.max(by: { $0.count < $1.count }) { return [longest] }
    let slash = UInt8(ascii: "/")
    let ends = path.indices.filter { $0 > 0 && path[$0] == slash } + [path.count]
    return ends.map { Array(path[..<$0]) }
  }

  private func isInside(_ export: [UInt8]) -> Bool {
    guard path.starts(with: export) else { return false }
    return path.count == export.count || export.last == UInt8(ascii: "/")
      || path[export.count] == UInt8(ascii: "/")
  }
}

/// The list of a server's exports (RFC 1813, appendix I, procedure 5).
enum NFSExports {
  /// Exports that one server may list.
  private static let limit = 65_536

  /// What the library's callbacks tell.
  private final class Answer {
    var isConnected = false
    var isOver = false
    var exports: [[UInt8]] = []
  }

  /// Every export that the server names; none if it does not tell. Fails where nobody answers.
  static func list(_ server: String, _ ports: NFSAddress.Ports) throws(NFSFailure) -> [[UInt8]] {
    guard let rpc = unsafe rpc_init_context() else {
      throw NFSFailure(ENOMEM, "libnfs has no memory")
    }
    let answer = Answer()
    let context = unsafe Unmanaged.passUnretained(answer).toOpaque()
    // Calls that are still under way are told of the end while the answer is there.
    defer { unsafe rpc_destroy_context(rpc) }
    unsafe rpc_set_auth(rpc, NFSIdentity.current.authentication())
    let connected: rpc_cb = { _, status, _, context in
      let answer = unsafe Unmanaged<Answer>.fromOpaque(context!).takeUnretainedValue()
      if status == RPC_STATUS_SUCCESS { answer.isConnected = true } else { answer.isOver = true }
    }
    let code =
      if let port = ports.mount {
        unsafe rpc_connect_port_async(
          rpc, server, Int32(port), MOUNT_PROGRAM, MOUNT_V3, connected, context)
      } else {
        unsafe rpc_connect_program_async(
          rpc, server, MOUNT_PROGRAM, MOUNT_V3, connected, context)
      }
    if code != 0 { throw NFSFailure(EHOSTUNREACH, unsafe words(rpc)) }
    unsafe serve(rpc) { answer.isConnected || answer.isOver }
    guard answer.isConnected else { throw NFSFailure(EHOSTDOWN, unsafe words(rpc)) }
    let listed: rpc_cb = { _, status, data, context in
      let answer = unsafe Unmanaged<Answer>.fromOpaque(context!).takeUnretainedValue()
      answer.isOver = true
      guard status == RPC_STATUS_SUCCESS, let data = unsafe data else { return }
      var next = unsafe data.assumingMemoryBound(to: exports?.self).pointee
      while let export = unsafe next, answer.exports.count < NFSExports.limit {
        if let path = unsafe export.pointee.ex_dir {
          answer.exports.append(
            unsafe [UInt8](UnsafeRawBufferPointer(start: path, count: strlen(path))))
        }
        unsafe next = export.pointee.ex_next
      }
    }
    if unsafe rpc_mount3_export_async(rpc, listed, context) == 0 {
      unsafe serve(rpc) { answer.isOver }
    }
    return answer.exports
  }

  /// Works for 15 seconds at most, or until it is done or the connection breaks.
  private static func serve(_ rpc: OpaquePointer, until isDone: () -> Bool) {
    for _ in 0..<150 {
      if isDone() { return }
      var wait = pollfd(
        fd: unsafe rpc_get_fd(rpc), events: Int16(unsafe rpc_which_events(rpc)), revents: 0)
      let count = unsafe poll(&wait, 1, 100)
      if count > 0, unsafe rpc_service(rpc, Int32(wait.revents)) < 0 { return }
    }
  }

  private static func words(_ rpc: OpaquePointer) -> String {
    unsafe rpc_get_error(rpc).map { unsafe String(cString: $0) } ?? "no reason is given"
  }
}
