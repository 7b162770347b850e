package import FrameEngine

/// An address that lets anybody who has it do one thing in a bucket, without a key: a pre-authenticated
/// request. It is a secret, told once, when it is made.
package struct OCIAccess: Hashable, Sendable {
  /// What it allows.
  package enum Right: String, Hashable, Sendable {
    case readObject = "ObjectRead"
    case writeObject = "ObjectWrite"
    case readAndWriteObject = "ObjectReadWrite"
    case readAny = "AnyObjectRead"
    case writeAny = "AnyObjectWrite"
    case readAndWriteAny = "AnyObjectReadWrite"
  }

  /// By which it is removed.
  package let id: String
  /// What somebody called it.
  package let name: String
  /// As the service says it: a later service may know other rights.
  package let right: String
  /// The object, or what the names of objects begin with; `nil` for all of the bucket.
  package let object: String?
  /// When it ends.
  package let end: Timestamp
  /// The whole address, where it was just made. Never printed.
  package let url: Secret?

  /// A text that does not show itself where it is printed by accident.
  package struct Secret: Hashable, Sendable, CustomStringConvertible {
    /// The text.
    package let text: String
    package var description: String { "(a secret address)" }
  }
}

/// Addresses without a key.
extension OCIService {
  /// Makes an address that allows `right` until `end` on one object, or on those whose names begin
  /// with `object`. Reading any object includes listing them.
  package func makeAccess(
    named name: String, _ right: OCIAccess.Right, object: String?, until end: Timestamp
  ) throws(ServiceError) -> OCIAccess {
    var call = Call(.post, path("p/"))
    let lists = right == .readAny || right == .readAndWriteAny
    call.document = .object([
      "name": .string(name), "accessType": .string(right.rawValue),
      "timeExpires": .string(CalendarTime(end).iso), "objectName": object.map { .string($0) },
      "bucketListingAction": lists ? .string("ListObjects") : nil,
    ])
    // After a lost reply there may be a second one, which ends by itself.
    let (answer, response) = try document(call)
    guard let uri = answer["accessUri"]?.text, uri.hasPrefix("/p/") else {
      throw ServiceError(oci: response, message: "the answer has no address")
    }
    let url = OCIAccess.Secret(text: "\(endpoint.scheme)://\(endpoint.host)\(uri)")
    return try access(answer, url)
  }

  /// Every such address of the bucket that has not been removed.
  package func accesses() throws(ServiceError) -> [OCIAccess] {
    var call = Call(.get, path("p/"))
    call.query = [("limit", "1000")]
    var accesses: [OCIAccess] = []
    for entry in try pages(call) { accesses.append(try access(entry, nil)) }
    return accesses
  }

  /// Ends an address; that it is gone already is no failure.
  package func removeAccess(_ id: String) throws(ServiceError) {
    try remove(Call(.delete, path("p/\(PercentEncoding.encoded(id))")), tries: .usual)
  }

  private func access(_ entry: JSONValue, _ url: OCIAccess.Secret?) throws(ServiceError)
    -> OCIAccess
  {
    guard let id = entry["id"]?.text, let name = entry["name"]?.text,
      let right = entry["accessType"]?.text,
      let end = entry["timeExpires"]?.text.flatMap({ CalendarTime.time(ofISO: $0) })
    else { throw ServiceError(broken: "an entry of the pre-authenticated requests is broken") }
    return OCIAccess(
      id: id, name: name, right: right, object: entry["objectName"]?.text, end: end, url: url)
  }
}
