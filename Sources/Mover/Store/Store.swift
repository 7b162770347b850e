public import FrameEngine

/// The seam under a repository: named immutable objects at some place, a folder today, object
/// storage as well.
///
/// What a conforming type must do:
///
/// - `put` makes an object appear under its name only when it is complete and durable. A reader
///   sees the whole object or none.
/// - `putIfAbsent` is atomic against every other writer anywhere: of many callers exactly one gets
///   `true`. After a lost reply it looks at the object: finding its own bytes is success.
/// - What `put` and `putIfAbsent` made is seen by every later `get`, `read` and `list`.
/// - `get` and `read` return bytes as stored, unverified: whoever reads checks.
/// - `delete` of an absent object is no error.
/// - Every failure throws `StoreError`, naming the object. Calls come from any thread.
///
/// Names are `/`-separated, of ASCII letters, digits, `-`, `.` and `_`; no object stands where
/// another's folder does.
public protocol Store: AnyObject, Sendable {
  /// The place, as a person would type it.
  var place: String { get }
  /// The folder that holds the objects, where it is one that a tree of files may contain.
  var folder: FileIdentity? { get }

  /// Stores a small object, replacing one of this name.
  func put(_ name: String, _ bytes: [UInt8]) throws(StoreError)
  /// Stores a small object unless the name is taken; `false` if it is.
  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool
  /// Starts an object that is written in pieces, such as a pack.
  func makeUpload(_ name: String) throws(StoreError) -> any Upload
  /// The same; `isBulk` says that most bytes of the place are in objects like this, which are read
  /// when something is brought back and seldom before: it may be kept where that costs least.
  func makeUpload(_ name: String, isBulk: Bool) throws(StoreError) -> any Upload
  /// A whole small object of at most `limit` bytes; `nil` if there is none of this name.
  func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]?
  /// Fills `buffer` with the object's bytes from `offset`; fewer only at its end. Throws
  /// `.missing` if there is none of this name.
  func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  /// The size in bytes of an object; `nil` if there is none of this name.
  func size(_ name: String) throws(StoreError) -> Int64?
  /// Every object whose name starts with `prefix`, which ends in `/`; in no particular order.
  func list(_ prefix: String) throws(StoreError) -> [StoredObject]
  /// Removes an object.
  func delete(_ name: String) throws(StoreError)
  /// Removes what killed writers left behind: temporary files, unfinished uploads. Those of writers
  /// that may be alive stay unless they were last written before `time`, which should be a day ago
  /// at least. Returns how many were removed.
  @discardableResult
  func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int

  /// Whether reading goes over a wire, so that a copy on this machine is worth its space.
  var isRemote: Bool { get }
  /// Hears that bytes which were read of an object did not prove true. `true` if reading them again
  /// may give others: whatever stands between drops what it kept.
  func distrust(_ name: String, _ range: Range<Int64>) -> Bool
}

extension Store {
  /// Whatever is no folder of this machine is far.
  public var isRemote: Bool { true }
  /// Nothing stands between: the place itself has these bytes.
  public func distrust(_ name: String, _ range: Range<Int64>) -> Bool { false }
  /// No folder: whatever keeps the objects, no tree of files contains it.
  public var folder: FileIdentity? { nil }

  /// All objects are kept alike.
  public func makeUpload(_ name: String, isBulk: Bool) throws(StoreError) -> any Upload {
    try makeUpload(name)
  }
}

/// An object being written. Nothing is seen under its name before `finish` returns; letting go of
/// an unfinished upload abandons it.
public protocol Upload: AnyObject {
  /// Appends bytes.
  func append(_ bytes: RawSpan) throws(StoreError)
  /// Makes the object durable, then visible.
  func finish() throws(StoreError)
}

/// One line of a listing.
public struct StoredObject: Hashable, Sendable {
  /// The full name.
  public let name: String
  /// Bytes.
  public let size: Int64

  /// A line of a listing.
  public init(name: String, size: Int64) {
    self.name = name
    self.size = size
  }
}

/// A store operation that failed.
public struct StoreError: Error, Hashable, Sendable {
  /// The kinds of failure that callers tell apart.
  public enum Code: String, Hashable, Sendable {
    /// There is no such object.
    case missing
    /// The place refuses: permissions, read-only.
    case refused
    /// No space, or a quota is used up.
    case full
    /// The object is larger than its limit.
    case limit
    /// Not tried any more: the run was asked to stop.
    case interrupted
    /// Anything else of the disk or wire.
    case failed
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was tried, as a verb: "read", "write", "list".
  public let operation: String
  /// The object, with the place it is at.
  public let object: String
  /// The cause in words, such as the kernel's.
  public let cause: String
  /// What a person can do about it, a sentence, where the place knows better than its code tells.
  public let remedy: String?

  /// A failure of `operation` on `object`.
  public init(
    _ code: Code, _ operation: String, _ object: String, _ cause: String, remedy: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.object = object
    self.cause = cause
    self.remedy = remedy
  }
}

extension StoreError: CustomStringConvertible {
  /// What was tried on which object, and why it failed.
  public var description: String { "cannot \(operation) \(object): \(cause)" }
}
