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
