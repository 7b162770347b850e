public import FrameEngine

/// Sends HTTP requests from any thread, over connections that one network thread of its own keeps
/// open (libcurl's multi interface).
///
/// A caller starts as many exchanges as it likes and waits for each; bytes go from and to its own
/// memory. Redirects are not followed: a signed request fits one address only. Proxies come from
/// the usual variables (`https_proxy`, `no_proxy` …).
public final class HTTPClient: Sendable {
  /// How connections are made.
  public struct Options: Sendable {
    /// Connections kept open at once; more exchanges wait for a free one.
    public var connectionLimit = 64
    /// Certificates to trust in place of the system's, PEM.
    public var certificateFile: FileName?
    /// Time for a connection to stand.
    public var connectTime: Duration = .seconds(10)
    /// Time after which a transfer that moves less than 32 KiB a second is given up.
    public var stallTime: Duration = .seconds(30)
    /// Whether no proxy is asked, whatever the variables say: for addresses that only this machine
    /// can reach.
    public var avoidsProxies = false

    /// The usual ways.
    public init() {}
  }

  private let network: NetworkThread

  /// A client with a thread of its own. Exchanges end with `.interrupted` once `cancellation` is
  /// cancelled.
  public init(_ options: Options = Options(), cancellation: CancelToken? = nil) {
    network = NetworkThread(options, cancellation)
  }

  deinit { network.stop() }

  /// Sends a request whose body is `body`, and waits for an answer with a body of at most `limit`
  /// bytes.
  public func perform(
    _ request: HTTPRequest, body: RawSpan, limit: Int = 1 << 20
  ) throws(HTTPError) -> HTTPResponse {
    let result = unsafe body.withUnsafeBytes { bytes in
      Result { () throws(HTTPError) in
        try unsafe start(request, body: bytes, .collect(limit: limit)).wait()
      }
    }
    return try result.get()
  }

  /// Sends a request without a body, and waits for an answer with a body of at most `limit` bytes.
  public func perform(_ request: HTTPRequest, limit: Int = 1 << 20) throws(HTTPError)
    -> HTTPResponse
  {
    try perform(request, body: RawSpan(), limit: limit)
  }

  /// Sends a request without a body, and waits until the answer's body lies in `target`; a larger
  /// one is a failure.
  public func perform(
    _ request: HTTPRequest, into target: inout MutableRawSpan
  ) throws(HTTPError) -> HTTPResponse {
    let result = unsafe target.withUnsafeMutableBytes { memory in
      Result { () throws(HTTPError) in
        try unsafe start(
          request, body: UnsafeRawBufferPointer(start: nil, count: 0), .fill(memory)
        ).wait()
      }
    }
    return try result.get()
  }

  /// Starts an exchange. `body` and the target's memory stay in place until its `wait` returns.
  @unsafe public func start(
    _ request: HTTPRequest, body: UnsafeRawBufferPointer, _ target: HTTPExchange.Target
  ) -> HTTPExchange {
    let exchange = unsafe HTTPExchange(request, body: body, target: target)
    network.submit(exchange)
    return exchange
  }
}
