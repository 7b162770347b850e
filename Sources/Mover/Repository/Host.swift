import CLinux
import FrameEngine
import Glibc

/// Who does the work: written into snapshots and leases.
public struct Host: Hashable, Sendable {
  /// The machine's name.
  public let name: String
  /// The user's name, or number where it has none.
  public let user: String
  /// The boot and process namespace that `process` counts in.
  public let machine: String
  /// The process's number, in the counting of `machine`.
  public let process: UInt64
  /// When the process began, in ticks since the machine started.
  public let processStart: UInt64

  /// A process on a host.
  public init(
    name: String, user: String, machine: String, process: UInt64, processStart: UInt64
  ) {
    self.name = name
    self.user = user
    self.machine = machine
    self.process = process
    self.processStart = processStart
  }

  /// This process.
  public static func current() -> Host {
    var buffer = [CChar](repeating: 0, count: 256)
    let status = unsafe gethostname(&buffer, buffer.count - 1)
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let name = status == 0 ? String(decoding: bytes, as: UTF8.self) : "localhost"
    let user = unsafe getpwuid(geteuid()).map { unsafe String(cString: $0.pointee.pw_name) }
    let process = UInt64(getpid())
    return Host(
      name: name, user: user ?? String(geteuid()), machine: currentMachine(), process: process,
      processStart: start(of: process) ?? 0)
  }

  /// The same process under another name for its machine; the same one if `name` is `nil`.
  public func named(_ name: String?) -> Host {
    Host(
      name: name ?? self.name, user: user, machine: machine, process: process,
      processStart: processStart)
  }

  /// Whether the process that `lease` names is surely gone: it ran in this boot and process
  /// namespace, and no process of its number and start is there.
  func knowsDead(_ lease: LeaseRecord) -> Bool {
    guard !machine.isEmpty, lease.machine == machine else { return false }
    return Host.start(of: lease.process) != lease.processStart
  }

  private static func currentMachine() -> String {
    guard let boot = ProcFile.read("/proc/sys/kernel/random/boot_id"),
      let namespace = ProcFile.link("/proc/self/ns/pid")
    else { return "" }
    return "\(boot.filter { $0 != "\n" }) \(namespace)"
  }

  /// Field 22 of /proc/PID/stat, counted behind the command's name, which may hold anything.
  private static func start(of process: UInt64) -> UInt64? {
    guard let text = ProcFile.read("/proc/\(process)/stat"), let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? UInt64(fields[19]) : nil
  }
}

/// Small files of /proc.
private enum ProcFile {
  static func read(_ path: String) -> String? {
    let descriptor = unsafe farmio_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  static func link(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}
