import FrameEngine
import Testing

struct FrameRangeTests {
  @Test(arguments: [
    ("1200", [1200], "1200"), ("1001-1004", [1001, 1002, 1003, 1004], "1001-1004"),
    ("1001-1006x2", [1001, 1003, 1005], "1001-1005x2"), ("-5--3", [-5, -4, -3], "-5--3"),
    ("-1-1", [-1, 0, 1], "-1-1"), ("4-1", [1, 2, 3, 4], "1-4"),
    ("1100-1093x3", [1094, 1097, 1100], "1094-1100x3"),
    ("1-3, 7 ,5", [1, 2, 3, 5, 7], "1-3,5,7"), ("3,1,2,2-3", [1, 2, 3], "1-3"),
    ("1,3", [1, 3], "1,3"), ("1-2,4-5", [1, 2, 4, 5], "1-2,4-5"), ("0007", [7], "7"),
  ])
  func `Reads and prints frames`(text: String, frames: [Int], printed: String) throws {
    let range = try FrameRange(parsing: text)
    #expect(range.frames == frames && range.count == frames.count)
    #expect(range.description == printed)
    #expect(range == FrameRange(frames: frames.shuffled()))
    for frame in -10...10 { #expect(range.contains(frame) == frames.contains(frame)) }
  }

  @Test func `What is printed is read as the same`() throws {
    var state: UInt64 = 1
    for _ in 0..<500 {
      var frames = [Int]()
      for _ in 0..<(1 + state >> 60) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        frames.append(Int(state >> 58) - 20)
      }
      let range = FrameRange(frames: frames)
      #expect(range.frames == Set(frames).sorted())
      #expect(try FrameRange(parsing: range.description) == range)
    }
  }

  @Test(arguments: [
    "", ",", "1,", "1-", "x2", "1-2x", "1-2x0", "1-2x-1", "1x2", "a", "1--", "--1", "1-2-3", "1.5",
    "1-2x2x2", "99999999999", "1-99999999999", "1-2147483648", "1 2", "٣",
  ])
  func `What is no range is refused`(text: String) {
    #expect(throws: FrameSyntaxError.self) { try FrameRange(parsing: text) }
  }

  @Test func `Ranges have a limit`() throws {
    #expect(try FrameRange(parsing: "1-1000000").count == 1_000_000)
    for text in ["0-1000000", "-2147483648-2147483647", "1-600000,700000-1200000"] {
      #expect(throws: FrameSyntaxError.self) { try FrameRange(parsing: text) }
    }
    let long = String(repeating: "1,", count: 40_000) + "1"
    #expect(throws: FrameSyntaxError.self) { try FrameRange(parsing: long) }
  }

  @Test func `Gaps are one range each`() throws {
    #expect(FrameRange.gaps(in: [1, 2, 5, 6, 9]).map(\.description) == ["3-4", "7-8"])
    #expect(FrameRange.gaps(in: [1]).isEmpty && FrameRange.gaps(in: []).isEmpty)
    let expected = try FrameRange(parsing: "1-10x3,20")
    #expect(FrameRange.gaps(in: [4], expected: expected).map(\.description) == ["1", "7,10,20"])
    let far = FrameRange.gaps(in: [0, 2_000_000_000])
    #expect(far.map(\.count) == [1_999_999_999])
  }

  @Test func `A sequence on twos has no gaps between`() {
    #expect(FrameRange.gaps(in: [1, 3, 5, 7, 11, 13]).map(\.description) == ["9"])
    #expect(FrameRange.gaps(in: [1, 3]).map(\.description) == ["2"])
    #expect(FrameRange.gaps(in: [10, 20, 50, 100, 200]).count == 4)
  }
}
