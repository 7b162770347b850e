/// What passed between a program and a store.
///
/// Requests are those of the program. What the store makes of one is its own: an upload may be a
/// dozen parts, a listing many pages, and what fails for a passing reason is sent again. Bytes are
/// those of objects, without headers and listings.
public struct StoreTraffic: Hashable, Sendable {
  /// The kinds of requests.
  public enum Request: String, CaseIterable, Sendable {
    /// A small object stored.
    case put
    /// A small object stored if its name was free.
    case create
    /// An object written in pieces.
    case upload
    /// A whole object read.
    case get
    /// Part of an object read.
    case read
    /// An object's size asked for.
    case size
    /// Objects listed.
    case list
    /// An object removed.
    case delete
    /// What killed writers left looked for.
    case sweep
  }

  private var counts: [Request: Int] = [:]
  /// Bytes handed to the store.
  public private(set) var sentBytes: Int64 = 0
  /// Bytes that the store gave.
  public private(set) var receivedBytes: Int64 = 0

  /// Nothing yet.
  public init() {}

  /// Requests of all kinds.
  public var requests: Int { counts.values.reduce(0, +) }

  /// Requests of one kind.
  public func requests(_ kind: Request) -> Int { counts[kind] ?? 0 }

  mutating func add(_ request: Request?, sent: Int, received: Int) {
    if let request { counts[request, default: 0] += 1 }
    sentBytes += Int64(sent)
    receivedBytes += Int64(received)
  }
}
