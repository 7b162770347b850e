import FrameEngine
import Glibc
import Testing

@testable import Mover

/// A file with the key that Oracle publishes for its examples, for a run by hand.
private let publishedKey = unsafe getenv("FARMIO_TEST_OCI_KEY").map { unsafe String(cString: $0) }

/// The texts of the two examples that Oracle publishes ("Request Signatures"), signed with a key made
/// here: theirs stays out of the sources. Signatures are compared with Oracle's SDK in Tests/Stores.
@Suite struct OCISignerTests {
  private static let key = RSAKey.generate(bits: 1024)
  private let signer = OCISigner(keyID: "T/U/F", key: key)
  private let date = "Thu, 05 Jan 2014 21:31:40 GMT"
  private let host = "iaas.us-phoenix-1.oraclecloud.com"
  private let compartment =
    "ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa"
  private let volume =
    "ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q"
  private let instance =
    "ocid1.instance.oc1.phx.abuw4ljrlsfiqw6vzzxb43vyypt4pkodawglp3wqxjqofakrwvou52gb6s5a"

  private func target(
    _ method: HTTPRequest.Method, _ path: String, _ query: [(name: String, value: String)] = []
  ) -> OCISigner.Target {
    OCISigner.Target(method: method, scheme: "https", host: host, path: path, query: query)
  }

  private func authorization(_ request: HTTPRequest) -> String {
    request.headers.first { $0.name == "authorization" }?.value ?? ""
  }

  /// What the header says if exactly `text` was signed.
  private func expected(_ names: String, _ text: String) -> String {
    "Signature algorithm=\"rsa-sha256\",headers=\"\(names)\",keyId=\"T/U/F\""
      + ",signature=\"\(Base64.text(OCISignerTests.key.signature(of: text)))\",version=\"1\""
  }

  private var query: [(name: String, value: String)] {
    [
      ("availabilityDomain", "Pjwf: PHX-AD-1"), ("compartmentId", compartment),
      ("displayName", "TeamXInstances"), ("volumeId", volume),
    ]
  }

  @Test func aRequestWithoutBodySignsThreeLines() {
    let request = signer.sign(
      target(.get, "/20160918/instances", query), .unsigned, date: date)
    let path =
      "/20160918/instances?availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=\(compartment)"
      + "&displayName=TeamXInstances&volumeId=\(volume)"
    let text = "date: \(date)\n(request-target): get \(path)\nhost: \(host)"
    #expect(authorization(request) == expected("date (request-target) host", text))
    #expect(request.url == "https://\(host)\(path)")
    #expect(request.headers.map(\.name) == ["date", "authorization"])
  }

  private var attachment: [UInt8] {
    let lines = [
      "{", "    \"compartmentId\": \"\(compartment)\",", "    \"instanceId\": \"\(instance)\",",
      "    \"volumeId\": \"\(volume)\"", "}",
    ]
    return Array(lines.joined(separator: "\n").utf8)
  }

  @Test func aBodyIsSignedByLengthTypeAndHash() {
    #expect(attachment.count == 316)
    let request = signer.sign(
      target(.post, "/20160918/volumeAttachments"),
      .signed(type: "application/json", attachment), date: date)
    let text =
      "date: \(date)\n(request-target): post /20160918/volumeAttachments\nhost: \(host)\n"
      + "content-length: 316\ncontent-type: application/json\n"
      + "x-content-sha256: V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0="
    let names =
      "date (request-target) host content-length content-type x-content-sha256"
    #expect(authorization(request) == expected(names, text))
  }

  @Test func anEmptyBodyIsSignedToo() {
    let request = signer.sign(
      target(.post, "/x"), .signed(type: "application/json", []), date: date)
    #expect(
      request.headers.contains(
        HTTPHeader("x-content-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")))
  }

  @Test func theFederationSeesNoHost() {
    let request = signer.sign(
      target(.post, "/v1/x509"), .federation(type: "application/json", []), date: date)
    let names = "date (request-target) content-length content-type x-content-sha256"
    #expect(authorization(request).contains("headers=\"\(names)\""))
  }

  @Test func rawBytesAreNotSigned() {
    let request = signer.sign(target(.put, "/n/ns/b/b/o/a%2Fb"), .unsigned, date: date)
    #expect(authorization(request).contains("headers=\"date (request-target) host\""))
    #expect(!request.headers.contains { $0.name == "x-content-sha256" })
  }

  @Test(.enabled(if: publishedKey != nil)) func thePublishedSignaturesAreMade() throws {
    let pem = try ThreadDisk().contents(
      of: FileName(try #require(publishedKey)), in: .current, limit: RSAKey.fileLimit)
    let key = try RSAKey(pem: pem, passphrase: nil)
    let signer = OCISigner(keyID: "T/U/F", key: key)
    let get = signer.sign(target(.get, "/20160918/instances", query), .unsigned, date: date)
    #expect(
      authorization(get).contains(
        "GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkFIWtTtLBj3sUzaFj34XE6YZ"
          + "AHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTll8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M="))
    let post = signer.sign(
      target(.post, "/20160918/volumeAttachments"),
      .signed(type: "application/json", attachment), date: date)
    #expect(
      authorization(post).contains(
        "Mje8vIDPlwIHmD/cTDwRxE7HaAvBg16JnVcsuqaNRim23fFPgQfLoOOxae6WqKb1uPjYEl0qIdazWaBy/Ml8DRhq"
          + "locMwoSXv0fbukP8J5N80LCmzT/FFBvIvTB91XuXI3hYfP9Zt1l7S6ieVadHUfqBedWH0itrtPJBgKmrWso="))
  }
}
