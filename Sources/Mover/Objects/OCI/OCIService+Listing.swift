import FrameEngine

/// Listings of objects.
extension OCIService {
  /// What is asked for of each object; the service tells names alone otherwise.
  private static let fields = "name,size,etag,md5,timeCreated,timeModified,storageTier"

  package func page(_ prefix: String, folded: Bool, from position: ObjectPosition)
    throws(ServiceError) -> ObjectPage
  {
    var call = Call(.get, path("o"))
    call.query = [("fields", OCIService.fields), ("limit", "1000")]
    if !prefix.isEmpty { call.query.append(("prefix", prefix)) }
    if folded { call.query.append(("delimiter", "/")) }
    switch position {
    case .start: break
    case .after(let key): call.query.append(("startAfter", key))
    case .token(let name): call.query.append(("start", name))
    }
    let (answer, response) = try document(call)
    guard case .array(let objects)? = answer["objects"] else {
      throw ServiceError(oci: response, message: "the answer is no listing")
    }
    var page = ObjectPage()
    for entry in objects { page.objects.append(try listed(entry, under: prefix)) }
    for entry in answer["prefixes"]?.elements ?? [] {
      page.prefixes.append(try name(entry, under: prefix))
    }
    guard let next = answer["nextStartWith"]?.text else { return page }
    guard !next.isEmpty, position != .token(next) else {
      throw ServiceError(broken: "the listing breaks off")
    }
    page.next = .token(next)
    return page
  }

  private func listed(_ entry: JSONValue, under prefix: String) throws(ServiceError) -> ObjectInfo {
    let key = try name(entry["name"], under: prefix)
    guard let size = entry["size"]?.integer, size >= 0 else {
      throw ServiceError(broken: "the listing tells no size of \(key)")
    }
    let time = entry["timeModified"] ?? entry["timeCreated"]
    return ObjectInfo(
      key: key, size: size, tag: entry["etag"]?.text ?? "",
      stored: time?.text.flatMap { CalendarTime.time(ofISO: $0) },
      md5: entry["md5"]?.text.flatMap { OCIService.md5($0) },
      storageClass: OCIService.tier(entry["storageTier"]?.text))
  }

  private func name(_ value: JSONValue?, under prefix: String) throws(ServiceError) -> String {
    guard let name = value?.text else {
      throw ServiceError(broken: "an entry of the listing is broken")
    }
    guard name.hasPrefix(prefix) else {
      throw ServiceError(broken: "\(name) is listed, and lies outside of \(prefix)")
    }
    return name
  }
}
