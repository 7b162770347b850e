import FrameEngine

/// Listings, page by page.
extension S3Store {
  /// An object, and when it was last written, as text that sorts by time.
  struct Entry {
    let object: StoredObject
    let modified: String
  }

  /// Every object under a prefix, in the order of their names.
  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    try entries(prefix).map(\.object).filter { !S3Store.isMarker($0.name) }
  }

  /// Every object whose name begins with `prefix`, markers included.
  func entries(_ prefix: String) throws(StoreError) -> [Entry] {
    var entries: [Entry] = []
    var token: String?
    repeat {
      let page = try failing("list", prefix) { () throws(ServiceError) in
        try self.page(prefix, token)
      }
      for entry in page.all("Contents") {
        entries.append(try self.entry(entry, prefix))
      }
      let next = page.text("IsTruncated") == "true" ? page.text("NextContinuationToken") ?? "" : nil
      if next == "" || next != nil && next == token {
        throw StoreError(.failed, "list", place + prefix, "the listing breaks off")
      }
      token = next
    } while token != nil
    return entries
  }

  private func page(_ prefix: String, _ token: String?) throws(ServiceError) -> XMLElement {
    var call = S3Service.Call(.get)
    call.query = [
      ("list-type", "2"), ("encoding-type", "url"), ("prefix", key(prefix)),
    ]
    if let token { call.query.append(("continuation-token", token)) }
    return try service.document(call, root: "ListBucketResult")
  }

  private func entry(_ entry: XMLElement, _ prefix: String) throws(StoreError) -> Entry {
    guard let encoded = entry.text("Key"), let bytes = PercentEncoding.decoded(encoded),
      let size = entry.text("Size").flatMap({ Int64($0) }), size >= 0
    else { throw StoreError(.failed, "list", place + prefix, "an entry of the listing is broken") }
    let full = String(decoding: bytes, as: UTF8.self)
    guard full.hasPrefix(key(prefix)) else {
      throw StoreError(.failed, "list", place + prefix, "\(full) lies outside")
    }
    return Entry(
      object: StoredObject(name: String(full.dropFirst(key("").count)), size: size),
      modified: S3Store.compact(entry.text("LastModified") ?? ""))
  }

  /// `20130524T000000Z` of `2013-05-24T00:00:00.000Z`: both sort as text. A time that is not told
  /// is later than any.
  private static func compact(_ time: String) -> String {
    let digits = time.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" }
    return digits.isEmpty ? "Z" : digits + "Z"
  }
}
