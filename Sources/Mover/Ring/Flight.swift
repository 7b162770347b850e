/// What the operation in a slot of a ring lane has come to so far.
struct Flight {
  /// Its place in the batch.
  var index = 0
  /// Bytes transferred.
  var done = 0
  /// Completions still to come.
  var pending = 0
  /// The error of an open whose read is yet to be cancelled; 0 for none.
  var openError: Int32 = 0
  /// What the transfer answered.
  var value = 0
  /// Whether an open leaves the access time alone, which only a file's owner may ask for.
  var keepsAccessTime = true

  /// The part of an operation that a completion belongs to.
  enum Part: UInt64 {
    case open
    case transfer
  }

  /// What the kernel hands back with a completion: a slot and a part of its operation.
  struct Tag {
    let slot: Int
    let part: Part

    init(_ slot: Int, _ part: Part) {
      self.slot = slot
      self.part = part
    }

    init(_ number: UInt64) {
      guard let part = Part(rawValue: number & 0xFF) else {
        preconditionFailure("a completion belongs to no operation")
      }
      self.init(Int(number >> 8), part)
    }

    var number: UInt64 { UInt64(slot) << 8 | part.rawValue }
  }
}
