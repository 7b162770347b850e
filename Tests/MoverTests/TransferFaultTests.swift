import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

/// Transfers on disks that fail, sources that change, and runs that are killed.
@Suite(.serialized)
struct TransferFaultTests {
  /// The executable with a `copy` command, built beside the tests.
  private static let program: String = {
    let tests = ScratchTree.shell("readlink /proc/\(getpid())/exe").split(separator: "\n")[0]
    let words = ScratchTree.shell("tr '\\0' '\\n' < /proc/\(getpid())/cmdline")
    let bundle = words.split(separator: "\n").first { $0.hasSuffix(".xctest") } ?? tests
    return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/Benchmarks"
  }()

  private static func ended(_ child: pid_t) -> Bool {
    var status: Int32 = 0
    return unsafe waitpid(child, &status, WNOHANG) == child
  }

  @Test func `Files that change once are copied again, those that never rest are reported`() {
    let scratch = TransferTests.source(
      "for i in 1 2 3; do echo $i > $i; done; head -c 5M /dev/zero > big")
    let once = ChangingDisk(changes: 2)
    let summary = TransferTests.transfer(scratch, on: once)
    #expect(summary.isComplete)
    #expect(TransferTests.differences(scratch) == "")
    scratch.run("rm -rf dst")
    let always = TransferTests.transfer(scratch, on: ChangingDisk(changes: .max))
    #expect(Set(always.failures.map(\.reason)) == [.keepsChanging])
    #expect(always.failureCount == 4)
    #expect(scratch.run("find dst -type f") == "")
  }

  @Test(arguments: [1000, 200_000, 70 << 20]) func `Verification finds what a disk spoils`(
    size: Int
  ) {
    let scratch = TransferTests.source(
      "head -c \(size) /dev/urandom > bad; mkdir d; echo good > d/good")
    let summary = TransferTests.transfer(scratch, on: SpoilingDisk(above: 500)) { $0.verify = true }
    #expect(summary.failures.map(\.reason) == [.differs])
    #expect(summary.failures.map(\.path.description) == [scratch("dst/bad")])
    #expect(scratch.run("find dst -type f") == "dst/d/good\n")
  }

