import CKernels
import CLinux
import FrameEngine
import Glibc

/// BLAKE3 kernels, in GB/s of CPU time on one core: the best of several rounds, each variant that
/// this CPU runs. `memory` is a buffer far larger than the cache.
enum HashBenchmarks {
  private static let sizes = [
    ("64 B", 64), ("1 KiB", 1 << 10), ("2 KiB", 2 << 10), ("4 KiB", 4 << 10), ("16 KiB", 16 << 10),
    ("64 KiB", 64 << 10), ("256 KiB", 256 << 10), ("memory", 64 << 20),
  ]
  private static let levels = ["portable", "SSE4.1", "AVX2", "AVX-512"]

  static func run() {
    var bytes = [UInt8](repeating: 0, count: 64 << 20)
    for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 167) }
    print(row("BLAKE3, GB/s", sizes.map(\.0)))
    for (level, name) in levels.enumerated() {
      guard let kernel = unsafe farmio_blake3_tree_at(Int32(level)) else { continue }
      print(
        row(
          name,
          sizes.map { size in
            gigabytesPerSecond(size.1) { unsafe call(kernel, bytes, size.1) }
          }))
    }
    print(
      row(
        "BLAKE3.hash",
        sizes.map { size in
          gigabytesPerSecond(size.1) {
            let span = unsafe bytes.span.bytes.extracting(..<size.1)
            return UInt32(truncatingIfNeeded: BLAKE3.hash(span).words.0)
          }
        }))
  }

  private static func call(
    _ kernel:
      @convention(c) (
        UnsafePointer<UInt8>, Int, UnsafePointer<UInt32>, UInt64, UInt32,
        UnsafeMutablePointer<UInt32>
      ) -> Void, _ bytes: [UInt8], _ byteCount: Int
  ) -> UInt32 {
    var digest: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
    digest = (0, 0, 0, 0, 0, 0, 0, 0)
    let key: [UInt32] = [1, 2, 3, 4, 5, 6, 7, 8]
    let flags = UInt32(farmio_blake3_keyed | farmio_blake3_root)
    unsafe withUnsafeMutablePointer(to: &digest.0) { digest in
      unsafe kernel(bytes, byteCount, key, 0, flags, digest)
    }
    return digest.0
  }

  /// The best round; a round hashes about 4 MiB, or the input once if it is larger.
  private static func gigabytesPerSecond(_ byteCount: Int, _ hash: () -> UInt32) -> String {
    let calls = max(1, (4 << 20) / byteCount)
    var best = Double.infinity
    var sink: UInt32 = 0
    for _ in 0..<10 {
      let start = cpuSeconds()
      for _ in 0..<calls { sink ^= hash() }
      best = min(best, cpuSeconds() - start)
    }
    // Keeps the calls: their results reach the output.
    if sink == 1 { print("") }
    let hundredths = Int(Double(byteCount * calls) / best / 1e7 + 0.5)
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return name + String(repeating: " ", count: max(0, 14 - name.count))
      + cells.map { padded($0, 9) }.joined()
  }
}
