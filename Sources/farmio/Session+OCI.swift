import FrameEngine
import Mover

/// Reaching Oracle's Object Storage.
extension Session {
  /// A bucket, asked as the environment and the files of Oracle's tools say.
  func ociService(
    _ bucket: String, namespace: String
  ) throws(CommandError) -> OCIService {
    let environment = environment
    do throws(OCIConfiguration.Failure) {
      let configuration = try OCIConfiguration(
        variable: { environment.text($0) },
        read: { path throws(OCIConfiguration.Failure) in try Session.credentials(path) })
      var options = HTTPClient.Options()
      options.certificateFile = configuration.certificateFile.map { FileName($0) }
      let client = HTTPClient(options, cancellation: interrupt.token)
      let endpoint = try configuration.endpoint(client: client, cancellation: interrupt.token)
      return OCIService(
        endpoint, namespace: namespace, bucket: bucket, client: client,
        cancellation: interrupt.token)
    } catch {
      if interrupt.token.isCancelled { throw .interrupted }
      throw CommandError(at: nil, "", error.reason, remedy: error.remedy)
    }
  }

  /// A file of Oracle's tools; `nil` if there is none.
  private static func credentials(_ path: String) throws(OCIConfiguration.Failure) -> [UInt8]? {
    let path = FileName(path)
    guard SmallFile.exists(path) else { return nil }
    do throws(CommandError) {
      return try SmallFile.read(path, "read the credentials", limit: 1 << 20)
    } catch {
      throw OCIConfiguration.Failure(
        reason: "cannot read '\(path)': \(error.cause)",
        remedy: error.remedy ?? "Let this user read the file.")
    }
  }
}
