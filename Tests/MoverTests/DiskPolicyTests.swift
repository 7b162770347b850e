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
    #expect(!nfs.isDirect(size: 1 << 30, cached: 0))
    #expect(policy(0x6969, open: .microseconds(10)).threadCount == 1)
  }

  @Test func aDiskOfThisMachineIsServedByTheRing() {
    #expect(policy(0xEF53).executor == .ring)
    #expect(policy(0xEF53, open: .microseconds(100), cores: 4).executor == .ring)
    #expect(policy(0xEF53, open: .microseconds(100), cores: 4).threadCount == 16)
  }

  @Test func aSlowDiskIsMetWithThreads() {
    #expect(policy(0xEF53, open: .microseconds(300)).executor == .threads)
    #expect(policy(0xEF53, open: .microseconds(300)).threadCount == 64)
  }

  @Test func memoryIsReadByPlainCalls() {
    let tmpfs = policy(0x0102_1994)
    #expect(tmpfs.executor == .threads)
    #expect(tmpfs.threadCount == 1)
    #expect(!tmpfs.allowsDirect)
  }

  @Test func onlyLargeFilesThatAreNotCachedAreReadAroundTheCache() {
    let ext4 = policy(0xEF53)
    #expect(!ext4.isDirect(size: DiskPolicy.directSize - 1, cached: 0))
    #expect(ext4.isDirect(size: DiskPolicy.directSize, cached: 0))
    #expect(ext4.isDirect(size: 100 << 20, cached: nil))
    #expect(ext4.isDirect(size: 100 << 20, cached: 9 << 20))
    #expect(!ext4.isDirect(size: 100 << 20, cached: 50 << 20))
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
