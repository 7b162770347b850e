import FrameEngine
import Glibc
import Synchronization

/// The name of an unfinished file: `.farmio-RUN-NUMBER.part`, or `.journal` for the notes of a large
/// one. It carries its owner, so that anyone may sweep what a dead run left.
struct PartName: Hashable, Sendable {
  enum Suffix: String, Hashable, Sendable {
    case part, journal
  }

  let run: RunIdentity
  let number: UInt64
  let suffix: Suffix

  private static let prefix = Array(".farmio-".utf8)

  init(run: RunIdentity, number: UInt64, suffix: Suffix) {
    self.run = run
    self.number = number
    self.suffix = suffix
  }

  /// The parts of a name; `nil` for any other name.
  init?(_ name: FileName) {
    guard name.bytes.starts(with: PartName.prefix) else { return nil }
    let text = String(decoding: name.bytes.dropFirst(PartName.prefix.count), as: UTF8.self)
    let halves = text.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count == 2, let suffix = Suffix(rawValue: String(halves[1])) else { return nil }
    let fields = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    let values = fields.compactMap { UInt64($0, radix: 16) }
    guard fields.count == 6, values.count == 6 else { return nil }
    run = RunIdentity(
      host: values[0], boot: values[1], process: values[2], start: values[3], serial: values[4])
    number = values[5]
    self.suffix = suffix
  }

  /// As it stands in the folder.
  var name: FileName {
    let fields = [run.host, run.boot, run.process, run.start, run.serial, number]
    let text = fields.map { String($0, radix: 16) }.joined(separator: "-")
    return FileName(".farmio-\(text).\(suffix.rawValue)")
  }

  /// Whether a name is one of an unfinished file, whoever it belongs to.
  static func isPart(_ name: FileName) -> Bool { PartName(name) != nil }
}

/// Which run of which process on which machine something belongs to.
struct RunIdentity: Hashable, Sendable {
  /// The machine and the process namespace.
  let host: UInt64
  /// The machine's start.
  let boot: UInt64
  let process: UInt64
  /// When the process started, in ticks since the machine's start.
  let start: UInt64
  /// The run within the process.
  let serial: UInt64

  /// What is known about the owner of something.
  enum Liveness: Hashable, Sendable {
    case alive, dead
    /// It ran on another machine, or where its process cannot be seen.
    case unknown
  }

  /// Runs of this process that have not ended.
  private static let live = Mutex<(next: UInt64, serials: Set<UInt64>)>((0, []))

  /// A new run of this process, alive until `end`.
  static func begin() -> RunIdentity {
    let serial = live.withLock { live in
      live.next += 1
      live.serials.insert(live.next)
      return live.next
    }
    let process = UInt64(getpid())
    return RunIdentity(
      host: thisHost, boot: thisBoot, process: process, start: startTicks(of: process) ?? 0,
      serial: serial)
  }

  /// The run has ended: what it left may be swept.
  func end() {
    _ = RunIdentity.live.withLock { $0.serials.remove(serial) }
  }

  /// Whether the run still goes on.
  var liveness: Liveness {
    if host != RunIdentity.thisHost { return .unknown }
    if boot != RunIdentity.thisBoot { return .dead }
    guard RunIdentity.startTicks(of: process) == start else { return .dead }
    if process != UInt64(getpid()) { return .alive }
    return RunIdentity.live.withLock { $0.serials.contains(serial) } ? .alive : .dead
  }

  // A process number means something in its namespace only: a container that shares the machine
  // counts as another host.
  private static let thisHost = fingerprint(
    SystemFile.contents("/etc/machine-id") + SystemFile.contents("/proc/sys/kernel/hostname")
      + SystemFile.link("/proc/self/ns/pid"))
  private static let thisBoot = fingerprint(SystemFile.contents("/proc/sys/kernel/random/boot_id"))

  private static func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    BLAKE3.hash(bytes).words.0 & 0xFFFF_FFFF
  }

  /// Field 22 of the process's stat line: the name before it may hold anything, also brackets.
  private static func startTicks(of process: UInt64) -> UInt64? {
    let line = SystemFile.contents("/proc/\(process)/stat")
    guard let end = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = line[(end + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
  }
}

/// Small files in which the kernel tells of itself.
enum SystemFile {
  /// The first 4 KiB; empty where there is no such file.
  static func contents(_ path: String) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return unsafe filled { unsafe read(descriptor, $0.baseAddress!, $0.count) }
  }

  /// The permission bits that new files of this process lack; 0 where the kernel does not tell, so
  /// that modes are set by a call more.
  static var umask: UInt32 {
    let status = contents("/proc/self/status")
    let key = Array("Umask:".utf8)
    for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
      let digits = line.dropFirst(key.count).filter { (0x30...0x37).contains($0) }
      return UInt32(String(decoding: digits, as: UTF8.self), radix: 8) ?? 0
    }
    return 0
  }

  /// What a symbolic link holds; empty where there is none.
  static func link(_ path: String) -> [UInt8] {
    unsafe filled {
      unsafe readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
  }

  private static func filled(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe body($0) }
    bytes.removeSubrange(max(count, 0)...)
    return bytes
  }
}
