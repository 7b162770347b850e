import FrameEngine
import Synchronization

/// Requests on one bucket: signed, sent, tried again, and failing answers read.
public final class S3Service: Sendable {
  let endpoint: S3Endpoint
  let bucket: String
  let client: HTTPClient
  private let signer: SigV4
  private let clock: any Clock
  private let cancellation: CancelToken?
  private let usual = RetryPolicy()
  /// Whether anything has answered at this address: before, it is more likely to be wrong.
  private let hasAnswered = Atomic<Bool>(false)

  /// A way to a bucket. Nothing is asked yet.
  public init(
    _ endpoint: S3Endpoint, bucket: String, client: HTTPClient, clock: any Clock = SystemClock(),
    cancellation: CancelToken? = nil
  ) {
    self.endpoint = endpoint
    signer = SigV4(credentials: endpoint.credentials, region: endpoint.region)
    self.bucket = bucket
    self.client = client
    self.clock = clock
    self.cancellation = cancellation
  }

  /// One request on a key, or on the bucket where the key is empty.
  struct Call {
    var method: HTTPRequest.Method
    var key = ""
    var query: [(name: String, value: String)] = []
    var headers: [HTTPHeader] = []
    /// Bytes of a good answer, at most.
    var limit = 8 << 20
    /// Whether the answer may keep silent for minutes.
    var mayStall = false
    /// Whether the library must not send it again by itself.
    var isSentOnce = false

    init(_ method: HTTPRequest.Method, _ key: String = "") {
      self.method = method
      self.key = key
    }
  }

  /// Looks at a good answer; throwing has the call tried again if the failure is a passing one.
  typealias Check = (HTTPResponse) throws(ServiceError) -> Void

  /// Sends a call until it is answered well or fails for good.
  func send(
    _ call: Call, body: RawSpan = RawSpan(), tries: ServiceTries = .usual,
    check: Check = { _ throws(ServiceError) in }
  ) throws(ServiceError) -> HTTPResponse {
    let hash = payloadHash(body)
    return try policy(tries).run(clock: clock, cancellation: cancellation) {
      () throws(ServiceError) in
      let request = sign(call, hash)
      let response = try checked { () throws(HTTPError) in
        try client.perform(request, body: body, limit: call.limit)
      }
      try check(response)
      return response
    }
  }

  /// The same, with the answer's body in `target`.
  func fetch(_ call: Call, into target: inout MutableRawSpan, check: Check) throws(ServiceError)
    -> HTTPResponse
  {
    let hash = payloadHash(RawSpan())
    var response: HTTPResponse?
    try unsafe target.withUnsafeMutableBytes { memory throws(ServiceError) in
      response = try policy(.usual).run(clock: clock, cancellation: cancellation) {
        () throws(ServiceError) in
        let request = sign(call, hash)
        let response = try checked { () throws(HTTPError) in
          try unsafe client.start(
            request, body: UnsafeRawBufferPointer(start: nil, count: 0), .fill(memory)
          ).wait()
        }
        try check(response)
        return response
      }
    }
    return response!
  }

  /// The document that answers a call; another root, or none, is a failure.
  func document(_ call: Call, root: String, tries: ServiceTries = .usual) throws(ServiceError)
    -> XMLElement
  {
    var document: XMLElement?
    _ = try send(call, tries: tries) { response throws(ServiceError) in
      document = XMLElement(document: response.body)
      guard document?.name == root else {
        throw S3Service.failure(response, message: "the answer is no \(root)")
      }
    }
    return document!
  }

  /// Sends a call that removes something; that it is gone already is no failure.
  func remove(_ call: Call, tries: ServiceTries) throws(ServiceError) {
    do throws(ServiceError) {
      _ = try send(call, tries: tries) { response throws(ServiceError) in
        // A portal says 200 with a page of its own; the service has nothing to say.
        if response.byteCount > 0 {
          throw S3Service.failure(response, message: "the answer is not the service's")
        }
      }
    } catch {
      if !isAbsent(error) { throw error }
    }
  }

  private func policy(_ tries: ServiceTries) -> RetryPolicy {
    var policy = usual
    if !hasAnswered.load(ordering: .relaxed) { policy.attempts = min(policy.attempts, 4) }
    if tries == .once { policy.attempts = 1 }
    return policy
  }

  /// Starts a call that somebody else waits for, once: whoever waits tries again by `send`.
  @unsafe func start(_ call: Call, body: UnsafeRawBufferPointer) -> HTTPExchange {
    let hash = unsafe payloadHash(RawSpan(_unsafeBytes: body))
    return unsafe client.start(sign(call, hash), body: body, .collect(limit: call.limit))
  }

  /// The answer of `exchange`, or its failure as the service tells it.
  func answer(of exchange: HTTPExchange) throws(ServiceError) -> HTTPResponse {
    try checked { () throws(HTTPError) in try exchange.wait() }
  }

  private func sign(_ call: Call, _ payloadHash: String) -> HTTPRequest {
    let usesPath = endpoint.usesPathStyle
    let target = SigV4.Target(
      method: call.method, scheme: endpoint.scheme,
      host: usesPath ? endpoint.host : "\(bucket).\(endpoint.host)",
      path: (usesPath ? "/\(bucket)" : "") + (call.key.isEmpty && usesPath ? "" : "/\(call.key)"),
      query: call.query, headers: call.headers)
    var request = signer.sign(target, payloadHash: payloadHash, at: clock.now())
    request.mayStall = call.mayStall
    request.isSentOnce = call.isSentOnce
    return request
  }

  /// Under TLS the wire protects the body; without it the signature does.
  private func payloadHash(_ body: RawSpan) -> String {
    if body.byteCount == 0 { return S3Service.emptyHash }
    return endpoint.scheme == "https"
      ? SigV4.unsignedPayload : SHA256.hash(body).hex
  }

  private static let emptyHash = SHA256.hash(RawSpan()).hex

  private func checked(_ body: () throws(HTTPError) -> HTTPResponse) throws(ServiceError)
    -> HTTPResponse
  {
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try body()
    } catch {
      throw ServiceError(error)
    }
    hasAnswered.store(true, ordering: .relaxed)
    guard response.isSuccess else { throw S3Service.failure(response) }
    return response
  }

  /// What a failing answer says: an XML document with code and message, or nothing for HEAD.
  static func failure(_ response: HTTPResponse, message: String = "") -> ServiceError {
    let document = XMLElement(document: response.body)
    let seconds = response["retry-after"].flatMap { Int($0) }
    return ServiceError(
      status: response.status, code: document?.text("Code") ?? "",
      message: document?.text("Message") ?? message,
      requestID: response["x-amz-request-id"] ?? document?.text("RequestId"),
      retryAfter: seconds.map { .seconds($0) })
  }
}
