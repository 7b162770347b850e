import FrameEngine
import Synchronization

/// Requests on one bucket of Oracle's Object Storage by its own API: signed, sent, tried again, and
/// failing answers read.
///
/// No call carries `opc-retry-token`: Object Storage knows none. Repeating is safe since contents
/// are named, conditions are sent, or somebody looks (see each call).
public final class OCIService: Sendable {
  let endpoint: OCIEndpoint
  let namespace: String
  let bucket: String
  let client: HTTPClient
  let clock: any Clock
  let cancellation: CancelToken?
  private let usual = RetryPolicy()
  /// Whether anything has answered at this address: before, it is more likely to be wrong.
  private let hasAnswered = Atomic<Bool>(false)
  /// Whether the bucket is known to be there, and to be seen by whoever asks.
  private let hasBucket = Atomic<Bool>(false)

  /// A way to a bucket. Nothing is asked yet.
  public init(
    _ endpoint: OCIEndpoint, namespace: String, bucket: String, client: HTTPClient,
    clock: any Clock = SystemClock(), cancellation: CancelToken? = nil
  ) {
    self.endpoint = endpoint
    self.namespace = namespace
    self.bucket = bucket
    self.client = client
    self.clock = clock
    self.cancellation = cancellation
  }

  /// One request.
  struct Call {
    var method: HTTPRequest.Method
    /// Percent-encoded, from the slash on.
    var path: String
    var query: [(name: String, value: String)] = []
    var headers: [HTTPHeader] = []
    /// A body that is signed; raw bytes of objects and parts are not.
    var document: JSONValue?
    /// Bytes of a good answer, at most.
    var limit = 8 << 20
    /// Whether the answer may keep silent for minutes.
    var mayStall = false
    /// Whether the library must not send it again by itself.
    var isSentOnce = false
    /// Our own name for the call, the same each time it is tried.
    let requestID = Entropy.system.bytes(16).hex

    init(_ method: HTTPRequest.Method, _ path: String) {
      self.method = method
      self.path = path
    }
  }

  /// Looks at a good answer; throwing has the call tried again if the failure is a passing one.
  typealias Check = (HTTPResponse) throws(ServiceError) -> Void

  /// Sends a call until it is answered well or fails for good. `raw` is the body of an object or a
  /// part.
  func send(
    _ call: Call, raw: RawSpan = RawSpan(), tries: ServiceTries = .usual,
    check: Check = { _ throws(ServiceError) in }
  ) throws(ServiceError) -> HTTPResponse {
    let document = call.document?.bytes
    return try policy(tries).run(clock: clock, cancellation: cancellation) {
      () throws(ServiceError) in
      let response = try answer(call, document) { request throws(HTTPError) in
        if let document {
          return try client.perform(request, body: document.rawBytes, limit: call.limit)
        }
        return try client.perform(request, body: raw, limit: call.limit)
      }
      try check(response)
      return response
    }
  }

