import FrameEngine
import Mover

/// Answers an outside oracle: for each line of standard input that describes a request, its URL and
/// its `authorization`, signed for Oracle's cloud.
///
/// Fields stand between spaces, each the hexadecimal of its bytes (`-` where empty). The first line
/// has a key in PEM form and its passphrase. Each further one has: keyId, seconds since 1970, method,
/// scheme, host, path (encoded), what is signed of the body (`none`, `body` or `federation`), the
/// body; after them each item of the query, as name and value between a comma.
enum OCISignOracle {
  static func run() {
    var key: RSAKey?
    while let line = readLine() {
      let fields = line.split(separator: " ").map { SignOracle.bytes($0) }
      let texts = fields.map { String(decoding: $0, as: UTF8.self) }
      guard let opened = key else {
        let passphrase = texts[1].isEmpty ? nil : texts[1]
        guard let first = try? RSAKey(pem: fields[0], passphrase: passphrase) else {
          print("not a key")
          return
        }
        key = first
        continue
      }
      guard texts.count >= 8, let seconds = Int64(texts[1]),
        let method = HTTPRequest.Method(rawValue: texts[2])
      else {
        print("not a line that describes a request: \(line)")
        return
      }
      let items = line.split(separator: " ").dropFirst(8).map { item in
        let parts = item.split(separator: ",", omittingEmptySubsequences: false)
          .map { String(decoding: SignOracle.bytes($0), as: UTF8.self) }
        return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
      }
      let target = OCISigner.Target(
        method: method, scheme: texts[3], host: texts[4], path: texts[5], query: items)
      let body: OCISigner.Body =
        switch texts[6] {
        case "body": .signed(type: "application/json", fields[7])
        case "federation": .federation(type: "application/json", fields[7])
        default: .unsigned
        }
      let signed = OCISigner(keyID: texts[0], key: opened).sign(
        target, body, at: Timestamp(seconds: seconds, nanoseconds: 0))
      print(signed.url, signed.headers.first { $0.name == "authorization" }?.value ?? "")
    }
  }
}
