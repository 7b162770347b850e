/// One request in flight and what has come back so far. The network thread works on it while the
/// caller waits; nobody touches it from both sides at once.
///
/// Memory of body and target belongs to the caller and stays in place until `wait` returns.
@safe public final class HTTPExchange: @unchecked Sendable {
  /// Where a successful body goes.
  @safe public enum Target {
    /// Into the response, at most so many bytes.
    case collect(limit: Int)
    /// Into the caller's memory; more than fits is a failure.
    case fill(UnsafeMutableRawBufferPointer)
  }

  let request: HTTPRequest
  private let body: UnsafeRawBufferPointer
  private let target: Target
  private let outcome = Condition<Result<HTTPResponse, HTTPError>?>(nil)

  /// Bytes of the body that were sent, for this attempt.
  private var sentCount = 0
  private var status = 0
  private var headers: [HTTPHeader] = []
  private var collected: [UInt8] = []
  private var receivedCount = 0
  /// Set when a callback ends the transfer: the library only knows that it was ended.
  private(set) var refusal: HTTPError?

  /// Bytes of the body of a failing answer that are kept.
  private static let failureBytes = 64 << 10
  /// Bytes of all headers of an answer.
  private static let headerBytes = 256 << 10
  private var headerByteCount = 0

  init(_ request: HTTPRequest, body: UnsafeRawBufferPointer, target: Target) {
    self.request = request
    unsafe self.body = body
    self.target = target
  }

  /// Waits for the answer.
  public func wait() throws(HTTPError) -> HTTPResponse {
    try outcome.wait { $0 }.get()
  }

  /// Bytes that the request carries.
  var bodyByteCount: Int { unsafe body.count }

  /// The next bytes of the body, copied into the library's buffer.
  func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = unsafe min(buffer.count, body.count - sentCount)
    if count > 0 {
      unsafe buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: body[sentCount..<sentCount + count]))
    }
    sentCount += count
    return count
  }

  /// Starts the body again: a reused connection turned out dead.
  func rewind(to offset: Int) -> Bool {
    guard offset >= 0, unsafe offset <= body.count else { return false }
    sentCount = offset
    return true
  }

  /// One line of the answer's head. `false` ends the transfer.
  func receive(header line: UnsafeRawBufferPointer) -> Bool {
    headerByteCount += line.count
    guard headerByteCount <= HTTPExchange.headerBytes else {
      refusal = HTTPError(.tooLarge, "the headers exceed \(HTTPExchange.headerBytes) bytes")
      return false
    }
    let text = unsafe String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      // Interim answers (100 Continue) and that of a proxy come before the one that counts.
      headers.removeAll()
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return true
    }
    guard let colon = text.firstIndex(of: ":") else { return true }
    let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    let end = value.lastIndex { !$0.isWhitespace }.map(value.index(after:)) ?? value.startIndex
    headers.append(HTTPHeader(text[..<colon].lowercased(), String(value[..<end])))
    return true
  }

  /// Bytes of the answer's body. `false` ends the transfer.
  func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    guard (200..<300).contains(status) else {
      let room = HTTPExchange.failureBytes - collected.count
      unsafe collected.append(contentsOf: bytes.prefix(max(room, 0)))
      return true
    }
    switch target {
    case .collect(let limit):
      guard bytes.count <= limit - collected.count else { return refuse(limit) }
      unsafe collected.append(contentsOf: bytes)
    case .fill(let memory):
      guard bytes.count <= memory.count - receivedCount else { return refuse(memory.count) }
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[receivedCount...])
        .copyMemory(from: bytes)
    }
    receivedCount += bytes.count
    return true
  }

  private func refuse(_ limit: Int) -> Bool {
    refusal = HTTPError(.tooLarge, "the answer exceeds \(limit) bytes")
    return false
  }

  /// Without a length, a body ends with its connection, and nobody can tell a cut from the end.
  private var openEnd: HTTPError? {
    guard request.method == .get, (200..<300).contains(status) else { return nil }
    let hasEnd = headers.contains { header in
      header.name == "content-length"
        || header.name == "transfer-encoding" && header.value.lowercased().hasSuffix("chunked")
    }
    return hasEnd ? nil : HTTPError(.broken, "the answer does not say how long it is")
  }

  /// The exchange is over; wakes whoever waits.
  func finish(_ failure: HTTPError?) {
    let result: Result<HTTPResponse, HTTPError> =
      if let failure = refusal ?? failure ?? openEnd {
        .failure(failure)
      } else {
        .success(
          HTTPResponse(
            status: status, headers: headers, body: collected,
            byteCount: receivedCount))
      }
    outcome.withLock { $0 = result }
    outcome.broadcast()
  }
}
