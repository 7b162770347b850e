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

  @Test func aBucketOfOracleHasItsNamespace() {
    #expect(StoreAddress("oci://show@ns/a") == .oci(bucket: "show", namespace: "ns", prefix: "a/"))
    #expect(StoreAddress("oci://show@ns") == .oci(bucket: "show", namespace: "ns", prefix: ""))
  }

  @Test func serversArePathsWithPortsAndOptions() {
    #expect(
      StoreAddress("nfs://nas:2049/export//a b/?nfsport=1&mountport=2")
        == .nfs(
          .init(
            host: "nas", port: 2049, path: "/export/a b", options: ["nfsport=1", "mountport=2"])))
    #expect(
      StoreAddress("smb://10.0.0.1/share/x")
        == .smb(.init(host: "10.0.0.1", port: nil, path: "/share/x", options: [])))
    #expect(
      StoreAddress("smb://nas") == .smb(.init(host: "nas", port: nil, path: "/", options: [])))
  }

  @Test(arguments: ["/mnt/show", "show", "./s3://x", "s3:/show", "a b://c", "://x", "C://x"])
  func othersAreFolders(_ text: String) {
    #expect(StoreAddress(FileName(text)) == .folder(FileName(text)))
  }

  @Test(arguments: [
    "s3://", "s3:///", "gs://show", "http://host/x", "s3://a?b/c", "s3://a b/c", "s3://a/../b",
    "s3://a/./b", "s3://../b", "s3://a@b", "oci://a", "oci://a@", "oci://@b", "oci://a@b@c",
    "nfs://",
    "nfs:///a", "nfs://h:/a", "nfs://h:0/a", "nfs://h:99999/a", "nfs://h:1:2/a", "smb://h/a/../b",
    "smb://u@h/a",
  ])
  func whatCannotBeReachedIsRefused(_ text: String) {
    #expect(StoreAddress(FileName(text)) == nil)
  }
}
