import FrameEngine
import Mover

/// What a backup does to every byte, and to every chunk: one pass of cutting and naming while the
/// bytes are in the cache, and a look into the index.
enum OnePassBenchmarks {
  private static let byteCount = 64 << 20
  /// What a backup reads at once.
  private static let blockBytes = 4 << 20
  private static let chunkCount = 4_000_000

  static func run() {
    print("chunk + BLAKE3, one pass, one core")
    for chunkClass in ChunkClass.allCases { pass(chunkClass) }
    index()
  }

  /// Cuts and names 64 MiB of noise, block by block.
  private static func pass(_ chunkClass: ChunkClass) {
    guard let cutKey = CutKey([UInt8](0..<16)), let nameKey = BLAKE3Key([UInt8](0..<32)) else {
      preconditionFailure("keys of these lengths exist")
    }
    let chunker = Chunker(class: chunkClass, key: cutKey)
    var noise = Noise(seed: 1)
    var bytes = [UInt8]()
    bytes.reserveCapacity(byteCount)
    while bytes.count < byteCount { bytes += noise.digest().bytes }
    var sink: UInt64 = 0
    let speed = Throughput.best(of: 5, bytes: byteCount) {
      for block in stride(from: 0, to: byteCount, by: blockBytes) {
        let span = unsafe bytes.span.bytes.extracting(block..<block + blockBytes)
        var ends = [UInt32]()
        _ = chunker.cuts(span, ended: true, into: &ends)
        var start = 0
        for end in ends {
          sink ^= BLAKE3.keyedHash(span.extracting(start..<Int(end)), key: nameKey).words.0
          start = Int(end)
        }
      }
    }
    print("  \(chunkClass.name): \(hundredths(speed)) GB/s\(sink == 1 ? "." : "")")
  }

  /// Fills the index to its highest load and asks it for what it has and has not.
  private static func index() {
    var table = ChunkTable(capacity: chunkCount)
    let count = table.capacity
    var noise = Noise(seed: 2)
    let inserting = seconds {
      for number in 0..<count {
        table.insert(noise.digest(), ChunkLocation(pack: number >> 12, record: number & 0xFFF))
      }
    }
    var found = 0
    // The same names in the same order; the location proves a hit, as a pack's list does.
    noise = Noise(seed: 2)
    let hitting = seconds {
      for number in 0..<count {
        let wanted = ChunkLocation(pack: number >> 12, record: number & 0xFFF)
        if table.find(noise.digest(), confirm: { $0 == wanted }) != nil { found += 1 }
      }
    }
    var asked = 0
    noise = Noise(seed: 3)
    let missing = seconds {
      for _ in 0..<count {
        _ = table.find(noise.digest()) { (_: ChunkLocation) in
          asked += 1
          return false
        }
      }
    }
    func nanoseconds(_ seconds: Double) -> String { hundredths(seconds * 1e9 / Double(count)) }
    print(
      "index, \(count) chunks, full: \(hundredths(Double(table.byteCount) / Double(count))) B each")
    print("  insert \(nanoseconds(inserting)) ns, hit \(nanoseconds(hitting)) ns (\(found) found),")
    print("  miss \(nanoseconds(missing)) ns, 1 name in \(count / max(1, asked)) to be confirmed")
  }

  private static func seconds(_ work: () -> Void) -> Double {
    let start = Throughput.seconds()
    work()
    return Throughput.seconds() - start
  }

  private static func hundredths(_ value: Double) -> String {
    let scaled = Int((value * 100).rounded())
    return "\(scaled / 100).\(scaled / 10 % 10)\(scaled % 10)"
  }
}

/// Words without a pattern, the same for the same seed (xorshift64*).
private struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func digest() -> Digest { Digest(words: (next(), next(), next(), next())) }
}
