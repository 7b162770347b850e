import FrameEngine
import Glibc
import Testing

@testable import Mover

private let hasServer = unsafe getenv("FARMIO_TEST_OCI") != nil

/// What a bucket of Oracle's cloud offers, against the server that `FARMIO_TEST_OCI` names (see
/// `StorePlace`): `make stores` runs it with our own, where archived objects are restored at once.
@Suite(.serialized, .enabled(if: hasServer)) struct OCIBucketTests {
  private let service: OCIService
  /// Every test has names of its own.
  private let prefix = "test-\(String(UInt64.random(in: .min ... .max), radix: 16))/"

  init() throws { service = try StorePlace.oracleService() }

  private func failure(_ body: () throws(ServiceError) -> Void) -> ServiceError? {
    do throws(ServiceError) { try body() } catch { return error }
    return nil
  }

  private func put(_ key: String, _ bytes: [UInt8], tier: String? = nil) throws {
    var attributes = ObjectAttributes(metadata: ["mtime": "1.5"])
    attributes.contentType = "image/x-exr"
    attributes.storageClass = tier
    try service.put(prefix + key, bytes.rawBytes, attributes, ifAbsent: false)
  }

  @Test(arguments: [
    "a b", "é/漢/🎬", "a//b", "+%2F?#&=", "\t\u{1}", String(repeating: "n", count: 900),
  ])
  func anyNameIsKept(_ name: String) throws {
    try put(name, [1, 2, 3])
    #expect(try service.get(prefix + name, limit: 10).bytes == [1, 2, 3])
    #expect(try service.all(prefix).map(\.key) == [prefix + name])
    try service.remove(prefix + name, tries: .usual)
    #expect(try service.head(prefix + name) == nil)
  }

  @Test(arguments: ["", ".", "..", "a\nb", "a\rb", "a\0b", String(repeating: "é", count: 513)])
  func namesThatTheServiceDoesNotTakeAreRefused(_ name: String) {
    let refusal = failure { () throws(ServiceError) in try service.remove(name, tries: .usual) }
    #expect(refusal?.code == ServiceError.badName)
    #expect(failure { () throws(ServiceError) in _ = try service.head(name) } != nil)
  }

  @Test func whatIsStoredBesideTheBytesComesBack() throws {
    try put("object", Array("123456789".utf8))
    let info = try #require(try service.head(prefix + "object"))
    #expect(info.metadata == ["mtime": "1.5"])
    #expect(info.size == 9 && info.crc32c == 0xE306_9283 && info.md5?.count == 16)
    #expect(info.storageClass == nil)
    let now = SystemClock().now().seconds
    #expect(info.stored.map { abs($0.seconds - now) < 100 } == true)
    let listed = try #require(try service.all(prefix).first)
    #expect(listed.tag == info.tag && listed.size == 9 && listed.md5 == info.md5)
  }

  @Test func foldersAreFoldedPageByPage() throws {
    for name in ["1", "a/1", "a/2", "b", "é/1"] { try put(name, []) }
    let page = try service.page(prefix, folded: true, from: .start)
    #expect(page.objects.map(\.key) == ["1", "b"].map { prefix + $0 })
    #expect(page.prefixes == ["a/", "é/"].map { prefix + $0 })
    let after = try service.page(prefix, folded: false, from: .after(prefix + "a/2"))
    #expect(after.objects.map(\.key) == ["b", "é/1"].map { prefix + $0 })
  }

  @Test func aReadTellsAnotherContent() throws {
    try put("object", [1, 2, 3])
    let tag = try #require(try service.head(prefix + "object")).tag
    try put("object", [4, 5, 6])
    var bytes = [UInt8](repeating: 0, count: 2)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    let key = prefix + "object"
    var status: Int?
    do throws(ServiceError) {
      _ = try service.read(key, at: 0, ifTag: tag, into: &buffer)
    } catch { status = error.status }
    #expect(status == 412)
  }

  @Test func manyAreRemovedAtOnce() throws {
    for name in ["1", "2"] { try put(name, []) }
    #expect(try service.remove(["1", "2", "gone"].map { prefix + $0 }).isEmpty)
    #expect(try service.all(prefix).isEmpty)
  }

  @Test func aNewNameIsTakenOrGiven() throws {
    for name in ["old", "taken"] { try put(name, [1]) }
    try service.rename(prefix + "old", to: prefix + "new")
    #expect(try service.head(prefix + "old") == nil)
    let refusal = failure { () throws(ServiceError) in
      try service.rename(prefix + "new", to: prefix + "taken")
    }
    #expect(refusal?.isTaken == true)
  }

  @Test func theServiceCopiesWhatIsLarge() throws {
    let large = [UInt8](repeating: 7, count: Int(OCIService.copyFloor))
    try put("source", large)
    try put("small", [1])
    let attributes = ObjectAttributes(metadata: ["mtime": "2"])
    let bucket = try #require(service.bucket(of: service))
    let source = try #require(try service.head(prefix + "source"))
    #expect(try service.copy(source, from: bucket, to: prefix + "copy", attributes))
    let (info, bytes) = try service.get(prefix + "copy", limit: large.count)
    #expect(bytes == large && info.metadata == ["mtime": "2"])
    let small = try #require(try service.head(prefix + "small"))
    #expect(try !service.copy(small, from: bucket, to: prefix + "other", attributes))
    var gone = source
    gone.tag = "another"
    let refusal = failure { () throws(ServiceError) in
      _ = try service.copy(gone, from: bucket, to: prefix + "copy", attributes)
    }
    #expect(refusal?.status == 412)
  }

  @Test func aPartThatArrivesTwiceIsFoundByItsContent() throws {
    let key = prefix + "parts"
    let (first, last) = ([UInt8](repeating: 1, count: 1000), [UInt8](repeating: 2, count: 10))
    func send(_ bytes: [UInt8], _ number: Int, _ upload: String) throws -> PartReceipt {
      let part = ObjectPart(
        key: key, upload: upload, number: number, crc32c: CRC32C.checksum(bytes.rawBytes))
      return try unsafe bytes.withUnsafeBytes { memory in
        let exchange = unsafe service.start(part, memory)
        return try service.finish(part, exchange, bytes.rawBytes)
      }
    }
    let upload = try service.beginUpload(key, ObjectAttributes(metadata: ["k": "v"])).id
    #expect(try service.uploads(prefix).map(\.key) == [key])
    var receipts = [try send(first, 1, upload), try send(last, 2, upload)]
    // As a first try that lands after the second one: the part has another tag now.
    _ = try send(first, 1, upload)
    let stale = receipts
    let refusal = failure { () throws(ServiceError) in
      try service.completeUpload(key, upload, stale)
    }
    #expect(refusal?.status == 400)
    #expect(try service.head(key) == nil)
    receipts[0].md5 = MD5.hash(first.rawBytes)
    try service.completeUpload(key, upload, receipts)
    let info = try #require(try service.head(key))
    #expect(info.size == 1010 && info.metadata == ["k": "v"] && info.md5 == nil)
    #expect(info.crc32c == CRC32C.checksum((first + last).rawBytes))
    #expect(try service.uploads(prefix).isEmpty)
  }

  @Test func anotherContentInAPartIsNotTakenForOurs() throws {
    let key = prefix + "parts"
    let upload = try service.beginUpload(key, ObjectAttributes()).id
    let bytes: [UInt8] = [1, 2, 3]
    let part = ObjectPart(
      key: key, upload: upload, number: 1, crc32c: CRC32C.checksum(bytes.rawBytes))
    _ = try unsafe bytes.withUnsafeBytes { memory in
      let exchange = unsafe service.start(part, memory)
      return try service.finish(part, exchange, bytes.rawBytes)
    }
    let foreign = PartReceipt(number: 1, tag: "x", size: 3, md5: MD5.hash([9, 9, 9].rawBytes))
    let refusal = failure { () throws(ServiceError) in
      try service.completeUpload(key, upload, [foreign])
    }
    #expect(refusal?.status == 400)
    try service.abortUpload(key, upload, tries: .usual)
    try service.abortUpload(key, upload, tries: .usual)
    #expect(try service.uploads(prefix).isEmpty)
  }

  @Test func archivedObjectsAreNamedAndRestored() throws {
    try put("cold", [1], tier: "Archive")
    #expect(try service.head(prefix + "cold")?.storageClass == "Archive")
    #expect(try service.tier(of: prefix + "cold")?.isReadable == false)
    let refusal = failure { () throws(ServiceError) in
      _ = try service.get(prefix + "cold", limit: 10)
    }
    #expect(refusal?.code == "NotRestored")
    #expect(refusal.flatMap { service.remedy(for: $0) }?.contains("archived") == true)
    #expect(try service.all(prefix).map { service.isArchived($0) } == [true])
    #expect(try service.thawState(prefix + "cold") == .archived)
    #expect(try service.requestThaw(prefix + "cold", ThawOrder()) == .readable)
    #expect(try service.tier(of: prefix + "cold")?.archivalState == "Restored")
    #expect(try service.get(prefix + "cold", limit: 10).bytes == [1])
    try service.setTier("Standard", of: prefix + "cold")
    #expect(try service.tier(of: prefix + "cold") == OCITier(name: "Standard", archivalState: nil))
    #expect(try service.tier(of: prefix + "none") == nil)
  }

  @Test func rulesOfOthersStay() throws {
    let other = JSONValue.object([
      "name": .string("others"), "target": .string("objects"), "action": .string("DELETE"),
      "timeAmount": .number(9), "timeUnit": .string("DAYS"), "isEnabled": .bool(false),
      "objectNameFilter": .object(["inclusionPrefixes": .array([.string("tmp/")])]),
    ])
    try service.setRule(other)
    try service.setRule(OCIService.abortingRule(days: 2))
    try service.setRule(OCIService.abortingRule(days: 3))
    let (rules, tag) = try service.lifecycle()
    #expect(rules == [other, OCIService.abortingRule(days: 3)])
    try service.setRule(OCIService.abortingRule(days: 3))
    #expect(try service.lifecycle().tag == tag)
    try service.removeRule("others")
    try service.removeRule("farmio-unfinished-uploads")
    try service.removeRule("farmio-unfinished-uploads")
    #expect(try service.lifecycle().rules.isEmpty)
  }

  @Test func aSecretAddressNeedsNoKey() throws {
    let end = Timestamp(seconds: SystemClock().now().seconds + 600, nanoseconds: 0)
    let access = try service.makeAccess(
      named: "render", .readAndWriteAny, object: prefix, until: end)
    let url = try #require(access.url)
    #expect(!"\(access)".contains(url.text))
    #expect(access.end.seconds == end.seconds)
    let client = HTTPClient()
    let address = url.text + PercentEncoding.encoded(prefix + "by address")
    let bytes: [UInt8] = [5, 6]
    #expect(try client.perform(HTTPRequest(.put, address), body: bytes.rawBytes).isSuccess)
    #expect(try service.get(prefix + "by address", limit: 10).bytes == [5, 6])
    #expect(try client.perform(HTTPRequest(.get, address)).body == [5, 6])
    #expect(try client.perform(HTTPRequest(.get, url.text + "elsewhere")).status == 404)
    let listed = try service.accesses().first { $0.id == access.id }
    #expect(listed?.name == "render" && listed?.url == nil && listed?.object == prefix)
    try service.removeAccess(access.id)
    try service.removeAccess(access.id)
    #expect(try client.perform(HTTPRequest(.get, address)).status == 404)
  }

  @Test func aBucketIsReplicated() throws {
    let made = try service.replicate(to: "elsewhere", region: "us-other-1", named: "r")
    #expect(made.status == "ACTIVE" && made.synced != nil)
    #expect(try service.replications() == [made])
    try service.removeReplication(made.id)
    try service.removeReplication(made.id)
    #expect(try service.replications().isEmpty)
    try service.makeWritable()
  }

  @Test func aBucketThatIsNotThereIsNoMissingObject() throws {
    let other = OCIService(
      service.endpoint, namespace: service.namespace, bucket: "no-such-bucket",
      client: HTTPClient())
    for refusal in [
      failure { () throws(ServiceError) in _ = try other.head("x") },
      failure { () throws(ServiceError) in _ = try other.get("x", limit: 1) },
      failure { () throws(ServiceError) in try other.remove("x", tries: .usual) },
    ] {
      #expect(refusal?.code == "BucketNotFound")
      #expect(refusal?.requestID?.isEmpty == false)
    }
  }
}
