import FrameEngine
import Testing

@testable import Mover

@Suite struct StoreAddressTests {
  @Test func bucketsAndPrefixesAreTakenApart() {
    #expect(StoreAddress("s3://show") == .s3(bucket: "show", prefix: ""))
    #expect(StoreAddress("s3://show/") == .s3(bucket: "show", prefix: ""))
    #expect(StoreAddress("s3://show/a/b c") == .s3(bucket: "show", prefix: "a/b c/"))
    #expect(StoreAddress("s3://show//a//") == .s3(bucket: "show", prefix: "a/"))
  }

  @Test(arguments: ["/mnt/show", "show", "./s3://x", "s3:/show", "a b://c", "://x", "C://x"])
  func othersAreFolders(_ text: String) {
    #expect(StoreAddress(FileName(text)) == .folder(FileName(text)))
  }

  @Test(arguments: [
    "s3://", "s3:///", "gs://show", "http://host/x", "s3://a?b/c", "s3://a b/c", "s3://a/../b",
    "s3://a/./b", "s3://../b",
  ])
  func whatCannotBeReachedIsRefused(_ text: String) {
    #expect(StoreAddress(FileName(text)) == nil)
  }
}