  /// The same, with the answer's body in `target`.
  func fetch(_ call: Call, into target: inout MutableRawSpan, check: Check) throws(ServiceError)
    -> HTTPResponse
  {
    var response: HTTPResponse?
    try unsafe target.withUnsafeMutableBytes { memory throws(ServiceError) in
      response = try policy(.usual).run(clock: clock, cancellation: cancellation) {
        () throws(ServiceError) in
        let response = try answer(call, nil) { request throws(HTTPError) in
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

  /// The JSON that answers a call, and the answer; anything else is a failure.
  func document(_ call: Call, tries: ServiceTries = .usual) throws(ServiceError)
    -> (JSONValue, HTTPResponse)
  {
    var document: JSONValue?
    let response = try send(call, tries: tries) { response throws(ServiceError) in
      document = JSONValue(parsing: response.body)
      if document == nil { throw ServiceError(oci: response, message: "the answer is no JSON") }
    }
    return (document!, response)
  }

  /// Every element of a list that comes in pages, by header.
  func pages(_ call: Call) throws(ServiceError) -> [JSONValue] {
    var call = call
    let query = call.query
    var elements: [JSONValue] = []
    var seen: Set<String> = []
    while true {
      let (page, response) = try document(call)
      elements += page["items"]?.elements ?? page.elements
      guard let next = response["opc-next-page"], !next.isEmpty else { return elements }
      guard seen.insert(next).inserted, elements.count <= OCIService.listLimit else {
        throw ServiceError(broken: "the list does not end")
      }
      call.query = query + [("page", next)]
    }
  }

  /// Elements of a list that is held in memory.
  private static let listLimit = 4 << 20

  /// Sends a call that removes something; that it is gone already is no failure.
  func remove(_ call: Call, tries: ServiceTries) throws(ServiceError) {
    do throws(ServiceError) {
      _ = try send(call, tries: tries)
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

  /// Starts a call with a raw body that somebody else waits for, once: whoever waits tries again by
  /// `send`, which then tells why there was nobody to sign it.
  @unsafe func start(_ call: Call, raw: UnsafeRawBufferPointer) -> HTTPExchange {
    do throws(ServiceError) {
      let signer = try endpoint.identity.signer()
      return unsafe client.start(
        request(call, nil, signer), body: raw, .collect(limit: call.limit))
    } catch {
      let request = HTTPRequest(call.method, call.path)
      let exchange = unsafe HTTPExchange(request, body: raw, target: .collect(limit: 0))
      exchange.finish(HTTPError(.broken, error.message))
      return exchange
    }
  }

  /// The answer of `exchange`, or its failure as the service tells it.
  func answer(of exchange: HTTPExchange) throws(ServiceError) -> HTTPResponse {
    try checked(try response { () throws(HTTPError) in try exchange.wait() })
  }

  /// One answer to a call. Where the service does not take the signature, the clocks are compared;
  /// then it is asked once more, by a fresh signer if there is one: a request that was hurt on the
  /// way is refused in the same words.
  private func answer(
    _ call: Call, _ document: [UInt8]?, _ perform: (HTTPRequest) throws(HTTPError) -> HTTPResponse
  ) throws(ServiceError) -> HTTPResponse {
    let signer = try endpoint.identity.signer()
    let first = try response { () throws(HTTPError) in
      try perform(request(call, document, signer))
    }
    guard first.status == 401 else { return try checked(first) }
    if let skew = skew(first) { throw skew }
    try endpoint.identity.renew(signer)
    let fresh = try endpoint.identity.signer()
    return try checked(
      try response { () throws(HTTPError) in try perform(request(call, document, fresh)) })
  }

  /// A refusal that the clocks explain: the service takes no signature of five minutes ago.
  private func skew(_ response: HTTPResponse) -> ServiceError? {
    guard let theirs = response["date"].flatMap({ CalendarTime.time(ofHeader: $0) }) else {
      return nil
    }
    let seconds = clock.now().seconds - theirs.seconds
    guard abs(seconds) > 240 else { return nil }
    return ServiceError(
      status: 401, code: ServiceError.clockSkew,
      message: "this machine's clock is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind")"
        + " the service's",
      requestID: response["opc-request-id"])
  }

  private func request(_ call: Call, _ document: [UInt8]?, _ signer: OCISigner) -> HTTPRequest {
    let target = OCISigner.Target(
      method: call.method, scheme: endpoint.scheme, host: endpoint.host, path: call.path,
      query: call.query,
      headers: call.headers + [HTTPHeader("opc-client-request-id", call.requestID)])
    // A POST without body signs the hash of nothing.
    let body: OCISigner.Body =
      if let document { .signed(type: "application/json", document) } else if call.method == .post {
        .signed(type: "application/json", [])
      } else { .unsigned }
    var request = signer.sign(target, body, at: clock.now())
    request.mayStall = call.mayStall
    request.isSentOnce = call.isSentOnce
    return request
  }

  private func response(_ body: () throws(HTTPError) -> HTTPResponse) throws(ServiceError)
    -> HTTPResponse
  {
    do throws(HTTPError) {
      let response = try body()
      hasAnswered.store(true, ordering: .relaxed)
      return response
    } catch {
      throw ServiceError(error)
    }
  }

  private func checked(_ response: HTTPResponse) throws(ServiceError) -> HTTPResponse {
    guard response.isSuccess else { throw ServiceError(oci: response) }
    // A portal in between says 200 to everything, and has done nothing.
    guard response["opc-request-id"] != nil else {
      throw ServiceError(
        oci: response, message: "the answer has no opc-request-id: it is not the service's")
    }
    hasBucket.store(true, ordering: .relaxed)
    return response
  }

  /// Whether any request on the bucket has gone well.
  var isBucketSeen: Bool { hasBucket.load(ordering: .relaxed) }
}

/// Paths.
extension OCIService {
  /// The most bytes of an object's name.
  static let nameLimit = 1024

  /// What stands before everything in the bucket.
  func path(_ rest: String) -> String {
    "/n/\(PercentEncoding.encoded(namespace))/b/\(PercentEncoding.encoded(bucket))/\(rest)"
  }

  /// The path of an object, slashes encoded. Names that the service does not take are refused, and
  /// those that a proxy on the way may fold.
  func objectPath(_ key: String) throws(ServiceError) -> String {
    let isPlain = key.utf8.allSatisfy { $0 != 0 && $0 != 0x0A && $0 != 0x0D }
    guard (1...OCIService.nameLimit).contains(key.utf8.count), isPlain, key != ".", key != ".."
    else {
      throw ServiceError(
        status: nil, code: ServiceError.badName,
        message: "a name of 1 to 1024 bytes without line ends and zeros is needed, and not . or ..",
        requestID: nil)
    }
    return path("o/\(PercentEncoding.encoded(key))")
  }

  /// The path of an object's uploads in parts.
  func uploadPath(_ key: String) -> String { path("u/\(PercentEncoding.encoded(key))") }
}
