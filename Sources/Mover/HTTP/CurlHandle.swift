import CCurl
import FrameEngine
import Glibc

/// One easy handle of libcurl, used for one exchange after the other by the network thread.
@safe final class CurlHandle {
  let easy: UnsafeMutableRawPointer
  private var headers: UnsafeMutablePointer<curl_slist>?
  /// The exchange under way.
  private(set) var exchange: HTTPExchange?
  /// The library's own words for a failure.
  private let message: UnsafeMutablePointer<CChar>

  init() {
    guard let easy = unsafe curl_easy_init() else { fatalError("no memory for libcurl") }
    unsafe self.easy = easy
    unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  /// Frees the handle, which must not be used any more.
  func free() {
    reset()
    unsafe curl_easy_cleanup(easy)
    unsafe message.deallocate()
  }

  /// Forgets the exchange; connections stay open.
  func reset() {
    unsafe curl_easy_reset(easy)
    unsafe curl_slist_free_all(headers)
    unsafe headers = nil
    exchange = nil
  }

  /// Makes the handle ready for an exchange; the failure if it cannot be sent at all.
  func prepare(_ exchange: HTTPExchange, _ options: HTTPClient.Options) -> HTTPError? {
    let request = exchange.request
    let lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    guard request.url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return HTTPError(.invalid, "the address has characters that must be encoded: \(request.url)")
    }
    guard lines.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
      return HTTPError(.invalid, "a header has control characters")
    }
    self.exchange = exchange
    // An empty Expect: keeps the library from waiting a second for 100 Continue.
    for line in lines + ["Expect:"] { unsafe headers = curl_slist_append(headers, line) }
    setTransfer(request, exchange.bodyByteCount)
    setLimits(request, options)
    setCallbacks(exchange)
    return nil
  }

  private func set(_ option: CURLoption, _ value: Int) {
    _ = unsafe farmio_curl_set_long(easy, option, value)
  }

  private func setTransfer(_ request: HTTPRequest, _ bodyByteCount: Int) {
    _ = unsafe farmio_curl_set_text(easy, CURLOPT_URL, request.url)
    _ = unsafe farmio_curl_set_headers(easy, headers)
    // Dots in a path stay as they were signed.
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_BUFFERSIZE, 1 << 20)
    set(CURLOPT_UPLOAD_BUFFERSIZE, 1 << 20)
    // One HTTP/2 connection would funnel all parts through one stream of packets.
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    switch request.method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .head: set(CURLOPT_NOBODY, 1)
    case .delete, .put, .post:
      set(CURLOPT_UPLOAD, 1)
      _ = unsafe farmio_curl_set_size(easy, CURLOPT_INFILESIZE_LARGE, Int64(bodyByteCount))
      _ = unsafe farmio_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }
  }

  private func setLimits(_ request: HTTPRequest, _ options: HTTPClient.Options) {
    set(CURLOPT_TIMEOUT_MS, max(1, Int(request.deadline / .milliseconds(1))))
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(options.connectTime / .milliseconds(1))))
    if request.isSentOnce { set(CURLOPT_FRESH_CONNECT, 1) }
    if !request.mayStall {
      set(CURLOPT_LOW_SPEED_LIMIT, 32 << 10)
      set(CURLOPT_LOW_SPEED_TIME, max(1, Int(options.stallTime / .seconds(1))))
    }
    if options.avoidsProxies { _ = unsafe farmio_curl_set_text(easy, CURLOPT_NOPROXY, "*") }
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let file = options.certificateFile {
      _ = unsafe file.withCString { unsafe farmio_curl_set_text(easy, CURLOPT_CAINFO, $0) }
    }
    unsafe message[0] = 0
    _ = unsafe farmio_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
  }

  private func setCallbacks(_ exchange: HTTPExchange) {
    // The handle holds the exchange for as long as the library may call.
    let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
    _ = unsafe farmio_curl_on_write(
      easy,
      { bytes, size, count, context in
        let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        // Any other number than all of it ends the transfer.
        return unsafe exchange.receive(body: buffer) ? size * count : size * count &+ 1
      }, context)
    _ = unsafe farmio_curl_on_header(
      easy,
      { bytes, size, count, context in
        let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        return unsafe exchange.receive(header: buffer) ? size * count : size * count &+ 1
      }, context)
    _ = unsafe farmio_curl_on_read(
      easy,
      { bytes, size, count, context in
        let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
        return unsafe exchange.send(
          into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
      },
      { context, offset, origin in
        let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
        guard origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
        return exchange.rewind(to: Int(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
      }, context)
  }

  /// What a result of the library means; `nil` for an answer, whatever its status.
  func failure(_ code: CURLcode) -> HTTPError? {
    guard code != CURLE_OK else { return nil }
    let detail = unsafe String(cString: message)
    let reason = detail.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : detail
    let kind: HTTPError.Code =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
        .unreachable
      // A handshake cut short (CURLE_SSL_CONNECT_ERROR) is none of these: it is tried again.
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER:
        .untrusted
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalid
      default: .broken
      }
    return HTTPError(kind, reason)
  }
}
