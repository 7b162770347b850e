import FrameEngine

/// Objects of the archive classes, and RestoreObject.
extension S3Service: ArchiveService {
  package func isArchived(_ object: ObjectInfo) -> Bool {
    S3Service.archiveClasses.contains(object.storageClass ?? "")
  }

  package func requestThaw(_ key: String, _ order: ThawOrder) throws(ServiceError) -> ThawState {
    var call = Call(.post, key)
    call.query = [("restore", "")]
    let tier =
      switch order.speed {
      case .expedited: "Expedited"
      case .standard: "Standard"
      case .bulk: "Bulk"
      }
    let body = Array(
      ("<RestoreRequest xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Days>\(order.days)"
        + "</Days><GlacierJobParameters><Tier>\(tier)</Tier></GlacierJobParameters>"
        + "</RestoreRequest>").utf8)
    call.headers = [
      HTTPHeader("Content-Type", "application/xml"),
      HTTPHeader("Content-MD5", Base64.text(MD5.hash(body.rawBytes))),
    ]
    do throws(ServiceError) {
      let answer = try send(call, body: body.rawBytes) { response throws(ServiceError) in
        // A portal says 200 with a page of its own; the service has nothing to say.
        if response.byteCount > 0 {
          throw S3Service.failure(response, message: "the answer is not the service's")
        }
      }
      // 202: begun. 200: readable already, and for longer now.
      return answer.status == 200 ? .readable : .underway
    } catch {
      if error.code == "RestoreAlreadyInProgress" { return .underway }
      throw error
    }
  }

  package func thawState(_ key: String) throws(ServiceError) -> ThawState {
    let answer = try send(Call(.head, key), check: S3Service.checkTag)
    guard let restore = answer["x-amz-restore"] else {
      let storageClass = answer["x-amz-storage-class"] ?? ""
      return S3Service.archiveClasses.contains(storageClass) ? .archived : .readable
    }
    return restore.contains("ongoing-request=\"false\"") ? .readable : .underway
  }

  /// Classes whose objects must be asked for.
  private static let archiveClasses: Set<String> = ["GLACIER", "DEEP_ARCHIVE"]
}
