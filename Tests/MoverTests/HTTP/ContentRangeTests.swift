import Testing

@testable import Mover

@Suite struct ContentRangeTests {
  private func range(_ status: Int, _ text: String?, _ byteCount: Int) -> ContentRange? {
    ContentRange(
      HTTPResponse(
        status: status, headers: text.map { [HTTPHeader("content-range", $0)] } ?? [], body: [],
        byteCount: byteCount))
  }

  @Test func aRangeMustBeTheOneAskedFor() {
    let whole = range(206, "bytes 10-19/100", 10)
    #expect(whole?.answers(10...19, by: 10) == true)
    #expect(whole?.answers(10...19, by: 9) == false)
    #expect(whole?.answers(10...29, by: 10) == false)
    #expect(whole?.answers(0...9, by: 10) == false)
    #expect(whole?.answers(9...19, by: 10) == false)
  }

  @Test func itMayEndWithTheObject() {
    #expect(range(206, "bytes 90-99/100", 10)?.answers(90...200, by: 10) == true)
    #expect(range(206, "bytes 90-98/100", 9)?.answers(90...200, by: 9) == false)
  }

  @Test func aWholeObjectAnswersARangeFromItsStart() {
    #expect(range(200, nil, 10)?.answers(0...20, by: 10) == true)
    #expect(range(200, nil, 10)?.answers(5...20, by: 10) == false)
    #expect(range(200, nil, 0)?.answers(0...20, by: 0) == true)
  }

  @Test(arguments: [
    nil, "", "bytes", "bytes */100", "bytes 5-4/100", "bytes 0-100/100", "bytes 0-9/*",
    "lines 0-9/100", "bytes 0-9", "bytes a-b/c", "bytes -9/100", "bytes 0-9/99999999999999999999",
  ])
  func whatIsNoRangeIsRefused(_ text: String?) {
    #expect(range(206, text, 10) == nil)
  }
}
