import FrameEngine
import Glibc
import Synchronization

/// The open files and folders of an `SMBDisk`.
final class SMBHandles: Sendable {
  /// A file that is open on a connection.
  struct File {
    let seat: Int
    /// The program that opened it; another does not know it.
    let generation: Int
    let number: Int32
    let isWritable: Bool
    /// A time to be set when it is closed: servers set their own at the end of writing.
    var time: Timestamp?
  }

  /// What a listing told, for the statuses that are asked for next.
  struct Listed {
    var statuses: [FileName: SMBStatus]
    let time: UInt64
  }

  struct Entry {
    /// Below the share; empty for the share itself.
    var path: FileName
    /// `nil` for a folder, of which nothing is open on the server.
    var file: File?
  }

  private struct State {
    var entries: [Int32: Entry] = [:]
    var listed: [Int32: Listed] = [:]
    var next = SMBHandles.first

    mutating func advance() {
      next = next == SMBHandles.last ? SMBHandles.first : next + 1
    }
  }

  /// Numbers that no descriptor of the kernel has.
  private static let first: Int32 = 1 << 21
  /// The last of the numbers that `JoinedDisk` leaves to a disk.
  private static let last: Int32 = (1 << 26) - 1
  /// Nanoseconds for which a listing answers, as long as kernels keep attributes of such mounts.
  private static let listingAge: UInt64 = 1_000_000_000

  private let state = Mutex(State())
  private let clock = SystemClock()

  func add(_ entry: sending Entry) -> Handle {
    state.withLock { state in
      while state.entries[state.next] != nil { state.advance() }
      let number = state.next
      state.entries[number] = entry
      state.advance()
      return Handle(number)
    }
  }

  func remove(_ handle: Handle) -> Entry? {
    state.withLock { state in
      state.listed[handle.descriptor] = nil
      return state.entries.removeValue(forKey: handle.descriptor)
    }
  }

  /// What a handle stands for; the place where absolute names start is the share.
  func entry(
    _ handle: Handle, _ operation: DiskError.Operation, _ name: FileName = ""
  ) throws(DiskError) -> Entry {
    if handle == .current { return Entry(path: "") }
    guard let entry = state.withLock({ $0.entries[handle.descriptor] }) else {
      throw DiskError(operation, code: EBADF, name: name)
    }
    return entry
  }

  /// Remembers a time for the end of a file's writing.
  func setTime(_ handle: Handle, _ time: Timestamp) {
    state.withLock { $0.entries[handle.descriptor]?.file?.time = time }
  }

  /// Remembers what a listing of `handle` told.
  func setListed(_ handle: Handle, _ statuses: sending [FileName: SMBStatus]) {
    let listed = Listed(statuses: statuses, time: clock.monotonic())
    state.withLock { $0.listed[handle.descriptor] = listed }
  }

  /// What a listing of `folder` just told of `name`, once.
  func takeListed(_ name: FileName, in folder: Handle) -> SMBStatus? {
    let now = clock.monotonic()
    return state.withLock { state in
      guard let time = state.listed[folder.descriptor]?.time else { return nil }
      guard now - time < SMBHandles.listingAge else {
        state.listed[folder.descriptor] = nil
        return nil
      }
      return state.listed[folder.descriptor]?.statuses.removeValue(forKey: name)
    }
  }

  /// Follows a rename: what is open stays open under its new name.
  func move(_ path: FileName, to newPath: FileName) {
    let below = path.bytes + [UInt8(ascii: "/")]
    state.withLock { state in
      for (number, entry) in state.entries {
        if entry.path == path {
          state.entries[number]?.path = newPath
        } else if entry.path.bytes.starts(with: below) {
          let rest = FileName(Array(entry.path.bytes.dropFirst(below.count)))
          state.entries[number]?.path = newPath.appending(rest)
        }
      }
    }
  }
}
