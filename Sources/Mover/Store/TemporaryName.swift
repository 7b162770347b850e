import CLinux
import FrameEngine
import Glibc

/// The name of a file that is not an object yet: `.tmp-MACHINE-PROCESS-RANDOM`.
///
/// It says who is writing, so that what a killed process left can be told from what a living one
/// is still writing.
struct TemporaryName: Hashable, Sendable {
  /// What every such name begins with.
  static let start = ".tmp-"
  private static let prefix = Array(start.utf8)

  /// Who writes the file.
  let owner: Owner
  /// Differs for every file.
  let random: UInt64

  /// A fresh name.
  init(owner: Owner) {
    var random: UInt64 = 0
    let count = unsafe withUnsafeMutableBytes(of: &random) {
      unsafe farmio_random($0.baseAddress!, $0.count)
    }
    precondition(count == 8, "the kernel gives no random bytes")
    self.owner = owner
    self.random = random
  }

  /// The name as a file's; `nil` if the file is not one of ours.
  init?(_ name: FileName) {
    let parts = name.bytes.dropFirst(TemporaryName.prefix.count).split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard name.bytes.starts(with: TemporaryName.prefix), parts.count == 3,
      let machine = UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16),
      let process = Int32(String(decoding: parts[1], as: UTF8.self)),
      let random = UInt64(String(decoding: parts[2], as: UTF8.self), radix: 16)
    else { return nil }
    self.owner = Owner(machine: machine, process: process)
    self.random = random
  }

  /// The file's name.
  var fileName: FileName {
    FileName(
      ".tmp-\(String(owner.machine, radix: 16))-\(owner.process)-\(String(random, radix: 16))")
  }

  /// Whether a name belongs to temporary files, ours or another version's.
  static func isTemporary(_ name: some Collection<UInt8>) -> Bool {
    name.starts(with: prefix)
  }
}

extension TemporaryName {
  /// A process of some machine.
  struct Owner: Hashable, Sendable {
    /// Stands for one boot of one machine, and in it one set of process numbers (containers have
    /// sets of their own).
    let machine: UInt64
    let process: Int32

    /// This process.
    static let current = Owner(machine: machineMark(), process: getpid())

    /// Whether the process is surely gone. Of another machine nothing is sure.
    func isDead(seenFrom other: Owner) -> Bool {
      machine == other.machine && (farmio_kill(process, 0) == -Int(ESRCH) || isZombie)
    }

    /// Whether the process has ended, and only waits for somebody to ask how.
    private var isZombie: Bool {
      let line = SystemFile.contents("/proc/\(process)/stat")
      // The name before the state may hold anything, also brackets.
      guard let end = line.lastIndex(of: UInt8(ascii: ")")) else { return false }
      return line[end...].dropFirst(2).first == UInt8(ascii: "Z")
    }

    private static func machineMark() -> UInt64 {
      var marks = [UInt8](repeating: 0, count: 256)
      // A host without a name leaves zeros: the other two marks still tell it apart.
      _ = unsafe marks.withUnsafeMutableBytes {
        unsafe farmio_hostname($0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
      let disk = ThreadDisk()
      do throws(DiskError) {
        let boot = try disk.open("/proc/sys/kernel/random/boot_id", in: .current, .read())
        defer { disk.abandon(boot) }
        marks += try disk.read(boot, at: 0, count: 64)
        marks += try disk.readSymbolicLink("/proc/self/ns/pid", in: .current)
      } catch {
        // Without /proc no other process can be told dead: a mark that nobody shares.
        return TemporaryName(owner: Owner(machine: 0, process: 0)).random
      }
      return fnv1a(marks)
    }

    /// The 64-bit FNV-1a hash: short, and the same in every process.
    private static func fnv1a(_ bytes: [UInt8]) -> UInt64 {
      bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
  }
}
