import FrameEngine
import Synchronization

/// How many bytes of small objects a disk holds that came with their status and wait to be read.
///
/// A file is asked for its status before it is read. Of a small object one request brings both,
/// which halves the requests of a first download; where files may be unchanged, and so not read, it
/// would move their bytes for nothing.
final class SmallObjects: Sendable {
  /// Bytes of an object that is fetched with its status.
  static let byteLimit = 16 << 10
  /// Bytes of all that wait.
  private static let heldLimit = 24 << 20

  private let held = Atomic<Int>(0)

  /// Makes room for so many bytes; `false` if too many wait.
  func reserve(_ count: Int) -> Bool {
    if held.add(count, ordering: .relaxed).newValue <= SmallObjects.heldLimit { return true }
    release(count)
    return false
  }

  /// Gives room back.
  func release(_ count: Int) { held.subtract(count, ordering: .relaxed) }
}
