extension ServiceError {
  static let clockSkew = "ClockSkew"
  static let badName = "InvalidObjectName"
}

/// What failures mean.
extension OCIService {
  package func isAbsent(_ failure: ServiceError) -> Bool {
    failure.status == 404
      && !["BucketNotFound", "NamespaceNotFound", "NotAuthorizedOrNotFound"].contains(failure.code)
  }

  package func remedy(for failure: ServiceError) -> String? {
    let again = "run the same command again: it goes on."
    switch (failure.wire, failure.code) {
    case (.unreachable?, _):
      return "Check the network, the region, and OCI_CLI_ENDPOINT if it is set, then \(again)"
    case (.untrusted?, _):
      return "Name the certificates to trust in OCI_CLI_CERT_BUNDLE, or correct the address."
    case (.broken?, _), (.timeout?, _):
      return "When the network or the service is well again, \(again)"
    case (_?, _): return nil
    case (_, ServiceError.clockSkew):
      return "Set this machine's clock right: signatures hold for five minutes."
    case (_, ServiceError.credentials):
      return "Put the credentials right, then \(again)"
    case (_, "NotRestored"):
      return "The object is archived. Ask for it: farmio thaw PLACE --wait; it can be read about "
        + "an hour later. Then \(again)"
    case (_, "BucketNotFound"), (_, "NamespaceNotFound"), (_, "NotAuthorizedOrNotFound"):
      return OCIService.rights(
        "Make the bucket \(bucket) in the namespace \(namespace) first, or correct their names.")
    case (_, "QuotaExceeded"), (_, "LimitExceeded"):
      return "Have the limit of the tenancy raised, or make room, then \(again)"
    default: break
    }
    switch failure.status ?? 0 {
    case 401:
      return
        "Check user, tenancy, fingerprint and key, or get a new token: oci session authenticate."
    case 403: return OCIService.rights("")
    case 404: return OCIService.rights("Is it there?")
    case 429, 500...: return "When the service is well again, \(again)"
    default: return nil
    }
  }

  /// The service says "not found" also where somebody may not look.
  private static func rights(_ first: String) -> String {
    (first.isEmpty ? "" : first + " If it is there: ")
      + "let whoever asks read the bucket and manage its objects (policy: manage objects, read "
      + "buckets)."
  }
}
