import Testing

@testable import Mover

@Suite struct PercentEncodingTests {
  @Test func onlyUnreservedBytesStay() {
    let unreserved = "ABCXYZabcxyz0189-._~"
    #expect(PercentEncoding.encoded(unreserved) == unreserved)
    #expect(
      PercentEncoding.encoded(" !\"#$%&'()*+,/") == "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F")
    #expect(PercentEncoding.encoded("é\u{7F}\n") == "%C3%A9%7F%0A")
  }

  @Test func slashesStayWhereTheyPart() {
    #expect(PercentEncoding.encoded("a/b c/.././d", keepsSlashes: true) == "a/b%20c/.././d")
    #expect(PercentEncoding.encoded("a/b") == "a%2Fb")
  }

  @Test func everyByteComesBack() {
    let all = String(decoding: (0...127).map { UInt8($0) }, as: UTF8.self) + "ÿ漢🎬"
    #expect(PercentEncoding.decoded(PercentEncoding.encoded(all)) == Array(all.utf8))
    #expect(PercentEncoding.decoded("a%2fb") == Array("a/b".utf8))
  }

  @Test(arguments: ["%", "%2", "a%", "%zz", "%+1", "% 1", "%-1", "%é"])
  func whatIsNoEncodingIsRefused(_ text: String) {
    #expect(PercentEncoding.decoded(text) == nil)
  }
}
