package import FrameEngine

/// One bucket at a service of objects: S3, OCI's own, or what speaks the language of either.
///
/// Each call is one request, or pages of them, signed, and tried again as `RetryPolicy` says; the
/// failure of a call is final. Keys are any UTF-8. What a conforming type must do:
///
/// - An object appears only when all of its bytes have arrived and the service has compared their
///   checksum, where it can.
/// - An answer counts only if it is the service's: it names the object's tag. A body must be the
///   range that was asked for, and a whole one fits the checksum that the service keeps.
/// - Calls come from any thread.
package protocol ObjectService: AnyObject, Sendable {
  /// The bucket as a person types it, with a slash at the end: `s3://BUCKET/`.
  var address: String { get }

  /// Stores a small object, replacing one of this name. With `ifAbsent` a taken name is a failure
  /// that `isTaken` knows; after a lost reply it may be one's own object that has it.
  func put(
    _ key: String, _ bytes: RawSpan, _ attributes: ObjectAttributes, ifAbsent: Bool
  ) throws(ServiceError)
  /// A whole object of at most `limit` bytes.
  func get(_ key: String, limit: Int) throws(ServiceError) -> (info: ObjectInfo, bytes: [UInt8])
  /// Fills `buffer` from `offset`; fewer bytes only at the object's end. With a `tag`, fails by 412
  /// if the object is another by now.
  func read(
    _ key: String, at offset: Int64, ifTag tag: String?, into buffer: inout MutableRawSpan
  ) throws(ServiceError) -> Int
  /// What the service tells of an object; `nil` if there is none.
  func head(_ key: String) throws(ServiceError) -> ObjectInfo?
  /// One page of the objects whose keys begin with `prefix`, in the order of their bytes. Folded,
  /// what has a further slash shows as one prefix that ends with it.
  func page(_ prefix: String, folded: Bool, from position: ObjectPosition) throws(ServiceError)
    -> ObjectPage
  /// Removes an object; that it is gone already is no failure.
  func remove(_ key: String, tries: ServiceTries) throws(ServiceError)
  /// Removes at most `Self.removalLimit` objects at once; the failure of each that stays.
  func remove(_ keys: [String]) throws(ServiceError) -> [(key: String, failure: ServiceError)]
  /// The name by which this service knows the bucket of another, where it can copy from there by
  /// itself; `nil` where it cannot.
  func bucket(of other: any ObjectService) -> String?
  /// Has the service copy an object of its own; `false` if it cannot, and bytes must travel.
  func copy(
    _ source: ObjectInfo, from bucket: String, to key: String, _ attributes: ObjectAttributes
  ) throws(ServiceError) -> Bool

  /// Begins an object in parts. After a lost reply there may be a second upload of this key, of
  /// which only `uploads` tells.
  func beginUpload(_ key: String, _ attributes: ObjectAttributes) throws(ServiceError)
    -> (id: String, hasDouble: Bool)
  /// Puts a part on the wire. `bytes` stay in place until `finish` returns.
  @unsafe func start(_ part: ObjectPart, _ bytes: UnsafeRawBufferPointer) -> HTTPExchange
  /// Waits for a part; one that failed for a passing reason is sent again.
  func finish(_ part: ObjectPart, _ exchange: HTTPExchange, _ bytes: RawSpan) throws(ServiceError)
    -> PartReceipt
  /// Joins parts, in the order of their numbers, into the object. 404 after a lost reply may mean
  /// that it was done.
  func completeUpload(_ key: String, _ id: String, _ parts: [PartReceipt]) throws(ServiceError)
  /// Gives an upload up; that it is gone already is no failure.
  func abortUpload(_ key: String, _ id: String, tries: ServiceTries) throws(ServiceError)
  /// The unfinished uploads of objects whose keys begin with `prefix`.
  func uploads(_ prefix: String) throws(ServiceError) -> [PendingUpload]
  /// The parts of an unfinished upload that have arrived, by number.
  func parts(_ key: String, _ id: String) throws(ServiceError) -> [PartReceipt]

  /// Whether a failure says that there is no such object, or upload. A bucket that is not there is
  /// another matter.
  func isAbsent(_ failure: ServiceError) -> Bool
  /// What a person can do about a failure; `nil` where nothing general can be said.
  func remedy(for failure: ServiceError) -> String?
}

extension ObjectService {
  /// Objects that `remove` takes at once.
  package static var removalLimit: Int { 1000 }
  /// Most services copy within themselves alone.
  package func bucket(of other: any ObjectService) -> String? { nil }
}

extension ServiceError {
  /// Whether the name of a conditional create is taken.
  var isTaken: Bool { status == 412 }
}

/// How often a call is tried.
package enum ServiceTries: Sendable {
  /// As `RetryPolicy` says.
  case usual
  /// Once: whoever calls has a way out.
  case once
}

/// What is stored with an object.
package struct ObjectAttributes: Hashable, Sendable {
  /// The media type.
  package var contentType = "application/octet-stream"
  /// Names and values of one's own; names in lower case.
  package var metadata: [String: String] = [:]
  /// The class or tier it is kept in, in the service's words; `nil` for the bucket's own.
  package var storageClass: String?

  /// Attributes with some metadata.
  package init(metadata: [String: String] = [:]) { self.metadata = metadata }
}

/// What a service tells of an object.
package struct ObjectInfo: Hashable, Sendable {
  package var key: String
  /// Bytes.
  package var size: Int64
  /// The service's word for this content; opaque.
  package var tag: String
  /// When it was stored.
  package var stored: Timestamp?
  /// The MD5 of the content, where the service tells one that is not of parts.
  package var md5: [UInt8]?
  /// The CRC-32C of the content, where the service keeps one.
  package var crc32c: UInt32?
  /// The class or tier; `nil` for the usual one.
  package var storageClass: String?
  /// Of `head` and `get` alone: the media type.
  package var contentType: String?
  /// Of `head` and `get` alone: names, in lower case, and values stored with it.
  package var metadata: [String: String] = [:]
}

/// Where a listing goes on.
package enum ObjectPosition: Hashable, Sendable {
  case start
  /// Behind a key.
  case after(String)
  /// Where the page before said so; opaque.
  case token(String)
}

/// One page of a listing.
package struct ObjectPage: Sendable {
  package var objects: [ObjectInfo] = []
  /// What lies deeper, each with a slash at its end.
  package var prefixes: [String] = []
  /// `nil` on the last page.
  package var next: ObjectPosition?
}

/// A part of an object in parts.
package struct ObjectPart: Hashable, Sendable {
  package let key: String
  package let upload: String
  /// From 1 on.
  package let number: Int
  package let crc32c: UInt32
}

/// A part as the service has it.
package struct PartReceipt: Hashable, Sendable {
  package var number: Int
  package var tag: String
  /// Bytes; `nil` where nobody asked.
  package var size: Int64?
  package var md5: [UInt8]?
  package var crc32c: UInt32?
}

/// An upload that nobody has finished.
package struct PendingUpload: Hashable, Sendable {
  package let key: String
  package let id: String
}
