import Testing

@testable import Mover

@Suite struct S3ConfigurationTests {
  private func configuration(
    _ variables: [String: String], credentials: String = "", config: String = ""
  ) -> S3Configuration {
    S3Configuration(
      variable: { variables[$0] }, credentialsFile: INIFile(Array(credentials.utf8)),
      configFile: INIFile(Array(config.utf8)))
  }

  private let keys = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"]

  @Test func variablesWinOverFiles() throws {
    let files = "[default]\naws_access_key_id = F\naws_secret_access_key = FS\nregion = r1"
    let variables = keys.merging(["AWS_REGION": "r2", "AWS_SESSION_TOKEN": "T"]) { $1 }
    let endpoint = try configuration(variables, credentials: files, config: files)
      .endpoint(for: "b")
    #expect(
      endpoint.credentials == S3Credentials(accessKey: "A", secretKey: "S", sessionToken: "T"))
    #expect(endpoint.region == "r2")
    let file = try configuration([:], credentials: files, config: files).endpoint(for: "b")
    #expect(file.credentials == S3Credentials(accessKey: "F", secretKey: "FS"))
    #expect(file.region == "r1")
  }

  @Test func keySecretAndTokenComeFromOnePlace() throws {
    let credentials = "[default]\naws_access_key_id = F\naws_secret_access_key = FS\n"
    let config =
      "[default]\naws_access_key_id = C\naws_secret_access_key = CS\n"
      + "aws_session_token = CT\n"
    let both = configuration([:], credentials: credentials, config: config)
    #expect(
      try both.endpoint(for: "b").credentials == S3Credentials(accessKey: "F", secretKey: "FS"))
    let half = configuration(["AWS_ACCESS_KEY_ID": "A"], credentials: credentials)
    #expect(throws: S3Configuration.Failure.self) { try half.endpoint(for: "b") }
    let token = configuration(["AWS_SESSION_TOKEN": "T"], credentials: credentials)
    #expect(try token.endpoint(for: "b").credentials.sessionToken == nil)
  }

  @Test func profilesAreSections() throws {
    let credentials = "[show]\naws_access_key_id = P\naws_secret_access_key = PS\n"
    let config = "[profile show]\nregion = r3\nendpoint_url = http://filer:9000/\n"
    let endpoint = try configuration(
      ["AWS_PROFILE": "show"], credentials: credentials, config: config
    ).endpoint(for: "b")
    #expect(endpoint.credentials.accessKey == "P")
    #expect(endpoint.region == "r3")
    #expect(endpoint.host == "filer:9000")
    let other = configuration(["AWS_PROFILE": "other"], credentials: credentials, config: config)
    let error = #expect(throws: S3Configuration.Failure.self) { try other.endpoint(for: "b") }
    #expect(error?.reason.contains("'other'") == true)
  }

  @Test func amazonIsAskedByHostOthersByPath() throws {
    let amazon = try configuration(keys).endpoint(for: "bucket")
    #expect(amazon.scheme == "https" && amazon.host == "s3.us-east-1.amazonaws.com")
    #expect(!amazon.usesPathStyle)
    #expect(try configuration(keys).endpoint(for: "with.dots").usesPathStyle)
    let other = keys.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:9000"]) { $1 }
    #expect(try configuration(other).endpoint(for: "bucket").usesPathStyle)
    let special = other.merging(["AWS_ENDPOINT_URL_S3": "https://s3.example"]) { $1 }
    #expect(try configuration(special).endpoint(for: "bucket").host == "s3.example")
  }

  @Test(arguments: [
    "", "host:9000", "ftp://host", "http://", "http://h/path", "http://user@h", "http://h?x",
  ])
  func addressesThatCannotBeAskedAreRefused(_ address: String) {
    let variables = keys.merging(["AWS_ENDPOINT_URL": address]) { $1 }
    #expect(throws: S3Configuration.Failure.self) {
      try configuration(variables).endpoint(for: "b")
    }
  }
}
