/// What bytes of a resource an answer holds: its `Content-Range` (RFC 9110, section 14.4), or all of
/// them where it has none.
struct ContentRange: Hashable, Sendable {
  let first: Int64
  let last: Int64
  /// Bytes of the whole resource.
  let total: Int64

  /// The range of an answer; `nil` if it is stated in no form that can be used.
  init?(_ response: HTTPResponse) {
    guard response.status == 206 else {
      guard response.status == 200 else { return nil }
      total = Int64(response.byteCount)
      first = 0
      last = total - 1
      return
    }
    let unit = "bytes "
    guard let text = response["content-range"], text.hasPrefix(unit) else { return nil }
    let parts = text.dropFirst(unit.count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let total = Int64(parts[1]) else { return nil }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int64(ends[0]), let last = Int64(ends[1]),
      first <= last, last < total
    else { return nil }
    self.first = first
    self.last = last
    self.total = total
  }

  /// Whether `byteCount` bytes of this range are all there is of what was asked for.
  func answers(_ asked: ClosedRange<Int64>, by byteCount: Int) -> Bool {
    first == asked.lowerBound && last == min(asked.upperBound, total - 1)
      && Int64(byteCount) == last - first + 1
  }
}
