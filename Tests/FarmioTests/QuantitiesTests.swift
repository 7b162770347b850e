import FrameEngine
import Mover
import Testing

@testable import farmio

@Suite struct QuantitiesTests {
  @Test(arguments: [
    ("0", 0), ("4096", 4096), ("64K", 65_536), ("64k", 65_536), ("64KiB", 65_536),
    ("10M", 10 << 20), ("1.5G", 3 << 29), ("2T", 2 << 40), ("500MB", 500_000_000), ("7B", 7),
  ])
  func sizes(text: FileNameText, bytes: Int64) {
    #expect(ByteSize(argument: text.name)?.bytes == bytes)
  }

  @Test(arguments: ["", "K", "-1", "+1", "1.5.2M", "1X", "1 M", "0x10", "99999999T", "1e3", ".5M"])
  func noSizes(text: FileNameText) {
    #expect(ByteSize(argument: text.name) == nil)
  }

  @Test(arguments: [("50M", 50 << 20), ("50M/s", 50 << 20), ("1.5G/s", 3 << 29)])
  func rates(text: FileNameText, bytes: Int64) {
    #expect(ByteRate(argument: text.name)?.bytesPerSecond == bytes)
  }

  @Test(arguments: ["0", "0M/s", "M/s", "10M/h"])
  func noRates(text: FileNameText) {
    #expect(ByteRate(argument: text.name) == nil)
  }

  /// Rates at Monday 00:00, Monday 08:00, Saturday 12:00 and Sunday 23:59; 0 for none.
  static let weeks: [(FileNameText, [Int])] = [
    ("10M", [10_485_760, 10_485_760, 10_485_760, 10_485_760]),
    ("off", [0, 0, 0, 0]),
    ("08:00,10M 19:00,off", [0, 10_485_760, 10_485_760, 0]),
    ("19:00,off  08:00,512k/s", [0, 524_288, 524_288, 0]),
    ("Mon-08:00,512k", [524_288, 524_288, 524_288, 524_288]),
    ("Mon-00:00,1 friday-20:00,off", [1, 1, 0, 0]),
    ("00:00,1 12:00,2 SAT-12:00,off Sunday-13:00,3", [1, 1, 0, 3]),
    ("08:00,10M", [10_485_760, 10_485_760, 10_485_760, 10_485_760]),
  ]

  @Test(arguments: weeks)
  func timetables(text: FileNameText, rates: [Int]) throws {
    let timetable = try #require(RateTimetable(argument: text.name))
    let minutes = [0, 8 * 60, (5 * 24 + 12) * 60, 7 * 1440 - 1]
    #expect(minutes.map { timetable.bytesPerSecond(atMinuteOfWeek: $0) ?? 0 } == rates)
  }

  @Test(arguments: [
    "", " ", "0", "10M 20M", "08:00", "08:00,", "8:00,10M", "24:00,10M", "08:60,1M", "08:00,0",
    "Mo-08:00,1M", "-08:00,1M", "Mon-Tue-08:00,1M", "Mon-,1M", "08:00,1M,2M", "08:00 1M",
    "08:00,1M 08:00,2M", "Mon-08:00,1M mon-08:00,1M", "10M:1M", "on", "08:00:00,1M", "+8:00,1M",
  ])
  func noTimetables(text: FileNameText) {
    #expect(RateTimetable(argument: text.name) == nil)
  }

  @Test(arguments: [("0", 0.0), ("5", 5), ("2.5%", 2.5), ("100%", 100)])
  func percentages(text: FileNameText, percent: Double) {
    #expect(Percentage(argument: text.name)?.percent == percent)
  }

  @Test(arguments: ["101", "-1", "%", "5%%", "100.1%"])
  func noPercentages(text: FileNameText) {
    #expect(Percentage(argument: text.name) == nil)
  }

  @Test(arguments: [
    ("90s", 90), ("15m", 900), ("1h30m", 5_400), ("7d", 604_800), ("2w", 1_209_600),
    ("1y", 31_536_000),
  ])
  func spans(text: FileNameText, seconds: Int) {
    #expect(Duration(argument: text.name) == .seconds(seconds))
  }

  @Test(arguments: ["", "90", "s", "1h30", "1.5h", "9223372036854775807w", "1 d", "٣d"])
  func noSpans(text: FileNameText) {
    #expect(Duration(argument: text.name) == nil)
  }

  @Test(arguments: ["-1", "", "1.0", "1_000", "99999999999999999999"])
  func noCounts(text: FileNameText) {
    #expect(Int(argument: text.name) == nil)
  }

  @Test func snapshots() {
    #expect(SnapshotName(argument: "latest")?.text == "latest")
    #expect(SnapshotName(argument: "4F1C")?.text == "4f1c")
    #expect(SnapshotName(argument: "4f1") == nil)
    #expect(SnapshotName(argument: "yesterday") == nil)
    #expect(SnapshotReference(argument: "latest:a/b:c")?.subpath == "a/b:c")
    #expect(SnapshotReference(argument: "latest:")?.subpath == nil)
    #expect(SnapshotReference(argument: ":a") == nil)
  }

  @Test func placesAreFoldersOrAddresses() {
    #expect(Place(argument: "/a")?.address == .folder("/a"))
    #expect(Place(argument: "a:b")?.address == .folder("a:b"))
    #expect(Place(argument: "./s3://bucket")?.address == .folder("./s3://bucket"))
    #expect(Place(argument: "s3://b/c//d/")?.address == .s3(bucket: "b", prefix: "c/d/"))
    for text: FileName in ["foo://x", "s3://", "s3://b/../c", "oci://b/p", "nfs:///e"] {
      #expect(Place(argument: text) == nil)
    }
  }
}

/// A text that a parametrised test can print.
struct FileNameText: ExpressibleByStringLiteral, Sendable, CustomStringConvertible {
  let name: FileName
  init(stringLiteral value: String) { name = FileName(value) }
  var description: String { name.description }
}
