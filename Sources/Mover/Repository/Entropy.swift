import CSodium
import FrameEngine

/// Where random bytes come from: the kernel, or a seed by which a test repeats a whole run.
struct Entropy: Sendable {
  private let source: @Sendable (Int) -> [UInt8]

  /// Entropy whose `source` returns as many random bytes as it is asked for.
  init(_ source: @escaping @Sendable (Int) -> [UInt8]) { self.source = source }

  /// The kernel's generator.
  static let system = Entropy { count in
    unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      unsafe randombytes_buf(target.baseAddress!, count)
      initialized = count
    }
  }

  func bytes(_ count: Int) -> [UInt8] { source(count) }

  func digest() -> Digest {
    guard let digest = Digest(source(Digest.byteCount)) else {
      preconditionFailure("a digest is 32 bytes")
    }
    return digest
  }

  func runID() -> RunID {
    guard let run = RunID(hex: source(RunID.digitCount / 2).hex) else {
      preconditionFailure("a run ID is 16 bytes")
    }
    return run
  }
}
