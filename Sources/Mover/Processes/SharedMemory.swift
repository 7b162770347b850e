import CLinux
import Glibc

/// Memory that a child process maps too. Grows, and never shrinks: not even the child can shorten
/// it, which would kill us at the next touch.
@safe struct SharedMemory: ~Copyable, @unchecked Sendable {
  /// The descriptor that the child gets; -1 while there are no bytes.
  private(set) var descriptor: Int32 = -1
  private var base: UnsafeMutableRawPointer?
  /// Bytes, a multiple of 4096.
  private(set) var capacity = 0

  /// What the kernel's listings call it.
  private let name: String

  /// Memory of no bytes.
  init(name: String = "farmio chunks") {
    self.name = name
    unsafe base = nil
  }

  deinit {
    if let base = unsafe base { unsafe munmap(base, capacity) }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Makes room for `byteCount` bytes; what was in it stays.
  mutating func reserve(_ byteCount: Int) throws(SystemCause) {
    if byteCount <= capacity { return }
    if descriptor < 0 { descriptor = unsafe farmio_shared_memory(name) }
    if descriptor < 0 { throw SystemCause(code: -descriptor) }
    let wanted = Buffer.roundedUpToPages(byteCount)
    let grown = farmio_ftruncate(descriptor, Int64(wanted))
    if grown < 0 { throw SystemCause(code: Int32(-grown)) }
    let mapped = unsafe mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw SystemCause(code: errno)
    }
    if let base = unsafe base { unsafe munmap(base, capacity) }
    unsafe base = mapped
    capacity = wanted
  }

  /// All of the memory, for reading. The child may write to it at any time: each byte is to be
  /// read once, and nothing in it to be believed.
  var bytes: RawSpan {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base!, byteCount: capacity), borrowing: self)
    }
  }

  /// Copies bytes into the memory at `offset`, where they must fit.
  mutating func copy(_ source: RawSpan, to offset: Int) {
    precondition(offset >= 0 && source.byteCount <= capacity - offset, "a buffer is overrun")
    unsafe source.withUnsafeBytes { source in
      if unsafe source.isEmpty { return }
      unsafe (base! + offset).copyMemory(from: source.baseAddress!, byteCount: source.count)
    }
  }
}

/// An error number of the kernel, with nothing around it.
struct SystemCause: Error, Hashable, Sendable {
  let code: Int32

  /// The kernel's words for it.
  var text: String { unsafe String(cString: strerror(code)) }
}

extension MutableRawSpan {
  /// Copies bytes, which must fit, to the start of these.
  @_lifetime(self: copy self)
  mutating func begin(with source: RawSpan) {
    precondition(source.byteCount <= byteCount, "a buffer is overrun")
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}
