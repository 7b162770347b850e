import FrameEngine
import Testing

@testable import Mover

/// Files with several names on the way to a file system that has no hard links.
struct CopiedLinksTests {
  private static let names = """
    mkdir d; head -c 3000000 /dev/urandom > plate; truncate -s 9000000 plate; ln plate d/again
    echo note > small; ln small d/small; chmod 640 small; touch -d 2001-02-03 plate small d
    """
  private let disk = RefusingDisk(refusesLinks: true)

  @Test func `A transfer copies what it cannot link, once`() {
    let scratch = TransferTests.source(Self.names)
    let first = TransferTests.transfer(scratch, on: disk)
    #expect(first.isComplete && first.linksCopied == 2 && first.linksMade == 0)
    #expect(scratch.run("rsync -aXni --checksum --delete src/ dst/") == "")
    #expect(scratch.run("stat -c %h dst/plate dst/d/again") == "1\n1\n")
    #expect(scratch.run("test $(stat -c %b dst/d/again) -lt 12000; find dst -name '.*'") == "")

    let second = TransferTests.transfer(scratch, on: disk)
    #expect(second.isComplete && second.linksCopied == 0 && second.filesUnchanged == 4)

    // Where links can be made the copies become names again.
    #expect(TransferTests.transfer(scratch).linksMade == 2)
    #expect(scratch.run("stat -c %h dst/plate dst/d/again") == "2\n2\n")
  }

  @Test func `A restore copies what it cannot link, once`() throws {
    let vault = try ScratchRepository()
    vault.change(Self.names)
    let snapshot = try vault.backup()
    let first = try vault.restore(snapshot, to: "out", onto: disk)
    #expect(first.failures.isEmpty && first.copiedLinks == 2)
    #expect(vault.scratch.run("rsync -aXni --checksum --delete t/ out/") == "")
    #expect(vault.scratch.run("stat -c %h out/plate out/d/again") == "1\n1\n")
    let inodes = vault.scratch.run("stat -c %i out/d/*")
    #expect(try vault.restore(snapshot, to: "out", onto: disk).failures.isEmpty)
    #expect(vault.scratch.run("stat -c %i out/d/*") == inodes)
    #expect(try vault.restore(snapshot, to: "out").copiedLinks == 0)
    #expect(vault.scratch.run("stat -c %h out/plate out/d/again") == "2\n2\n")
  }
}
