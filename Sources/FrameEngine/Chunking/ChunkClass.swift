/// How large the chunks of a file are. Recorded with the file: two files share chunks only if they
/// were cut in the same class.
///
/// Chosen by kind of file, never by its size: a file that grew over a limit would be stored again
/// whole. The raw value is the binary logarithm of the nominal average.
public enum ChunkClass: UInt8, CaseIterable, Sendable {
  /// 32 to 128 KiB: scene files and small trees, where updates must be small.
  case k64 = 16
  /// 128 to 512 KiB: textures, frames, caches.
  case k256 = 18
  /// 512 KiB to 2 MiB: archives of tens of terabytes, where the index must be small.
  case m1 = 20

  /// The class called `64K`, `256K` or `1M`; `nil` for any other name.
  public init?(name: String) {
    guard let found = ChunkClass.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// `64K`, `256K` or `1M`.
  public var name: String {
    switch self {
    case .k64: "64K"
    case .k256: "256K"
    case .m1: "1M"
    }
  }

  /// The nominal average, in bytes. Random data is cut at 0.96 of it.
  public var average: Int { 1 << Int(rawValue) }

  /// The fewest bytes of a chunk, unless the file ends: half the average.
  public var minimum: Int { average / 2 }

  /// The most bytes of a chunk: twice the average.
  public var maximum: Int { average * 2 }
}
