import FrameEngine
import Glibc
import Synchronization

/// The connections of an `SMBDisk`. Each serves one request at a time, and the files that were opened
/// on it.
final class SMBPool: Sendable {
  /// A connection and how much it has to do.
  private final class Seat: Sendable {
    let connection: Mutex<SMBConnection>
    /// Requests under way or waiting, and open files.
    let load = Atomic<Int>(0)

    init(_ peer: SMBPeer) { connection = Mutex(SMBConnection(peer)) }
  }

  private let seats: [Seat]
  private let cancellation: CancelToken?

  /// How often something is tried that may be done twice, and the pauses between.
  private static let pauses: [Duration] = [
    .milliseconds(100), .milliseconds(400), .seconds(1), .seconds(2), .seconds(4),
  ]

  init(_ peer: SMBPeer, count: Int, cancellation: CancelToken?) {
    seats = (0..<count).map { _ in Seat(peer) }
    self.cancellation = cancellation
  }

  var count: Int { seats.count }

  /// The processes that run now.
  var processIdentifiers: [Int32] {
    seats.compactMap { $0.connection.withLock { $0.processIdentifier } }
  }

  /// Runs `body` on connection `index`.
  func on<R>(
    _ index: Int, _ body: (inout SMBConnection) throws(SMBFault) -> sending R
  ) throws(SMBFault) -> R {
    seats[index].load.add(1, ordering: .relaxed)
    defer { seats[index].load.subtract(1, ordering: .relaxed) }
    return try seats[index].connection.withLock { (connection) throws(SMBFault) in
      try body(&connection)
    }
  }

  /// Runs `body` on the connection that has least to do.
  func onAny<R>(
    _ body: (inout SMBConnection) throws(SMBFault) -> sending R
  ) throws(SMBFault) -> R {
    try on(leastBusy(), body)
  }

  /// The same, again where the connection was lost: for what does no harm when it is done twice.
  /// `isFirst` tells `body` whether it runs for the first time.
  func repeating<R>(
    _ body: (inout SMBConnection, _ isFirst: Bool) throws(SMBFault) -> sending R
  ) throws(SMBFault) -> R {
    for (number, pause) in SMBPool.pauses.enumerated() {
      do throws(SMBFault) {
        return try onAny { (connection) throws(SMBFault) in try body(&connection, number == 0) }
      } catch {
        guard case .lost = error, wait(pause) else { throw error }
      }
    }
    return try onAny { (connection) throws(SMBFault) in try body(&connection, false) }
  }

  /// A connection for a file to be opened on; it counts as busier until `release`.
  func seatForFile() -> Int {
    let index = leastBusy()
    seats[index].load.add(1, ordering: .relaxed)
    return index
  }

  /// A file of a connection is closed.
  func release(_ index: Int) { seats[index].load.subtract(1, ordering: .relaxed) }

  /// Sleeps, unless the run was asked to stop; `false` if it was.
  func wait(_ pause: Duration) -> Bool {
    var left = pause
    while left > .zero {
      if cancellation?.isCancelled == true { return false }
      let step = min(left, .milliseconds(50))
      usleep(UInt32(step.components.attoseconds / 1_000_000_000_000))
      left -= step
    }
    return cancellation?.isCancelled != true
  }

  private func leastBusy() -> Int {
    var best = 0
    var least = Int.max
    for index in seats.indices {
      let load = seats[index].load.load(ordering: .relaxed)
      if load < least { (best, least) = (index, load) }
    }
    return best
  }
}
