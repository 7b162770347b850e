import CCurl
import Synchronization

/// The thread that owns a curl multi handle: takes exchanges from an inbox, moves their bytes, and
/// wakes those who wait. All handles are used by this thread alone, except for the wake-up.
@safe final class NetworkThread: @unchecked Sendable {
  private struct Inbox {
    var exchanges: [HTTPExchange] = []
    var isStopping = false
  }

  private let options: HTTPClient.Options
  private let cancellation: CancelToken?
  private let multi: UnsafeMutableRawPointer
  private let inbox = Mutex(Inbox())
  private var thread: WorkerThread?
  /// Of the network thread alone: transfers under way, and handles to be used again.
  private var active: [CurlHandle] = []
  private var idle: [CurlHandle] = []

  /// The library is set up once for the process, before any thread uses it.
  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  /// Milliseconds between two looks at the cancel token.
  private static let tick: Int32 = 100
  /// Handles kept for later.
  private static let idleLimit = 128

  init(_ options: HTTPClient.Options, _ cancellation: CancelToken?) {
    precondition(NetworkThread.isReady, "libcurl cannot be set up")
    self.options = options
    self.cancellation = cancellation
    guard let multi = unsafe curl_multi_init() else { fatalError("no memory for libcurl") }
    unsafe self.multi = multi
    let limit = options.connectionLimit
    _ = unsafe farmio_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, limit)
    _ = unsafe farmio_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limit)
    thread = WorkerThread("farmio network") { [unowned self] in run() }
  }

  /// Gives an exchange to the thread.
  func submit(_ exchange: HTTPExchange) {
    inbox.withLock { $0.exchanges.append(exchange) }
    _ = unsafe curl_multi_wakeup(multi)
  }

  /// Ends the thread; exchanges that nobody waits for any more end with it.
  func stop() {
    inbox.withLock { $0.isStopping = true }
    _ = unsafe curl_multi_wakeup(multi)
    thread?.join()
    for handle in active + idle { handle.free() }
    _ = unsafe curl_multi_cleanup(multi)
  }

  private func run() {
    while true {
      let (fresh, isStopping) = inbox.withLock { inbox in
        defer { inbox.exchanges.removeAll() }
        return (inbox.exchanges, inbox.isStopping)
      }
      for exchange in fresh { begin(exchange) }
      var running: Int32 = 0
      _ = unsafe curl_multi_perform(multi, &running)
      reap()
      if isStopping || cancellation?.isCancelled == true { interrupt() }
      if isStopping { return }
      _ = unsafe curl_multi_poll(multi, nil, 0, active.isEmpty ? 1000 : NetworkThread.tick, nil)
    }
  }

  private func begin(_ exchange: HTTPExchange) {
    let handle = idle.popLast() ?? CurlHandle()
    if let failure = handle.prepare(exchange, options) {
      exchange.finish(failure)
      handle.reset()
      idle.append(handle)
      return
    }
    active.append(handle)
    _ = unsafe curl_multi_add_handle(multi, handle.easy)
  }

  /// Ends what the library has finished.
  private func reap() {
    var code = CURLE_OK
    while let easy = unsafe farmio_curl_next_done(multi, &code) {
      guard let index = active.firstIndex(where: { unsafe $0.easy == easy }) else { continue }
      let handle = active.remove(at: index)
      end(handle, handle.failure(code))
    }
  }

  private func interrupt() {
    while let handle = active.popLast() {
      end(handle, HTTPError(.interrupted, "the run was asked to stop"))
    }
  }

  private func end(_ handle: CurlHandle, _ failure: HTTPError?) {
    _ = unsafe curl_multi_remove_handle(multi, handle.easy)
    handle.exchange?.finish(failure)
    handle.reset()
    if idle.count < NetworkThread.idleLimit { idle.append(handle) } else { handle.free() }
  }
}
