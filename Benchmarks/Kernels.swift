import CKernels
import FrameEngine
import Glibc

/// Every variant of every kernel that this CPU has, in GB/s on one core, beside memcpy. The column
/// `memory` is 64 MiB of random bytes; `cache` is repeated over 256 KiB, which stay in the L2 cache.
enum KernelBenchmarks {
  private static let memoryBytes = 64 << 20
  // No power of two: a shuffle's planes would then share cache lines' places.
  private static let cacheBytes = 250_000

  static func run() {
    let bytes = randomBytes(memoryBytes)
    let scratch = UnsafeMutablePointer<UInt8>.allocate(capacity: memoryBytes)
    unsafe scratch.initialize(repeating: 0, count: memoryBytes)
    defer { unsafe scratch.deallocate() }
    print(row("kernel", "variant", "memory", "cache"))
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      report("memcpy", "libc", passes: 40) { count in
        unsafe scratch.update(from: base, count: count)
      }
      for variant in KernelVariant.supported {
        unsafe chunkers(base, variant)
        unsafe checksums(base, variant)
        unsafe shuffles(base, scratch, variant)
      }
    }
  }

  private static func chunkers(_ source: UnsafePointer<UInt8>, _ variant: KernelVariant) {
    let key = [UInt8](0..<16)
    var ends = [UInt32](repeating: 0, count: 4096)
    let rules = [(ChunkClass.k64, 10), (.k64, 8), (.k256, 10), (.m1, 10)]
    for (chunkClass, candidateBits) in rules {
      var rule = farmio_cdc_rule()
      unsafe farmio_cdc_prepare(&rule, Int32(chunkClass.rawValue), Int32(candidateBits), key)
      // The larger chunks do not fit the cache's pass: it would time the end of a file.
      let cache = chunkClass == .k64
      let name = "chunk \(chunkClass.name)\(candidateBits == 8 ? " private" : "")"
      report(name, variant.name, cache: cache, passes: 40) { count in
        _ = unsafe variant.cuts(&rule, source, count, 1, &ends, ends.count)
      }
    }
  }

  private static func checksums(_ source: UnsafePointer<UInt8>, _ variant: KernelVariant) {
    guard let checksum = unsafe variant.checksum else { return }
    var sum: UInt32 = 0
    report("CRC-32C", variant.name, passes: 100) { count in
      sum ^= unsafe checksum(sum, source, count)
    }
  }

  private static func shuffles(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>,
    _ variant: KernelVariant
  ) {
    for stride: Int32 in [2, 3, 4, 6, 8, 12, 16, 24, 32] {
      report("shuffle \(stride)", variant.name, passes: 40) { count in
        unsafe variant.shuffle(source, count, stride, target)
      }
      report("unshuffle \(stride)", variant.name, passes: 40) { count in
        unsafe variant.unshuffle(source, count, stride, target)
      }
    }
    report("byte delta", variant.name, passes: 40) { unsafe variant.difference(target, $0) }
    report("byte delta back", variant.name, passes: 40) { unsafe variant.sum(target, $0) }
  }

  /// Times `work` over a number of bytes, `passes` times a round in the cache.
  private static func report(
    _ kernel: String, _ variant: String, cache: Bool = true, passes: Int, _ work: (Int) -> Void
  ) {
    let memory = Throughput.best(of: 3, bytes: memoryBytes) { work(memoryBytes) }
    let cached = Throughput.best(of: 5, bytes: passes * cacheBytes) {
      for _ in 0..<passes { work(cacheBytes) }
    }
    print(row(kernel, variant, tenths(memory), cache ? tenths(cached) : "-"))
  }

  private static func row(
    _ kernel: String, _ variant: String, _ memory: String, _ cache: String
  ) -> String {
    func pad(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count))
    }
    return kernel + pad(kernel, 18) + variant + pad(variant, 10) + pad(memory, 8) + memory
      + pad(cache, 8) + cache
  }

  private static func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
  }

  private static func randomBytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 1
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      let words = unsafe UnsafeMutableRawBufferPointer(target).bindMemory(to: UInt64.self)
      for index in words.indices {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        unsafe words[index] = state.littleEndian
      }
      initialized = words.count * 8
    }
  }
}
