import CUring
import FrameEngine

/// Memory that the kernel reads while operations are under way, a path for each slot, and room
/// for the completions of one round. It never moves.
@safe struct RingScratch: ~Copyable {
  /// Bytes for one path with its NUL: the kernel's own limit.
  static let pathCapacity = 4096

  private let paths: UnsafeMutablePointer<CChar>
  let completions: UnsafeMutableBufferPointer<Ring.Completion>

  init(slots: Int) {
    unsafe paths = .allocate(capacity: slots * RingScratch.pathCapacity)
    unsafe completions = .allocate(capacity: slots * 2)
    unsafe completions.initialize(repeating: Ring.Completion())
  }

  deinit {
    unsafe paths.deallocate()
    unsafe completions.deallocate()
  }

  /// Copies a name into a slot; `nil` if no kernel would take a name of this length.
  @unsafe func path(_ name: FileName, slot: Int) -> UnsafePointer<CChar>? {
    let count = name.bytes.count
    guard count < RingScratch.pathCapacity else { return nil }
    let path = unsafe paths + slot * RingScratch.pathCapacity
    unsafe name.bytes.withUnsafeBytes { bytes in
      unsafe UnsafeMutableRawBufferPointer(start: path, count: count).copyMemory(from: bytes)
    }
    unsafe path[count] = 0
    return unsafe UnsafePointer(path)
  }
}
