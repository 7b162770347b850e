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
