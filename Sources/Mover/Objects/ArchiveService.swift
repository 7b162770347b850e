/// A service that keeps objects where they cannot be read until somebody asks for them.
package protocol ArchiveService: ObjectService {
  /// Whether an object of a listing is kept so.
  func isArchived(_ object: ObjectInfo) -> Bool
  /// Asks for an archived object to be readable for a while.
  func requestThaw(_ key: String, _ order: ThawOrder) throws(ServiceError) -> ThawState
  /// How far that is.
  func thawState(_ key: String) throws(ServiceError) -> ThawState
}

/// How archived objects are asked for.
public struct ThawOrder: Hashable, Sendable {
  /// How fast, at what price.
  public enum Speed: String, CaseIterable, Sendable {
    case expedited
    case standard
    case bulk
  }

  /// Days that an object stays readable, from when it is.
  public var days = 7
  /// How fast it is to be.
  public var speed = Speed.standard

  /// A week, at the usual speed.
  public init() {}
}

/// How far an archived object is from being readable.
public enum ThawState: Hashable, Sendable {
  /// Nobody asked for it.
  case archived
  /// It was asked for.
  case underway
  /// It can be read.
  case readable
}
