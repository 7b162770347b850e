import FrameEngine

/// Copies and new names, made by the service.
extension OCIService {
  package func bucket(of other: any ObjectService) -> String? {
    guard let other = other as? OCIService, other.endpoint.host == endpoint.host,
      other.endpoint.scheme == endpoint.scheme, other.namespace == namespace
    else { return nil }
    return other.bucket
  }

  /// Bytes of an object that are sooner read and written than copied: a copy is work that the
  /// service queues, and that is asked for several times.
  static let copyFloor: Int64 = 16 << 20

  package func copy(
    _ source: ObjectInfo, from bucket: String, to key: String, _ attributes: ObjectAttributes
  ) throws(ServiceError) -> Bool {
    _ = try objectPath(key)
    // A copy names the region it goes to. Whether an object may be copied onto itself is not told.
    if endpoint.region.isEmpty || source.size < OCIService.copyFloor { return false }
    if bucket == self.bucket && source.key == key { return false }
    let metadata = attributes.metadata.map { (OCIService.metadataPrefix + $0.key, $0.value) }
    let origin = OCIService(self, bucket: bucket)
    var call = Call(.post, origin.path("actions/copyObject"))
    call.document = .object([
      "sourceObjectName": .string(source.key), "sourceObjectIfMatchETag": .string(source.tag),
      "destinationRegion": .string(endpoint.region), "destinationNamespace": .string(namespace),
      "destinationBucket": .string(self.bucket), "destinationObjectName": .string(key),
      "destinationObjectMetadata": .texts(Dictionary(uniqueKeysWithValues: metadata)),
      "destinationObjectStorageTier": attributes.storageClass.map { .string($0) },
    ])
    let response: HTTPResponse
    do throws(ServiceError) {
      response = try send(call)
    } catch {
      // Copies need a policy for the service itself, which many buckets lack.
      if [403, 404].contains(error.status ?? 0) || error.code == "InsufficientServicePermissions" {
        return false
      }
      throw error
    }
    guard let request = response["opc-work-request-id"], !request.isEmpty else {
      throw ServiceError(oci: response, message: "the answer names no work request")
    }
    return try waited(request)
  }

  /// Another bucket, asked in the same way.
  private convenience init(_ other: OCIService, bucket: String) {
    self.init(
      other.endpoint, namespace: other.namespace, bucket: bucket, client: other.client,
      clock: other.clock, cancellation: other.cancellation)
  }

  /// Seconds for which the service may work at one copy.
  private static let workTime: Int64 = 6 * 3600

  /// Waits for work that the service does by itself; whether it was done.
  private func waited(_ request: String) throws(ServiceError) -> Bool {
    let call = Call(.get, "/workRequests/\(PercentEncoding.encoded(request))")
    let end = clock.now().seconds + OCIService.workTime
    var pause = Duration.milliseconds(100)
    while clock.now().seconds < end {
      let (answer, _) = try document(call)
      switch answer["status"]?.text {
      case "COMPLETED": return true
      case "FAILED", "CANCELED": return false
      default: break
      }
      try RetryPolicy.pause(pause, clock, cancellation)
      pause = min(pause * 2, .seconds(10))
    }
    throw ServiceError(broken: "the service has not copied it in six hours: \(request)")
  }

  /// Gives an object another name, at once; fails by 412 where the name is taken.
  package func rename(_ key: String, to name: String) throws(ServiceError) {
    for key in [key, name] { _ = try objectPath(key) }
    var call = Call(.post, path("actions/renameObject"))
    call.document = .object([
      "sourceName": .string(key), "newName": .string(name), "newObjIfNoneMatchETag": .string("*"),
    ])
    _ = try send(call)
  }
}
