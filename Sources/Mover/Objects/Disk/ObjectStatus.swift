package import FrameEngine
import Glibc

/// What a bucket can hold of a file beside its bytes: names and values in the object's metadata, as
/// rclone reads and writes them. `mtime` is seconds with a fraction; `mode` octal with the kind of
/// the file; `uid` and `gid` decimal. s3fs writes `mode` in decimal: it is read, too.
package struct ObjectStatus: Hashable, Sendable {
  package var modified: Timestamp?
  package var kind: FileKind?
  package var mode: UInt32?
  package var user: UInt32?
  package var group: UInt32?

  /// What is to be kept of a file.
  package init(_ status: FileStatus) {
    modified = status.modified
    kind = status.kind
    mode = status.mode
    user = status.user
    group = status.group
  }

  /// What metadata tells; what it does not tell, or in no form that is known, is `nil`.
  package init(metadata: [String: String]) {
    modified = metadata["mtime"].flatMap { ObjectStatus.time($0) }
    if let bits = metadata["mode"].flatMap({ ObjectStatus.bits($0) }) {
      mode = bits & 0o7777
      kind = ObjectStatus.kinds.first { $0.bits == bits & 0o170000 }?.kind
    }
    user = metadata["uid"].flatMap { UInt32($0) }
    group = metadata["gid"].flatMap { UInt32($0) }
  }

  /// The metadata that tells it.
  package var metadata: [String: String] {
    var metadata: [String: String] = [:]
    if let modified { metadata["mtime"] = ObjectStatus.text(modified) }
    if let mode, let bits = ObjectStatus.kinds.first(where: { $0.kind == kind })?.bits {
      metadata["mode"] = String(bits | mode, radix: 8)
    }
    if let user { metadata["uid"] = String(user) }
    if let group { metadata["gid"] = String(group) }
    return metadata
  }

  /// The kinds that an object can stand for: a link's target is its content.
  private static let kinds: [(kind: FileKind, bits: UInt32)] = [
    (.regular, 0o100000), (.symbolicLink, 0o120000), (.folder, 0o040000),
  ]

  /// Of s3fs's links, which have all permissions always: in octal it would be a folder's, but one
  /// with rights that nobody gives.
  private static let linkInDecimal = "41471"

  /// Kind and permissions, where the kind is one that can be.
  private static func bits(_ text: String) -> UInt32? {
    if text == linkInDecimal { return 0o120777 }
    for radix in [8, 10] {
      guard let bits = UInt32(text, radix: radix) else { continue }
      if kinds.contains(where: { $0.bits == bits & ~0o7777 }) { return bits }
    }
    return nil
  }

  static func text(_ time: Timestamp) -> String {
    // The nanoseconds count upwards, also before 1970.
    let isNegative = time.seconds < 0 && time.nanoseconds > 0
    let seconds = isNegative ? time.seconds + 1 : time.seconds
    let fraction = isNegative ? 1_000_000_000 - time.nanoseconds : time.nanoseconds
    if fraction == 0 { return String(seconds) }
    let digits = String(fraction)
    let text = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    let sign = isNegative && seconds == 0 ? "-" : ""
    return "\(sign)\(seconds).\(text)"
  }

  /// Seconds before and after 1970 of a time that is taken for one: some 35,000 years.
  private static let secondsLimit: Int64 = 1 << 40

  static func time(_ text: String) -> Timestamp? {
    let halves = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard halves.count <= 2, let seconds = Int64(Substring(halves[0])),
      (-secondsLimit...secondsLimit).contains(seconds)
    else { return nil }
    var fraction: UInt32 = 0
    if halves.count == 2 {
      let digits = halves[1].prefix(9)
      guard !digits.isEmpty, halves[1].allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      fraction = digits.reduce(0) { $0 * 10 + UInt32($1 - 0x30) }
      fraction = (digits.count..<9).reduce(fraction) { value, _ in value * 10 }
    }
    guard text.hasPrefix("-"), fraction > 0 else {
      return Timestamp(seconds: seconds, nanoseconds: fraction)
    }
    return Timestamp(seconds: seconds - 1, nanoseconds: 1_000_000_000 - fraction)
  }
}
