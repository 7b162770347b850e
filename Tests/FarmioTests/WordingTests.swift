import Glibc
import Testing

@testable import farmio

@Suite struct WordingTests {
  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1_000, "1.00 KB"), (9_994, "9.99 KB"), (9_996, "10.0 KB"),
      (99_960, "100 KB"), (999_499, "999 KB"), (999_500, "1.00 MB"), (1_240_000_000, "1.24 GB"),
      (.max, "9.22 EB"), (-5_000, "-5.00 KB"),
    ] as [(Int64, String)])
  func sizes(bytes: Int64, text: String) {
    #expect(Wording.size(bytes) == text)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
  func counts(number: Int, text: String) {
    #expect(Wording.count(number) == text)
  }

  @Test func countsOfThings() {
    #expect(Wording.count(1, "file") == "1 file")
    #expect(Wording.count(0, "file") == "0 files")
    #expect(Wording.count(2, "copy", "copies") == "2 copies")
  }

  @Test(arguments: [
    (0, "0.00 s"), (420, "0.42 s"), (9_996, "10.0 s"), (59_960, "1 min 00 s"),
    (185_000, "3 min 05 s"), (8_040_000, "2 h 14 min"), (273_600_000, "3 d 4 h"),
  ])
  func durations(milliseconds: Int, text: String) {
    #expect(Wording.duration(.milliseconds(milliseconds)) == text)
  }

  @Test(
    arguments: [
      (3, "just now"), (42, "42 s ago"), (180, "3 min ago"), (7_300, "2 h ago"),
      (86_400, "1 day ago"), (5_184_000, "2 months ago"), (94_608_000, "3 years ago"),
      (-7_300, "in 2 h"),
    ] as [(Int64, String)])
  func ages(seconds: Int64, text: String) {
    #expect(Wording.age(secondsAgo: seconds) == text)
  }

  @Test(arguments: [(0.05, 1, "0.1"), (-0.5, 1, "-0.5"), (12.0, 0, "12"), (3.14159, 3, "3.142")])
  func decimals(value: Double, places: Int, text: String) {
    #expect(Wording.decimals(value, places) == text)
  }

  @Test func momentsInUTC() {
    let moment = Moment(seconds: 951_782_400, nanoseconds: 5)
    #expect(moment.utc == "2000-02-29T00:00:00.000000005Z")
    #expect(Moment(seconds: -1, nanoseconds: 999_999_999).utc == "1969-12-31T23:59:59.999999999Z")
    #expect(moment.local.count == 19)
  }
}
