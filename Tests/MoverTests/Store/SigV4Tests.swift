import FrameEngine
import Testing

@testable import Mover

/// The examples that Amazon publishes with its description of the signature.
@Suite struct SigV4Tests {
  private let signer = SigV4(
    credentials: S3Credentials(
      accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    region: "us-east-1")
  /// 2013-05-24, midnight.
  private let time = Timestamp(seconds: 1_369_353_600, nanoseconds: 0)
  private let empty = SHA256.hash(RawSpan()).hex

  private func request(
    _ method: HTTPRequest.Method, _ path: String, query: [(name: String, value: String)] = [],
    headers: [HTTPHeader] = [], hash: String? = nil
  ) -> HTTPRequest {
    let target = SigV4.Target(
      method: method, scheme: "https", host: "examplebucket.s3.amazonaws.com", path: path,
      query: query, headers: headers)
    return signer.sign(target, payloadHash: hash ?? empty, at: time)
  }

  private func signature(of request: HTTPRequest) -> Substring? {
    let line = request.headers.first { $0.name == "Authorization" }?.value
    return line?.split(separator: "Signature=").last
  }

  @Test func aRangeIsSignedAsPublished() {
    let request = request(.get, "/test.txt", headers: [HTTPHeader("range", "bytes=0-9")])
    #expect(
      signature(of: request) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    #expect(request.url == "https://examplebucket.s3.amazonaws.com/test.txt")
  }

  @Test func aListingIsSignedAsPublished() {
    let request = request(.get, "/", query: [("prefix", "J"), ("max-keys", "2")])
    #expect(
      signature(of: request) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    #expect(request.url == "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J")
  }

  @Test func aPutIsSignedAsPublished() {
    let request = request(
      .put, "/test$file.text",
      headers: [
        HTTPHeader("Date", "Fri, 24 May 2013 00:00:00 GMT"),
        HTTPHeader("x-amz-storage-class", "REDUCED_REDUNDANCY"),
      ], hash: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
    #expect(
      signature(of: request) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    #expect(request.url == "https://examplebucket.s3.amazonaws.com/test%24file.text")
  }

  @Test func theTokenOfASessionIsSentAndSigned() {
    let session = SigV4(
      credentials: S3Credentials(accessKey: "A", secretKey: "S", sessionToken: "T/1="),
      region: "r")
    let request = session.sign(
      SigV4.Target(method: .get, scheme: "http", host: "h:1", path: "/"), payloadHash: empty,
      at: time)
    #expect(request.headers.contains(HTTPHeader("x-amz-security-token", "T/1=")))
    let line = request.headers.first { $0.name == "Authorization" }?.value ?? ""
    #expect(
      line.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"))
  }

  @Test func secretsAreNotPrinted() {
    #expect("\(signer.credentials)" == "AKIAIOSFODNN7EXAMPLE")
  }

  @Test func theChecksumIsWrittenAsTheServiceReadsIt() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 66_560)
    #expect(S3Service.text(CRC32C.checksum(bytes.rawBytes)) == "sOO8/Q==")
  }
}
