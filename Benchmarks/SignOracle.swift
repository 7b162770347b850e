import FrameEngine
import Mover

/// Answers an outside oracle: for each line of standard input that describes a request, its URL and
/// its `Authorization`, signed for S3.
///
/// A line has ten fields between spaces, each the hexadecimal of its UTF-8 (`-` where empty): key,
/// secret, token, region, seconds since 1970, method, scheme, host, path, hash of the payload. After
/// them comes each item of the query and each header, as `q` or `h`, name and value between commas.
enum SignOracle {
  static func run() {
    while let line = readLine() {
      let fields = line.split(separator: " ").map { text($0) }
      guard fields.count >= 10, let seconds = Int64(fields[4]),
        let method = HTTPRequest.Method(rawValue: fields[5])
      else {
        print("not a line that describes a request: \(line)")
        return
      }
      let credentials = S3Credentials(
        accessKey: fields[0], secretKey: fields[1],
        sessionToken: fields[2].isEmpty ? nil : fields[2])
      var query: [(name: String, value: String)] = []
      var headers: [HTTPHeader] = []
      for item in line.split(separator: " ").dropFirst(10) {
        let parts = item.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3 else { continue }
        let (name, value) = (text(parts[1]), text(parts[2]))
        if parts[0] == "q" { query.append((name, value)) }
        if parts[0] == "h" { headers.append(HTTPHeader(name, value)) }
      }
      let target = SigV4.Target(
        method: method, scheme: fields[6], host: fields[7], path: fields[8], query: query,
        headers: headers)
      let signed = SigV4(credentials: credentials, region: fields[3]).sign(
        target, payloadHash: fields[9], at: Timestamp(seconds: seconds, nanoseconds: 0))
      let authorization = signed.headers.first { $0.name == "Authorization" }
      print(signed.url, authorization?.value.filter { $0 != " " } ?? "")
    }
  }

  /// The text behind a field.
  private static func text(_ field: Substring) -> String {
    String(decoding: bytes(field), as: UTF8.self)
  }

  /// The bytes behind a field.
  static func bytes(_ field: Substring) -> [UInt8] {
    var bytes: [UInt8] = []
    var digits = (field == "-" ? "" : field)[...]
    while digits.count >= 2 {
      bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
      digits = digits.dropFirst(2)
    }
    return bytes
  }
}
