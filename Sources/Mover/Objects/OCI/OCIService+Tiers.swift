/// Where an object is kept, and whether it can be read.
package struct OCITier: Hashable, Sendable {
  /// `Standard`, `InfrequentAccess`, `Archive`, or a word that a later service has.
  package let name: String
  /// Of an archived object: `Archived`, `Restoring` or `Restored`.
  package let archivalState: String?

  /// Whether its bytes can be read now.
  package var isReadable: Bool { archivalState == nil || archivalState == "Restored" }
}

/// Tiers, and objects that were archived.
extension OCIService {
  /// The tier of an object; `nil` if there is no such object.
  package func tier(of key: String) throws(ServiceError) -> OCITier? {
    let call = Call(.head, try objectPath(key))
    do throws(ServiceError) {
      let response = try send(call, check: OCIService.checkTag)
      return OCITier(
        name: response["storage-tier"] ?? "Standard", archivalState: response["archival-state"])
    } catch {
      guard isAbsent(error) else { throw error }
      return nil
    }
  }

  /// Asks for an archived object to be made readable, for `hours` hours from 1 to 240. It takes about
  /// an hour; `tier(of:)` tells when it is done.
  package func restoreArchived(_ key: String, hours: Int) throws(ServiceError) {
    precondition((1...240).contains(hours), "the service restores for 1 to 240 hours")
    _ = try objectPath(key)
    var call = Call(.post, path("actions/restoreObjects"))
    call.document = .object(["objectName": .string(key), "hours": .number(hours)])
    _ = try send(call)
  }

  /// Moves an object to another tier.
  package func setTier(_ tier: String, of key: String) throws(ServiceError) {
    _ = try objectPath(key)
    var call = Call(.post, path("actions/updateObjectStorageTier"))
    call.document = .object(["objectName": .string(key), "storageTier": .string(tier)])
    _ = try send(call)
  }
}

/// Objects of the archive tier, which an order makes readable for a while.
extension OCIService: ArchiveService {
  /// Days for which the service keeps a restored object readable, at most.
  private static let thawDays = 10

  package func isArchived(_ object: ObjectInfo) -> Bool { object.storageClass == "Archive" }

  /// The service knows one speed, an hour or so, whatever the order says.
  package func requestThaw(_ key: String, _ order: ThawOrder) throws(ServiceError) -> ThawState {
    guard order.days <= OCIService.thawDays else {
      throw ServiceError(
        status: nil, code: "InvalidParameter",
        message: "the service keeps objects readable for \(OCIService.thawDays) days at most",
        requestID: nil)
    }
    let state = try thawState(key)
    if state == .underway { return state }
    try restoreArchived(key, hours: order.days * 24)
    return try thawState(key)
  }

  package func thawState(_ key: String) throws(ServiceError) -> ThawState {
    guard let tier = try tier(of: key) else {
      throw ServiceError(
        status: 404, code: "ObjectNotFound", message: "the object is gone", requestID: nil)
    }
    if tier.isReadable { return .readable }
    return tier.archivalState == "Restoring" ? .underway : .archived
  }
}
