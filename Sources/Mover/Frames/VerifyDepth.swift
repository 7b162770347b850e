/// How far frames are looked at; each depth has those before it in it.
public enum VerifyDepth: String, CaseIterable, Hashable, Sendable, Comparable {
  /// Header, tables and leaders: reads the file, decodes nothing.
  case structure
  /// Every chunk is decoded.
  case decode
  /// Every sample is looked at.
  case pixels

  /// Whether `a` looks less deep.
  public static func < (a: VerifyDepth, b: VerifyDepth) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .structure: 0
    case .decode: 1
    case .pixels: 2
    }
  }
}