  @Test func `A full disk ends the run, keeps what is whole, and a later run finishes`() {
    let scratch = TransferTests.source(
      "mkdir d; for i in $(seq 1 30); do head -c 100000 /dev/urandom > d/$i; done; head -c 80M /dev/urandom > large"
    )
    scratch.run("mkdir dst; mount -t tmpfs -o size=20M none dst")
    defer { scratch.run("umount dst") }
    let full = TransferTests.transfer(scratch)
    #expect(!full.isComplete)
    #expect(
      full.failures.contains { $0.endsTransfer && $0.path.description.hasPrefix(scratch.path) })
    #expect(
      scratch.run(
        "for f in $(cd dst; find . -type f ! -name '.farmio*'); do cmp src/$f dst/$f; done; echo whole"
      ) == "whole\n")
    scratch.run("mount -o remount,size=200M dst")
    let later = TransferTests.transfer(scratch)
    #expect(later.isComplete)
    #expect(scratch.run("diff -r src dst && find dst -name '.farmio*'") == "")
  }

  @Test func `A disk that fails under what is written ends the run, a bad sector does not`() {
    for operation in [DiskError.Operation.sync, .write, .rename] {
      #expect(TransferFailure(DiskError(operation, code: EIO)).endsTransfer)
    }
    for operation in [DiskError.Operation.read, .open, .copy] {
      #expect(!TransferFailure(DiskError(operation, code: EIO)).endsTransfer)
    }
  }

  @Test func `A target mounted read-only is one clear failure`() {
    let scratch = TransferTests.source("for i in $(seq 1 50); do echo $i > $i; done")
    scratch.run("mkdir dst; mount -t tmpfs -o ro none dst")
    defer { scratch.run("umount dst") }
    let summary = TransferTests.transfer(scratch)
    #expect(summary.failureCount == 1)
    #expect(summary.failures.first?.description.contains("read-only") == true)
  }

  @Test func `A killed copy of a large file sends little again`() {
    let size = 192 << 20
    let scratch = TransferTests.source("head -c \(size) /dev/urandom > large; echo small > small")
    let null = unsafe open("/dev/null", O_WRONLY)
    let child = ScratchTree.start(
      [
        Self.program, "copy", "--threads", "2", "--bwlimit", "120000000", scratch("src"),
        scratch("dst"),
      ],
      output: null)
    close(null)
    // Killed once the journal notes something; the header alone is less than 120 bytes.
    var hasEnded = false
    while !hasEnded,
      scratch.run("find dst -name '.farmio*.journal' -size +200c 2>/dev/null || true").isEmpty
    {
      usleep(20_000)
      hasEnded = Self.ended(child)
    }
    #expect(!hasEnded)
    kill(child, SIGKILL)
    _ = ScratchTree.wait(for: child)
    #expect(scratch.run("ls dst") == "" || scratch.run("ls dst") == "small\n")
    let summary = TransferTests.transfer(scratch)
    #expect(summary.isComplete)
    #expect(summary.bytesResumed >= 32 << 20)
    #expect(summary.bytesResumed + summary.bytesCopied >= Int64(size))
    #expect(summary.bytesCopied < Int64(size))
    #expect(TransferTests.differences(scratch) == "")
    #expect(scratch.run("find dst -name '.farmio*'") == "")
  }

  @Test func `A journal of another source is not gone on with`() {
    let scratch = TransferTests.source("head -c 100M /dev/urandom > large")
    let token = CancelToken()
    let disk = CancellingDisk(token: token, afterBytes: 60 << 20)
    let stopped = TransferTests.transfer(scratch, on: disk, cancel: token) { $0.verify = true }
    #expect(stopped.isCancelled)
    #expect(scratch.run("find dst -name '.farmio*.journal' | wc -l") == "1\n")
    scratch.run("printf X | dd of=src/large bs=1 seek=10 conv=notrunc 2>/dev/null")
    let summary = TransferTests.transfer(scratch)
    #expect(summary.isComplete)
    #expect(summary.bytesResumed == 0)
    #expect(TransferTests.differences(scratch) == "")
  }

  @Test func `Killed anywhere, the next run finishes and no file was ever partial`() {
    let scratch = TransferTests.source(
      """
      for d in $(seq 1 30); do mkdir $d; for f in $(seq 1 30); do head -c $((d * 97 + f)) /dev/urandom > $d/$f; done; done
      head -c 3M /dev/urandom > mid; mkdir 1/sub; head -c 9M /dev/urandom > 1/sub/nine
      """)
    var generator = SeededGenerator(seed: 7)
    let null = unsafe open("/dev/null", O_WRONLY)
    defer { close(null) }
    for _ in 0..<12 {
      let child = ScratchTree.start(
        [Self.program, "copy", "--threads", "2", scratch("src"), scratch("dst")], output: null)
      usleep(UInt32.random(in: 1_000...60_000, using: &generator))
      kill(child, SIGKILL)
      _ = ScratchTree.wait(for: child)
      scratch.run(
        "test -d dst || exit 0; cd dst; find . -type f ! -path '*/.farmio*' | while read f; do cmp $f ../src/$f; done"
      )
      if Bool.random(using: &generator) { scratch.run("rm -rf dst/[0-4]*") }
    }
    #expect(TransferTests.transfer(scratch).isComplete)
    #expect(TransferTests.differences(scratch) == "")
    #expect(scratch.run("find dst -name '.farmio*'") == "")
  }

  @Test func `Without root, owners are noted and unreadable files reported`() {
    let scratch = TransferTests.source(
      "mkdir d; echo a > d/a; chown 5:6 d/a; chmod 4755 d/a; echo s > d/secret; chmod 600 d/secret; echo r > d/ro; chmod 444 d/ro; setfattr -n user.k -v v d/ro; chmod 555 d"
    )
    scratch.run("chmod 755 .; mkdir dst; chown 65534:65534 dst")
    let words = [
      "/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
      Self.program, "copy", scratch("src"), scratch("dst"),
    ]
    for _ in 0..<2 {
      let (status, output) = ScratchTree.execute(words)
      #expect(status == 3)
      #expect(output.contains("src/d/secret: open: Permission denied"))
      #expect(
        scratch.run(
          "cat dst/d/a dst/d/ro; stat -c '%a %u' dst/d dst/d/a dst/d/ro; getfattr -n user.k --only-values dst/d/ro"
        )
          == "a\nr\n555 65534\n755 65534\n444 65534\nv")
      scratch.run("echo b > src/d/b")
    }
    #expect(scratch.run("cat dst/d/b") == "b\n")
  }
}

/// Moves the time of a file forward when it is read: somebody writes to it meanwhile.
private final class ChangingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let left: Atomic<Int>

  init(changes: Int) { left = Atomic(changes) }

  func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    try touch(handle)
    return try plain.read(handle, at: offset, into: &buffer)
  }

  func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int {
    try touch(source)
    return try plain.copyRange(
      from: source, at: offset, to: target, at: targetOffset, byteCount: byteCount)
  }

  private func touch(_ handle: Handle) throws(DiskError) {
    guard left.subtract(1, ordering: .relaxed).newValue >= 0 else { return }
    var time = try plain.status(of: handle).modified
    time.seconds += 1
    try plain.setTimes(handle, modified: time)
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}

/// Writes a wrong byte into every block above a size.
private final class SpoilingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let byteCount: Int

  init(above byteCount: Int) { self.byteCount = byteCount }

  func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    var copy = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    if copy.count > byteCount { copy[byteCount] ^= 1 }
    try plain.write(handle, at: offset, unsafe copy.span.bytes)
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}

/// Cancels a run once so many bytes were written.
private final class CancellingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let token: CancelToken
  private let left: Atomic<Int>

  init(token: CancelToken, afterBytes byteCount: Int) {
    self.token = token
    left = Atomic(byteCount)
  }

  func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    try plain.write(handle, at: offset, bytes)
    if left.subtract(bytes.byteCount, ordering: .relaxed).newValue <= 0 { token.cancel() }
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}
