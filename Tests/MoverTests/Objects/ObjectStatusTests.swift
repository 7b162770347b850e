import FrameEngine
import Testing

@testable import Mover

struct ObjectStatusTests {
  @Test(arguments: [
    (Int64(0), UInt32(0), "0"), (1_577_836_800, 0, "1577836800"),
    (1_354_040_105, 123_456_789, "1354040105.123456789"), (5, 7, "5.000000007"),
    (-1, 0, "-1"), (-1, 500_000_000, "-0.500000000"), (-2, 999_999_999, "-1.000000001"),
    (-1_234_567_891, 876_543_211, "-1234567890.123456789"),
    (4_200_000_000, 999_999_999, "4200000000.999999999"),
  ])
  func `Times are written as rclone writes them, and read back`(
    seconds: Int64, nanoseconds: UInt32, text: String
  ) {
    let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    #expect(ObjectStatus.text(time) == text)
    #expect(ObjectStatus.time(text) == time)
  }

  @Test func `Short and long fractions are read`() {
    #expect(ObjectStatus.time("1.5") == Timestamp(seconds: 1, nanoseconds: 500_000_000))
    #expect(ObjectStatus.time("1.1234567891") == Timestamp(seconds: 1, nanoseconds: 123_456_789))
    #expect(ObjectStatus.time("-0.25") == Timestamp(seconds: -1, nanoseconds: 750_000_000))
  }

  @Test(arguments: [
    "", ".", "5.", ".5", "x", "1e9", "1.5.2", "1.x", "1.+5", "0x10", " 1", "1 ", "½", "1.½",
    "9223372036854775807", "-9223372036854775808.5", "99999999999999999999", "1099511627777",
  ])
  func `What is no time is none`(text: String) {
    #expect(ObjectStatus.time(text) == nil)
  }

  @Test(arguments: [
    ("100644", FileKind.regular, UInt32(0o644)), ("0100664", .regular, 0o664),
    ("120777", .symbolicLink, 0o777), ("40755", .folder, 0o755), ("104751", .regular, 0o4751),
    // s3fs writes decimals.
    ("33188", .regular, 0o644), ("33261", .regular, 0o755), ("16877", .folder, 0o755),
    ("41471", .symbolicLink, 0o777),
  ])
  func `Modes of rclone and of s3fs are read`(text: String, kind: FileKind, mode: UInt32) {
    let status = ObjectStatus(metadata: ["mode": text])
    #expect(status.kind == kind && status.mode == mode)
  }

  @Test(arguments: ["", "644", "0", "-1", "10644x", "999999999999", "020600", "10600"])
  func `What is no mode of a file, link or folder is none`(text: String) {
    let status = ObjectStatus(metadata: ["mode": text, "uid": "-1", "gid": "4294967296"])
    #expect(status == ObjectStatus(metadata: [:]))
  }

  @Test func `All of it comes back`() {
    for kind in [FileKind.regular, .symbolicLink, .folder] {
      var status = ObjectStatus(metadata: [:])
      status.kind = kind
      status.mode = 0o7777
      status.user = .max
      status.group = 0
      status.modified = Timestamp(seconds: -5, nanoseconds: 1)
      #expect(ObjectStatus(metadata: status.metadata) == status)
    }
  }
}
