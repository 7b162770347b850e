import FrameEngine
import Glibc

/// How a share is reached.
struct SMBPeer: Sendable {
  var program: SMBProgram
  var address: SMBAddress
  var login: SMBLogin
  /// Time for one request on the wall: longer than the library itself waits for a server.
  var wallTime = Duration.seconds(90)
}

/// Why a request was not done.
enum SMBFault: Error {
  /// The server answered, and refused.
  case refused(Int32)
  /// The connection is gone, and with it all files that were open on it. Whether the request was
  /// done nobody knows.
  case lost(Int32)

  var code: Int32 {
    switch self {
    case .refused(let code), .lost(let code): code
    }
  }
}

/// One connection to a share: a client program and the memory shared with it. The program starts
/// with the first request, and again with the first after it was lost.
struct SMBConnection: ~Copyable, Sendable {
  private let peer: SMBPeer
  private var process = ChildProcess()
  private var memory = SharedMemory(name: "farmio smb")
  private let clock = SystemClock()
  /// When the server last answered, on the monotonic clock.
  private var answered: UInt64 = 0
  /// Counts the programs that have run: files of an earlier one are gone.
  private(set) var generation = 0

  /// Nanoseconds without an answer after which a connection is not believed to be there.
  private static let idleTime: UInt64 = 2_000_000_000

  init(_ peer: SMBPeer) { self.peer = peer }

  /// The process's number while one runs.
  var processIdentifier: Int32? { process.identifier }

  /// Asks, connecting if need be.
  mutating func ask(_ request: SMBRequest) throws(SMBFault) -> SMBReply {
    if process.identifier == nil { try connect() }
    return try exchange(request)
  }

  /// Makes sure that the server is there, for a request that must not be made twice.
  mutating func refresh() throws(SMBFault) {
    if process.identifier != nil, clock.monotonic() - answered > SMBConnection.idleTime {
      do throws(SMBFault) {
        _ = try exchange(SMBRequest(.status, ""))
      } catch {
        guard case .lost = error else { throw error }
      }
    }
    if process.identifier == nil { try connect() }
  }

  /// Data of the last answer: read once, and believed in nothing. At most `dataCapacity` bytes.
  func withData<R, E: Error>(_ count: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let start = SMBRequest.dataOffset
    return try body(memory.bytes.extracting(start..<start + count))
  }

  /// Lays down data for the next request.
  mutating func setData(_ bytes: RawSpan) throws(SMBFault) {
    try reserve()
    memory.copy(bytes, to: SMBRequest.dataOffset)
  }

  private mutating func reserve() throws(SMBFault) {
    do throws(SystemCause) {
      try memory.reserve(SMBRequest.dataOffset + SMBRequest.dataCapacity)
    } catch {
      throw .lost(error.code)
    }
  }

  private mutating func connect() throws(SMBFault) {
    try reserve()
    do throws(SystemCause) {
      try process.start(
        peer.program.path, [], variables: SMBConnection.variables, memory: memory.descriptor)
    } catch {
      throw .lost(error.code)
    }
    generation += 1
    _ = try receive()
    do throws(SMBFault) {
      _ = try exchange(peer.greeting)
    } catch {
      process.end()
      throw error
    }
  }

  /// What libsmbclient and Kerberos look at.
  private static let variables = [
    "LD_LIBRARY_PATH", "HOME", "KRB5CCNAME", "KRB5_CONFIG", "KRB5_TRACE",
  ]

  private mutating func exchange(_ request: SMBRequest) throws(SMBFault) -> SMBReply {
    var offset = 0
    for name in request.names {
      guard name.count <= SMBRequest.dataOffset - offset else { throw .refused(ENAMETOOLONG) }
      memory.copy(unsafe name.span.bytes, to: offset)
      offset += name.count
    }
    do throws(ChildProcess.Silence) {
      try process.send(request.bytes)
    } catch {
      process.end()
      throw .lost(ECONNABORTED)
    }
    let reply = try receive()
    if reply.error == 0 { return reply }
    guard SMBConnection.lossCodes.contains(reply.error) else { throw .refused(reply.error) }
    process.end()
    throw .lost(reply.error)
  }

  private mutating func receive() throws(SMBFault) -> SMBReply {
    let bytes: [UInt8]
    do throws(ChildProcess.Silence) {
      bytes = try process.receive(SMBReply.byteCount, within: peer.wallTime)
    } catch {
      process.end()
      throw .lost(error == .late ? ETIMEDOUT : ECONNABORTED)
    }
    guard let reply = SMBReply(bytes), reply.value <= SMBRequest.dataCapacity else {
      process.end()
      throw .lost(EPROTO)
    }
    answered = clock.monotonic()
    return reply
  }

  /// What the library says when its connection is gone.
  private static let lossCodes: Set<Int32> = [
    ECONNABORTED, ECONNREFUSED, ECONNRESET, ENOTCONN, EPIPE, ETIMEDOUT, EHOSTUNREACH, EHOSTDOWN,
    ENETUNREACH, ENETDOWN, ENETRESET, EBADF,
  ]
}

extension SMBPeer {
  /// The first request: where to, and as whom.
  fileprivate var greeting: SMBRequest {
    var request = SMBRequest(.connect)
    var words = ["", "", ""]
    switch login {
    case .account(let user, let password, let domain): words = [user, password, domain]
    case .ticket: request.flags = 1
    case .guest:
      request.flags = 2
      words[0] = "guest"
    }
    request.names = ([address.server, address.share] + words).map { Array($0.utf8) }
    request.mode = UInt32(address.port ?? 0)
    return request
  }
}
