import CNFS
import FrameEngine
import Glibc
import Synchronization

/// What a server has taken and not yet promised to keep: the bytes of UNSTABLE writes, until a
/// COMMIT answers with the verifier that the writes had. Another verifier means that the server was
/// restarted and may have lost them (RFC 1813, 3.3.21): then they are written again from here.
final class NFSUnsettled: Sendable {
  private struct Piece {
    let number: UInt64
    let offset: Int64
    let bytes: [UInt8]
    var verifier: UInt64

    var range: Range<Int64> { offset..<offset + Int64(bytes.count) }
  }

  private struct File {
    let file: farmio_nfs_file
    var pieces: [Piece] = []
    /// To be set again if something must be written again.
    var times: NFSValues?
  }

  private struct State {
    var files: [[UInt8]: File] = [:]
    var byteCount = 0
    var count: UInt64 = 0
    /// Files of which something could not be made durable, with the cause: whoever asks for the
    /// COMMIT of another file must not use up what the owner has to hear.
    var failed: [[UInt8]: DiskError] = [:]
  }

  /// Bytes kept at most, but for what threads are just writing.
  private static let byteLimit = 64 << 20
  /// COMMITs under way at once.
  private static let depth = 64
  /// Restarts of the server that one sync lives through.
  private static let rounds = 4

  private let server: NFSServer
  private let state = Mutex(State())
  private let isSettling = Condition(false)
  /// Files that somebody settles: two would write again beside each other.
  private let busy = Condition(Set<[UInt8]>())

  init(_ server: NFSServer) { self.server = server }

  func add(_ bytes: [UInt8], at offset: Int64, of open: NFSOpenFile, verifier: UInt64) {
    state.withLock { state in
      state.count += 1
      let piece = Piece(number: state.count, offset: offset, bytes: bytes, verifier: verifier)
      state.files[open.key, default: File(file: open.file)].pieces.append(piece)
      state.byteCount += bytes.count
    }
  }

  /// Notes that the times of a file were set.
  func note(times: NFSValues, of file: farmio_nfs_file) {
    state.withLock { $0.files[file.key]?.times = times }
  }

  /// Makes a file durable before a range of it is written a second time, so that nothing old can
  /// ever be written over it.
  func settle(_ key: [UInt8], ifOverlapping range: Range<Int64>) throws(DiskError) {
    let overlaps = state.withLock { state in
      state.files[key]?.pieces.contains { $0.range.overlaps(range) } ?? false
    }
    if overlaps { try settle(key, .write) }
  }

  /// Makes everything durable if too much is kept.
  func settleIfMany() throws(DiskError) {
    if state.withLock({ $0.byteCount > NFSUnsettled.byteLimit }) { try settleAll() }
  }

  /// Makes what was written to a file durable. Once that has failed, it fails for ever.
  func settle(_ key: [UInt8], _ operation: DiskError.Operation) throws(DiskError) {
    take(key)
    defer { release(key) }
    if let failure = state.withLock({ $0.failed[key] }) {
      throw DiskError(operation, code: failure.code, detail: failure.detail)
    }
    try settleTaken(key, operation)
  }

  private func take(_ key: [UInt8]) {
    busy.wait { busy -> Void? in busy.insert(key).inserted ? () : nil }
  }

  private func release(_ key: [UInt8]) {
    _ = busy.withLock { $0.remove(key) }
    busy.broadcast()
  }

  private func settleTaken(_ key: [UInt8], _ operation: DiskError.Operation) throws(DiskError) {
    for _ in 0..<NFSUnsettled.rounds {
      guard let file = state.withLock({ $0.files[key] }) else { return }
      let call = NFSCall(NFS3_COMMIT, file.file)
      server.send(call)
      if try finish(call, file, key, operation) { return }
    }
    // A server that restarts at every attempt.
    let failure = DiskError(operation, code: ESTALE)
    state.withLock { $0.failed[key] = failure }
    throw failure
  }

