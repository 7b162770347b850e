import FrameEngine
import Synchronization

@testable import Mover

/// A clock that stands still unless it is moved: sleeping moves it.
final class VirtualClock: Clock {
  private let nanoseconds: Mutex<UInt64>

  /// A clock that shows `seconds` since 1970.
  init(seconds: UInt64) { nanoseconds = Mutex(seconds * 1_000_000_000) }

  func now() -> Timestamp {
    let time = monotonic()
    return Timestamp(
      seconds: Int64(time / 1_000_000_000), nanoseconds: UInt32(time % 1_000_000_000))
  }

  func monotonic() -> UInt64 { nanoseconds.withLock { $0 } }

  func sleep(nanoseconds: UInt64) { self.nanoseconds.withLock { $0 += nanoseconds } }

  func advance(seconds: UInt64) { sleep(nanoseconds: seconds * 1_000_000_000) }
}
