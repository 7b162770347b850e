import FrameEngine
import Glibc

/// A thread that owns one connection to a server, and the calls that are on it.
///
/// When the connection is cut, or silent for too long, a new one is made and every call that has
/// no answer yet is sent again: handles of NFS version 3 outlive connections and restarts of the
/// server (RFC 1813, 2.5). A server that stays away longer than the patience fails what waits.
final class NFSConnection: Sendable {
  private struct Inbox {
    var calls: [NFSCall] = []
    var isClosed = false
  }

  private let inbox: Condition<Inbox>
  private let waker: Int32
  private let thread: WorkerThread

  /// A connection to `address`, made when the first call comes.
  init(_ address: NFSAddress, _ limits: NFSLimits, _ cancellation: CancelToken?) {
    let inbox = Condition(Inbox())
    var ends: [Int32] = [-1, -1]
    precondition(unsafe pipe(&ends) == 0, "the system gives no pipe")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    self.inbox = inbox
    waker = ends[1]
    let reader = ends[0]
    thread = WorkerThread("farmio nfs") {
      let driver = NFSDriver(address, limits, waker: reader, cancellation)
      while let calls = NFSConnection.take(inbox, mayWait: driver.isIdle) { driver.run(calls) }
      driver.end()
      _ = Glibc.close(reader)
    }
  }

  deinit {
    inbox.withLock { $0.isClosed = true }
    inbox.broadcast()
    wake()
    thread.join()
    _ = Glibc.close(waker)
  }

  /// Sends a call; whoever made it waits for its answer.
  func submit(_ call: NFSCall) {
    let isFirst = inbox.withLock { inbox in
      inbox.calls.append(call)
      return inbox.calls.count == 1
    }
    guard isFirst else { return }
    inbox.signal()
    wake()
  }

  private func wake() {
    var byte: UInt8 = 0
    // A full pipe wakes as well.
    _ = unsafe Glibc.write(waker, &byte, 1)
  }

  /// What has come in; waits for it if there is nothing else to do. `nil` at the end.
  private static func take(_ inbox: Condition<Inbox>, mayWait: Bool) -> [NFSCall]? {
    inbox.wait { inbox -> [NFSCall]?? in
      if inbox.isClosed { return .some(nil) }
      if inbox.calls.isEmpty, mayWait { return nil }
      defer { inbox.calls.removeAll(keepingCapacity: true) }
      return inbox.calls
    }
  }
}

/// How long a server is waited for.
struct NFSLimits: Sendable {
  /// Seconds without any answer after which a connection counts as cut.
  var silence: UInt64 = 30
  /// Seconds for which a server may be away.
  var patience: UInt64 = 60
  /// How often a connection may be cut under a call before it is given up.
  var losses = 8
}

/// What the thread of a connection does; nobody else touches it.
private final class NFSDriver {
  private let address: NFSAddress
  private let limits: NFSLimits
  private let waker: Int32
  private let cancellation: CancelToken?
  private let clock = SystemClock()
  private let deck = NFSDeck()
  private var link: NFSLink?
  /// Calls to be sent.
  private var waiting: [NFSCall] = []
  /// When the server last said something, and how much it had said by then.
  private var heard: (time: UInt64, landings: Int) = (0, 0)

  init(
    _ address: NFSAddress, _ limits: NFSLimits, waker: Int32, _ cancellation: CancelToken?
  ) {
    self.address = address
    self.limits = limits
    self.waker = waker
    self.cancellation = cancellation
  }

  var isIdle: Bool { waiting.isEmpty && deck.inFlight == 0 }

  /// Sends what came in and what waited, and handles answers for a second at most.
  func run(_ calls: [NFSCall]) {
    waiting += calls
    if isIdle { return }
    if link == nil, !connect() { return }
    if deck.inFlight == 0 { heard = (clock.monotonic(), deck.landings) }
    for call in waiting {
      if link?.issue(call, deck) != true { call.fail(ENOMEM) }
    }
    waiting = []
    let isAlive = link?.serve(waker: waker) ?? false
    if isAlive, !isSilent {
      // An answer that is none, on a connection that lives: the server refuses the call itself,
      // which is how it tells users that it does not know (RFC 5531, 9).
      for call in deck.takeLost() { call.fail(EACCES) }
    } else {
      disconnect()
    }
  }

  /// Fails what is left.
  func end() {
    disconnect()
    for call in waiting { call.fail(ECANCELED) }
    waiting = []
  }

  private var isSilent: Bool {
    if deck.landings != heard.landings || deck.inFlight == 0 {
      heard = (clock.monotonic(), deck.landings)
      return false
    }
    return clock.monotonic() - heard.time > limits.silence * 1_000_000_000
  }

  /// Lets the connection go: the library hands every call back that is on it.
  private func disconnect() {
    link = nil
    for call in deck.takeLost() {
      call.losses += 1
      if call.losses < limits.losses { waiting.append(call) } else { call.fail(ETIMEDOUT) }
    }
  }

  /// Connects, and waits for a server that is away: it was there when the export was mounted.
  private func connect() -> Bool {
    let start = clock.monotonic()
    var pause: UInt64 = 50_000_000
    while true {
      var cause: Int32
      do throws(NFSFailure) {
        link = try NFSLink.connect(address)
        return true
      } catch {
        cause = error.code
      }
      if cancellation?.isCancelled == true { cause = ECANCELED }
      let waited = clock.monotonic() - start
      if cause == ECANCELED || waited > limits.patience * 1_000_000_000 {
        for call in waiting { call.fail(cause) }
        waiting = []
        return false
      }
      clock.sleep(nanoseconds: pause)
      pause = min(pause * 2, 1_000_000_000)
    }
  }
}