  /// Makes everything that was written durable: many files at once, and one caller at a time, since
  /// the next finds its files done already. Once a file has failed, everything has: nobody can tell
  /// whose it was.
  func settleAll() throws(DiskError) {
    isSettling.wait { isSettling -> Void? in
      if isSettling { return nil }
      isSettling = true
      return ()
    }
    defer {
      isSettling.withLock { $0 = false }
      isSettling.signal()
    }
    let keys = state.withLock { Array($0.files.keys) }
    for start in stride(from: 0, to: keys.count, by: NFSUnsettled.depth) {
      try settle(keys[start..<min(start + NFSUnsettled.depth, keys.count)])
    }
    if let failure = state.withLock({ $0.failed.values.first }) { throw failure }
  }

  private func settle(_ keys: ArraySlice<[UInt8]>) throws(DiskError) {
    var sent: [(key: [UInt8], file: File, call: NFSCall)] = []
    defer { for key in keys { release(key) } }
    for key in keys {
      take(key)
      guard let file = state.withLock({ $0.files[key] }) else { continue }
      let call = NFSCall(NFS3_COMMIT, file.file)
      server.send(call)
      sent.append((key, file, call))
    }
    var failure: DiskError?
    for (key, file, call) in sent {
      do throws(DiskError) {
        if try !finish(call, file, key, .sync) { try settleTaken(key, .sync) }
      } catch {
        if state.withLock({ $0.failed[key] != nil }) { failure = failure ?? error }
      }
    }
    if let failure { throw failure }
  }

  private var isRootThere: Bool {
    do throws(DiskError) {
      _ = try server.attributes(of: server.root, .sync)
      return true
    } catch {
      return false
    }
  }

  /// Waits for a COMMIT of what `file` held when it was sent. `false` if something had to be written
  /// again, which needs another.
  private func finish(
    _ call: NFSCall, _ file: File, _ key: [UInt8], _ operation: DiskError.Operation
  ) throws(DiskError) -> Bool {
    let verifier: UInt64
    do throws(DiskError) {
      verifier = try server.result(of: call, operation, "").verifier
    } catch {
      // What could not be made durable counts as lost: it must be written anew by whoever has it.
      // A file that was removed since has nothing to keep; that of an export which went has.
      let wasRemoved = error.code == ESTALE && isRootThere
      if !wasRemoved { state.withLock { $0.failed[key] = error } }
      forget(file.pieces, of: key)
      throw error
    }
    let lost = file.pieces.filter { $0.verifier != verifier }
    forget(file.pieces.filter { $0.verifier == verifier }, of: key)
    do throws(DiskError) {
      for piece in lost { try writeAgain(piece, file, key) }
    } catch {
      state.withLock { $0.failed[key] = error }
      throw error
    }
    if !lost.isEmpty, let times = state.withLock({ $0.files[key]?.times }) {
      try server.perform(NFSCall(NFS3_SETATTR, file.file, values: times), operation)
    }
    return lost.isEmpty
  }

  private func forget(_ pieces: [Piece], of key: [UInt8]) {
    let numbers = Set(pieces.map(\.number))
    state.withLock { state in
      guard var file = state.files[key] else { return }
      let before = file.pieces.reduce(0) { $0 + $1.bytes.count }
      file.pieces.removeAll { numbers.contains($0.number) }
      state.byteCount -= before - file.pieces.reduce(0) { $0 + $1.bytes.count }
      state.files[key] = file.pieces.isEmpty ? nil : file
    }
  }

  private func writeAgain(_ piece: Piece, _ file: File, _ key: [UInt8]) throws(DiskError) {
    let all = unsafe piece.bytes.span.bytes
    try unsafe all.withUnsafeBytes { bytes throws(DiskError) in
      var done = 0
      while done < bytes.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
        let call = unsafe NFSCall(
          writing: file.file, at: piece.offset + Int64(done), from: rest)
        let reply = try server.perform(call, .write)
        guard (1...rest.count).contains(reply.count) else {
          throw DiskError(.write, code: EBADMSG)
        }
        done += reply.count
        state.withLock { state in
          let index = state.files[key]?.pieces.firstIndex { $0.number == piece.number }
          if let index { state.files[key]?.pieces[index].verifier = reply.verifier }
        }
      }
    }
  }
}
