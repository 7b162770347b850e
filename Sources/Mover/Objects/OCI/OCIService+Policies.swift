package import FrameEngine

/// The rules by which the service removes and moves objects by itself. They work only where a policy
/// lets the service manage the bucket's objects.
extension OCIService {
  /// Every rule of the bucket, and the tag of their state; no rules and no tag where there never were
  /// any.
  package func lifecycle() throws(ServiceError) -> (rules: [JSONValue], tag: String?) {
    do throws(ServiceError) {
      let (answer, response) = try document(Call(.get, path("l")))
      return (answer["items"]?.elements ?? [], response["etag"])
    } catch {
      guard isAbsent(error) else { throw error }
      return ([], nil)
    }
  }

  /// Puts a rule in place of the one of its name, or beside the others. The service knows only all
  /// rules at once, so that they are read, and written if nobody was faster; if somebody was, again.
  package func setRule(_ rule: JSONValue) throws(ServiceError) {
    guard let name = rule["name"] else { preconditionFailure("a rule has a name") }
    try changeRules { rules in
      if rules.contains(rule) { return false }
      rules.removeAll { $0["name"] == name }
      rules.append(rule)
      return true
    }
  }

  /// Takes a rule away; that there is none of this name is no failure.
  package func removeRule(_ name: String) throws(ServiceError) {
    try changeRules { rules in
      let count = rules.count
      rules.removeAll { $0["name"]?.text == name }
      return rules.count < count
    }
  }

  /// The rule by which the service ends uploads in parts that nobody has finished for `days` days.
  package static func abortingRule(days: Int) -> JSONValue {
    .object([
      "name": .string("farmio-unfinished-uploads"), "target": .string("multipart-uploads"),
      "action": .string("ABORT"), "timeAmount": .number(days), "timeUnit": .string("DAYS"),
      "isEnabled": .bool(true),
    ])
  }

  /// How often rules are read again because somebody else changed them meanwhile.
  private static let ruleTries = 5

  private func changeRules(_ change: (inout [JSONValue]) -> Bool) throws(ServiceError) {
    for number in 1...OCIService.ruleTries {
      var (rules, tag) = try lifecycle()
      guard change(&rules) else { return }
      var call = Call(rules.isEmpty ? .delete : .put, path("l"))
      if !rules.isEmpty { call.document = .object(["items": .array(rules)]) }
      call.headers = [tag.map { HTTPHeader("if-match", $0) } ?? HTTPHeader("if-none-match", "*")]
      do throws(ServiceError) {
        _ = try send(call)
        return
      } catch {
        guard error.status == 412, number < OCIService.ruleTries else { throw error }
      }
    }
  }
}

/// A bucket that the service keeps a copy of in another region.
package struct OCIReplication: Hashable, Sendable {
  /// By which it is removed.
  package let id: String
  /// What somebody called it.
  package let name: String
  package let region: String
  package let bucket: String
  /// `ACTIVE`, `CLIENT_ERROR`, or another word of the service.
  package let status: String
  /// Everything stored before this moment is at the other end: what would be left after a disaster.
  package let synced: Timestamp?
}

/// Replication.
extension OCIService {
  /// Has the service keep a copy in another region from now on. The other bucket can be written by
  /// nobody else until it is made writable.
  package func replicate(to bucket: String, region: String, named name: String)
    throws(ServiceError) -> OCIReplication
  {
    var call = Call(.post, path("replicationPolicies"))
    call.document = .object([
      "name": .string(name), "destinationRegionName": .string(region),
      "destinationBucketName": .string(bucket),
    ])
    let (answer, _) = try document(call)
    return try replication(answer)
  }

  /// Where the bucket is copied to.
  package func replications() throws(ServiceError) -> [OCIReplication] {
    var replications: [OCIReplication] = []
    for entry in try pages(Call(.get, path("replicationPolicies"))) {
      replications.append(try replication(entry))
    }
    return replications
  }

  /// Ends a replication; that it is gone already is no failure.
  package func removeReplication(_ id: String) throws(ServiceError) {
    let path = path("replicationPolicies/\(PercentEncoding.encoded(id))")
    try remove(Call(.delete, path), tries: .usual)
  }

  /// Makes the bucket, the target of a replication, one that can be written; the replication ends.
  package func makeWritable() throws(ServiceError) {
    _ = try send(Call(.post, path("actions/makeBucketWritable")))
  }

  private func replication(_ entry: JSONValue) throws(ServiceError) -> OCIReplication {
    guard let id = entry["id"]?.text, let name = entry["name"]?.text,
      let region = entry["destinationRegionName"]?.text,
      let bucket = entry["destinationBucketName"]?.text, let status = entry["status"]?.text
    else { throw ServiceError(broken: "an entry of the replications is broken") }
    return OCIReplication(
      id: id, name: name, region: region, bucket: bucket, status: status,
      synced: entry["timeLastSync"]?.text.flatMap { CalendarTime.time(ofISO: $0) })
  }
}
