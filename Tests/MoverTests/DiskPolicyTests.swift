import FrameEngine
import Glibc
import Testing

@testable import Mover

@Suite struct DiskPolicyTests {
  private func policy(_ magic: UInt64, open: Duration? = nil, cores: Int = 2) -> DiskPolicy {
    DiskPolicy(fileSystem: FileSystem(magic: magic), coreCount: cores, medianOpen: open)
  }

  @Test func aMountWithAServerIsTakenForSlowUntilMeasured() {
    let nfs = policy(0x6969)
    #expect(nfs.executor == .threads)
    #expect(nfs.threadCount == 64)
    #expect(!nfs.isDirect(size: 1 << 30))
    #expect(policy(0x6969, open: .microseconds(10)).threadCount == 1)
  }

  @Test func aSlowDiskIsMetWithThreads() {
    #expect(policy(0xEF53, open: .microseconds(300)).threadCount == 64)
    #expect(policy(0xEF53, open: .microseconds(100), cores: 4).threadCount == 16)
  }

  @Test func onlyLargeFilesAreReadAroundThePageCache() {
    let ext4 = policy(0xEF53)
    #expect(!ext4.isDirect(size: DiskPolicy.directSize - 1))
    #expect(ext4.isDirect(size: DiskPolicy.directSize))
  }

  @Test(arguments: ["ring", "threads"]) func theExecutorCanBeDemanded(_ name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      unsafe setenv("FARMIO_DISK", name, 1)
      let disk = try LocalDisk.open()
      precondition(name == "ring" ? disk is RingDisk : disk is ThreadDisk)
    }
  }

  @Test func anUnknownExecutorIsRefused() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_DISK", "tape", 1)
      do {
        _ = try LocalDisk.open()
        preconditionFailure("an unknown executor was taken")
      } catch let error as DiskError {
        precondition(error.code == EINVAL)
      }
    }
  }
}
