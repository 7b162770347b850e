/// What failures mean, and what helps.
extension S3Service {
  package func isAbsent(_ failure: ServiceError) -> Bool {
    failure.status == 404 && failure.code != "NoSuchBucket"
  }

  package func remedy(for failure: ServiceError) -> String? {
    let again = "run the same command again: it goes on."
    switch (failure.wire, failure.code) {
    case (.unreachable?, _):
      return "Check the network and AWS_ENDPOINT_URL, then \(again)"
    case (.untrusted?, _):
      return "Name the certificates to trust in AWS_CA_BUNDLE, or correct the address."
    case (.broken?, _), (.timeout?, _):
      return "When the network or the server is well again, \(again)"
    case (_?, _): return nil
    case (_, "RequestTimeTooSkewed"), (_, "RequestExpired"):
      return "Set this machine's clock right: signatures hold for minutes only."
    case (_, let code) where code.hasPrefix("Expired") || code == "TokenRefreshRequired":
      return "The credentials have ended: get new ones, then \(again)"
    case (_, "InvalidAccessKeyId"), (_, "SignatureDoesNotMatch"), (_, "InvalidToken"):
      return "Check the access key, its secret and its token, and AWS_ENDPOINT_URL."
    case (_, "NoSuchBucket"): return "Make the bucket first, or correct its name."
    case (_, "AuthorizationHeaderMalformed"), (_, "PermanentRedirect"), (_, "IllegalLocation"):
      return "Set AWS_REGION to the region that the bucket is in."
    case (_, "InvalidObjectState"):
      return
        "The object is archived: ask for it with 'farmio thaw' and the place. Once it can be "
        + "read, \(again)"
    case (_, "InvalidStorageClass"):
      return "Give a class that this service has, or leave --storage-class out."
    default: break
    }
    switch failure.status ?? 0 {
    case 301, 302, 307, 308: return "Set AWS_REGION to the region that the bucket is in."
    case 401, 403:
      return "Let this access key list the bucket, and read, write and remove what is in it."
    case 429, 500...: return "When the service is well again, \(again)"
    default: return nil
    }
  }
}
