import FrameEngine
import Synchronization

/// The bytes of one part of an object on its way out: filled by an upload, then read by the network
/// thread, never both at once.
final class PartMemory: @unchecked Sendable {
  private var buffer: Buffer
  /// Bytes filled.
  private(set) var count = 0

  init(capacity: Int) { buffer = Buffer(capacity: capacity) }

  /// Takes as many of the bytes as there is room for below `limit`; how many that are.
  func fill(_ bytes: RawSpan, limit: Int) -> Int {
    let taken = min(bytes.byteCount, limit - count)
    buffer.copy(bytes.extracting(first: taken), to: count)
    count += taken
    return taken
  }

  /// Forgets the bytes.
  func clear() { count = 0 }

  /// Runs `body` with the bytes.
  func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try buffer.withBytes(0..<count, body)
  }

  /// The bytes as the network thread takes them; they stay as long as this object does.
  @unsafe var memory: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: buffer.memory[..<count])
  }
}

/// Memory of parts, handed from one upload to the next: fresh pages cost more than the copy into
/// them.
final class PartPool: Sendable {
  /// Bytes of every part but the last of an object.
  let partBytes: Int
  private let idle = Mutex<[PartMemory]>([])

  /// Parts kept for later.
  private static let idleLimit = 8

  init(partBytes: Int) { self.partBytes = partBytes }

  /// Memory without bytes in it.
  func take() -> PartMemory {
    idle.withLock { $0.popLast() } ?? PartMemory(capacity: partBytes)
  }

  /// Takes memory back that nobody uses any more.
  func give(_ memory: PartMemory) {
    memory.clear()
    idle.withLock { idle in
      if idle.count < PartPool.idleLimit { idle.append(memory) }
    }
  }
}
