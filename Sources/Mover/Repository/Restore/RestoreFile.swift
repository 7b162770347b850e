import FrameEngine
import Synchronization

/// A regular file on its way into the target, under a temporary name until it is whole.
final class RestoreFile: Sendable {
  let folder: RestoreFolder
  let entry: TreeEntry
  /// The temporary name. It depends on what the file is and where it goes, so that a restore that
  /// was killed finds what it had of a large file.
  let partName: FileName
  /// Whether one write brings all of its bytes, and with them its size.
  let isOnePiece: Bool
  private let state: Mutex<State>

  private struct State {
    var handle: Handle?
    /// The same file for writing around the page cache.
    var direct: Handle?
    var fault: Fault?
    var isMade = false
    var mayHoldData = false
    /// The mode that a new part was made with; `nil` for one that was there.
    var creationMode: UInt32?
    /// Bytes that are still to be written.
    var left: Int64
    /// Bytes written since the disk was last set to work on them.
    var waiting: Int64 = 0
  }

  /// Why a file cannot be restored.
  struct Fault {
    let reason: String
    /// Whether the repository's bytes are to blame, not the target.
    let isDamage: Bool
  }

  init(folder: RestoreFolder, entry: TreeEntry, left: Int64, isOnePiece: Bool = false) {
    self.folder = folder
    self.entry = entry
    self.isOnePiece = isOnePiece
    partName = RestoreFile.partName(of: entry, at: folder.path)
    state = Mutex(State(left: left))
  }

  var path: FileName { folder.path.appending(entry.name) }

  /// Bytes that one file collects in the page cache before the disk is set to work on them.
  private static let writingStep: Int64 = 8 << 20

  static let partPrefix = Array(".farmio-".utf8)
  static let partSuffix = Array(".part".utf8)

  /// Whether a name is one of a part.
  static func isPartName(_ name: FileName) -> Bool {
    name.bytes.starts(with: partPrefix) && name.bytes.suffix(partSuffix.count) == partSuffix[...]
  }

  private static func partName(of entry: TreeEntry, at path: FileName) -> FileName {
    var hasher = BLAKE3Hasher()
    hasher.update(path.appending(entry.name).bytes.rawBytes)
    hasher.update(TreePage([entry]).encoded.rawBytes)
    let digits = hasher.finalize().hex.prefix(24)
    return FileName(partPrefix + Array(digits.utf8) + partSuffix)
  }

  /// The open part. Made by whoever needs it first, and kept open if `mayKeep` allows; otherwise
  /// the caller closes it.
  func handle(
    make: () throws(DiskError) -> (handle: Handle, mode: UInt32?, holdsData: Bool),
    reopen: () throws(DiskError) -> Handle, mayKeep: () -> Bool
  ) throws(DiskError) -> (handle: Handle, isKept: Bool) {
    try state.withLock {
      (state: inout State) throws(DiskError) -> (handle: Handle, isKept: Bool) in
      if let handle = state.handle { return (handle, true) }
      let handle: Handle
      if state.isMade {
        handle = try reopen()
      } else {
        (handle, state.creationMode, state.mayHoldData) = try make()
        state.isMade = true
      }
      guard mayKeep() else { return (handle, false) }
      state.handle = handle
      return (handle, true)
    }
  }

  /// The part for writing around the page cache, opened by whoever needs it first. `nil` where
  /// that is not to be: nothing is kept open, or a killed restore left what the cache may hold.
  func directHandle(open: () throws(DiskError) -> Handle) throws(DiskError) -> Handle? {
    try state.withLock { (state: inout State) throws(DiskError) -> Handle? in
      if state.handle == nil || state.mayHoldData { return nil }
      if state.direct == nil { state.direct = try open() }
      return state.direct
    }
  }

  /// Whether nothing has to be written.
  var isEmptyOfData: Bool { state.withLock { $0.left == 0 } }

  /// Whether all bytes were written and nothing failed.
  var isWhole: Bool { state.withLock { $0.left == 0 && $0.fault == nil } }

  /// Counts bytes as written; `true` if they were the last.
  func wrote(_ count: Int64) -> Bool {
    state.withLock { state in
      state.left -= count
      return state.left == 0
    }
  }

  /// Counts bytes that went to the page cache; `true` when it is time to start writing them out.
  func filled(_ count: Int) -> Bool {
    state.withLock { state in
      state.waiting += Int64(count)
      guard state.waiting >= RestoreFile.writingStep else { return false }
      state.waiting = 0
      return true
    }
  }

  /// The mode that a new part was made with; `nil` for one that a killed restore left.
  var creationMode: UInt32? { state.withLock { $0.creationMode } }

  /// Notes that the file cannot be restored; the first reason stays.
  func fail(_ reason: String, isDamage: Bool) {
    let fault = Fault(reason: reason, isDamage: isDamage)
    state.withLock { $0.fault = $0.fault ?? fault }
  }

  var fault: Fault? { state.withLock { $0.fault } }

  /// Whether the part was there already, and may hold what a killed restore wrote.
  var mayHoldData: Bool { state.withLock { $0.mayHoldData } }

  /// What is open of the part, to be closed by the caller.
  func takeHandles() -> [Handle] {
    state.withLock { [$0.handle.take(), $0.direct.take()].compactMap(\.self) }
  }
}
