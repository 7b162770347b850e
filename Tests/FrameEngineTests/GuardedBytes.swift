import Glibc

/// Bytes that end where memory ends: the page behind them may not be touched, so that a kernel which
/// reads or writes past the end dies instead of passing.
@safe final class GuardedBytes {
  private let mapping: UnsafeMutableRawPointer
  private let mapped: Int
  private static let page = 4096
  let count: Int

  init(count: Int) {
    self.count = count
    let usable = (count + Self.page - 1) / Self.page * Self.page
    mapped = usable + Self.page
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let base = unsafe mmap(nil, mapped, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe base != MAP_FAILED
    else { fatalError("mmap of \(mapped) bytes failed: \(errno)") }
    unsafe mapping = base
    let locked = unsafe mprotect(base + usable, Self.page, PROT_NONE)
    precondition(locked == 0, "mprotect failed: \(errno)")
  }

  convenience init(_ bytes: some Collection<UInt8>) {
    self.init(count: bytes.count)
    unsafe start.initialize(from: Array(bytes), count: bytes.count)
  }

  deinit { unsafe munmap(mapping, mapped) }

  /// The first byte; `count` bytes follow, and then the guard.
  var start: UnsafeMutablePointer<UInt8> {
    let offset = mapped - Self.page - count
    return unsafe (mapping + offset).assumingMemoryBound(to: UInt8.self)
  }

  var span: RawSpan {
    @_lifetime(borrow self)
    get {
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count), borrowing: self)
    }
  }

  var array: [UInt8] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }
}
