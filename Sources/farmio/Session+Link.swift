import FrameEngine
import Mover

/// A repository, and what passes between it and this program.
struct RepositoryLink: Sendable {
  let repository: Repository
  /// Whether the repository is reached by a network protocol of our own, not in a folder.
  let isRemote: Bool
  /// What is left to be limited beside the store: nothing where the store is.
  let limiter: RateLimiter?
  private let store: MeteringStore

  fileprivate init(
    _ repository: Repository, _ store: MeteringStore, isRemote: Bool, limiter: RateLimiter?
  ) {
    self.repository = repository
    self.store = store
    self.isRemote = isRemote
    self.limiter = limiter
  }

  /// What has passed until now.
  var traffic: StoreTraffic { store.traffic }

  /// Tells what passed: people only where it went over the network.
  func tell(_ report: Report) {
    guard isRemote else { return }
    let traffic = traffic
    report.line(
      "\(Wording.count(traffic.requests, "request")), \(Wording.size(traffic.sentBytes)) sent, "
        + "\(Wording.size(traffic.receivedBytes)) received")
  }

  /// Tells what passed as the member `traffic` of a document.
  func write(to json: inout JSONWriter) {
    let traffic = traffic
    json.object("traffic") { json in
      json.field("requests", traffic.requests)
      json.field("sent_bytes", traffic.sentBytes)
      json.field("received_bytes", traffic.receivedBytes)
    }
  }
}

/// What `--bwlimit` holds back.
enum LimitedWork: Hashable, Sendable {
  /// What passes between program and repository, wherever that is.
  case repository
  /// The same over a network. In a folder, where reading costs as much as writing, the files that
  /// are read or written.
  case files
}

extension Session {
  /// The repository that the command line names, unlocked, with its traffic metered and limited as
  /// `--bwlimit` says.
  func openLink(limiting work: LimitedWork, _ use: Use = .direct) throws(CommandError)
    -> RepositoryLink
  {
    let place = invocation.repository
    let limiter = self[Common.rateLimit].map { RateLimiter($0) }
    let plain = try store(at: place, makingFolder: false)
    let isRemote = StoreAddress.hasScheme(place)
    let isLimited = isRemote || work == .repository
    let metered = MeteringStore(plain)
    let store: any Store =
      if isLimited, let limiter {
        LimitingStore(metered, limiter, cancellation: interrupt.token)
      } else {
        metered
      }
    // What the cache holds does not pass.
    let seen = use == .direct ? store : try cached(store, always: use == .mounted)
    return RepositoryLink(
      try openRepository(at: seen, place), metered, isRemote: isRemote,
      limiter: isLimited ? nil : limiter)
  }
}
