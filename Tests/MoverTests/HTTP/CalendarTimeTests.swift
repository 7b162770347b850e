import FrameEngine
import Testing

@testable import Mover

@Suite struct CalendarTimeTests {
  @Test(arguments: [
    (0, "19700101T000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    (1_369_353_600, "20130524T000000Z", "Fri, 24 May 2013 00:00:00 GMT"),
    (951_827_696, "20000229T123456Z", "Tue, 29 Feb 2000 12:34:56 GMT"),
    (4_107_542_399, "21000228T235959Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
    (4_107_542_400, "21000301T000000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
    (-1, "19691231T235959Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
  ])
  func datesAreWrittenAsTheCalendarHasThem(_ seconds: Int, _ compact: String, _ header: String) {
    let time = CalendarTime(Timestamp(seconds: Int64(seconds), nanoseconds: 0))
    #expect(time.compact == compact)
    #expect(time.header == header)
  }
}

extension CalendarTimeTests {
  @Test func timesOfAnswersAreRead() {
    let time = Timestamp(seconds: 1_369_353_600, nanoseconds: 0)
    #expect(CalendarTime.time(ofISO: "2013-05-24T00:00:00.000Z") == time)
    #expect(CalendarTime.time(ofISO: "2013-05-24T00:00:00Z") == time)
    #expect(CalendarTime.time(ofHeader: "Fri, 24 May 2013 00:00:00 GMT") == time)
    for seconds in stride(from: Int64(0), to: 8_000_000_000, by: 86_399 * 17) {
      let time = Timestamp(seconds: seconds, nanoseconds: 0)
      #expect(CalendarTime.time(ofHeader: CalendarTime(time).header) == time)
    }
  }

  @Test(arguments: ["", "2013-05-24", "2013-13-24T00:00:00Z", "2013-05-24T00:00:00+01:00", "x"])
  func othersAreNoTimes(_ text: String) {
    #expect(CalendarTime.time(ofISO: text) == nil)
    #expect(CalendarTime.time(ofHeader: text) == nil)
  }
}
