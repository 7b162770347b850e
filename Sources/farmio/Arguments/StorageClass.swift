import FrameEngine

/// A storage class of a bucket, in the service's words: `STANDARD_IA`, `GLACIER`, `Archive`.
struct StorageClass: ArgumentValue, Hashable {
  static let expectation =
    "a class of the bucket's service, such as STANDARD_IA, GLACIER or Archive"

  let name: String

  init?(argument: FileName) {
    guard let text = String(argument: argument), (1...64).contains(text.utf8.count),
      text.utf8.allSatisfy(StorageClass.isPart)
    else { return nil }
    name = text
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || isDigit(byte)
      || byte == UInt8(ascii: "_")
  }
}
