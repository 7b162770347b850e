import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

struct BucketTransferTests {
  private static let tree = """
    mkdir -p a/b empty 'odd folder/%41'; echo data > a/file; : > a/b/nothing
    head -c 3000000 /dev/urandom > a/b/medium; echo x > 'odd folder/%41/a+b é %2F'
    echo y > $'odd folder/new\\nline'; ln -s ../nowhere a/link
    chmod 640 a/file; touch -d '1969-12-31 23:59:58.25' a/file; touch -d '1999-12-31 23:59:59.5' a/b/nothing
    """

  @Test func `Copies everything, and finds nothing to do the second time`() throws {
    let rig = BucketRig(Self.tree)
    let first = rig.up()
    #expect(first.isComplete && first.filesCopied == 5 && first.specialsMade == 1)
    #expect(first.foldersMade == 1)
    #expect(
      Set(rig.bucket.keys) == [
        "show/a/file", "show/a/link", "show/a/b/nothing", "show/a/b/medium", "show/empty/",
        "show/odd folder/%41/a+b é %2F", "show/odd folder/new\nline",
      ])
    let file = try #require(rig.bucket.object("show/a/file"))
    #expect(file.bytes == Array("data\n".utf8))
    #expect(file.attributes.metadata["mtime"] == "-1.750000000")
    #expect(file.attributes.metadata["mode"] == "100640")
    #expect(rig.bucket.object("show/a/link")?.bytes == Array("../nowhere".utf8))
    let before = rig.bucket.keys.map { rig.bucket.object($0)!.tag }
    let second = rig.up { $0.deleteExtra = true }
    #expect(second.isComplete && second.filesUnchanged == 6 && second.filesCopied == 0)
    #expect(second.foldersMade == 0 && second.removed == 0 && second.filesRepaired == 0)
    #expect(rig.bucket.keys.map { rig.bucket.object($0)!.tag } == before)
    #expect(rig.down().isComplete)
    #expect(rig.differences() == "")
  }

  @Test func `Sends what changed, and with checksum what only looks unchanged`() {
    let rig = BucketRig("echo one > a; echo two > b; touch -d 2001-01-01 a b")
    rig.up()
    rig.scratch.run("echo 111 > src/a; echo 222 > src/b; touch -d 2001-01-01 src/b")
    #expect(rig.up().filesCopied == 1)
    #expect(rig.bucket.object("show/a")?.bytes == Array("111\n".utf8))
    #expect(rig.bucket.object("show/b")?.bytes == Array("two\n".utf8))
    let checked = rig.up { $0.checksum = true }
    #expect(checked.filesCopied == 1 && checked.filesUnchanged == 1)
    #expect(rig.bucket.object("show/b")?.bytes == Array("222\n".utf8))
  }

  @Test func `A large file is compared by its content where no checksum of the whole is kept`() {
    let rig = BucketRig(BucketRig.large)
    #expect(rig.up().isComplete)
    #expect(rig.up { $0.checksum = true }.filesUnchanged == 2)
    rig.scratch.run(
      "cd src; touch -r large t; printf X | dd of=large bs=1 seek=9000000 conv=notrunc; touch -r t large; rm t"
    )
    #expect(rig.up { $0.checksum = true }.filesCopied == 1)
    #expect(rig.bucket.object("show/large")?.bytes == rig.bytes("src/large"))
  }

  @Test func `Removes what the source has not, but nothing that was excluded`() throws {
    let rig = BucketRig("mkdir d; echo a > a; echo k > d/k")
    for key in ["show/old", "show/d/old", "show/gone/", "show/a//b", "show/keep.tmp", "show/no/x"] {
      rig.bucket.set(key, [1])
    }
    rig.bucket.set("showing", [1])
    let filter = try Filter(excluding: ["*.tmp", "no/"])
    #expect(rig.up { $0.filter = filter }.removed == 0)
    let summary = rig.up {
      $0.filter = filter
      $0.deleteExtra = true
    }
    #expect(summary.isComplete && summary.removed == 4)
    #expect(rig.bucket.keys == ["show/a", "show/d/k", "show/keep.tmp", "show/no/x", "showing"])
  }

  @Test func `A dry run changes nothing and tells everything`() {
    let rig = BucketRig("mkdir e; echo a > a; echo b > b; touch -d 2001-01-01 b")
    rig.up()
    rig.bucket.set("show/old", [1])
    rig.scratch.run("rmdir src/e; mkdir src/f; echo c > src/c; echo bb > src/b; chmod 600 src/a")
    let before = rig.bucket.keys.map { rig.bucket.object($0)!.tag }
    let planned = Mutex<Set<String>>([])
    let summary = rig.up {
      $0.dryRun = true
      $0.deleteExtra = true
    } planned: { action, path in
      planned.withLock { _ = $0.insert("\(action.rawValue) \(path)") }
    }
    #expect(summary.isComplete)
    #expect(rig.bucket.keys.map { rig.bucket.object($0)!.tag } == before)
    #expect(
      planned.withLock { $0 } == [
        "copy s3://memory/show/b", "copy s3://memory/show/c", "make folder s3://memory/show/f/",
        "remove s3://memory/show/e/", "remove s3://memory/show/old", "repair s3://memory/show/a",
      ])
  }

  @Test func `What a bucket cannot hold is named, and then nothing is removed`() {
    let rig = BucketRig(
      "mkfifo pipe; echo x > $'bad\\xff'; mkdir $'d\\xff'; echo y > $'d\\xff/y'; echo z > z")
    rig.bucket.set("show/old", [1])
    let summary = rig.up { $0.deleteExtra = true }
    #expect(summary.failureCount == 3 && summary.removed == 0 && summary.filesCopied == 1)
    #expect(rig.bucket.keys == ["show/old", "show/z"])
    let words = summary.failures.map(\.description).joined(separator: "\n")
    #expect(words.contains("src/pipe") && words.contains("FIFO") && words.contains("UTF-8"))
  }

  @Test func `A key that is too long is the failure of one file`() {
    let name = String(repeating: "n", count: 250)
    let rig = BucketRig(
      "mkdir -p \(name)/\(name)/\(name)/\(name); echo x > \(name)/\(name)/\(name)/\(name)/y; echo z > z"
    )
    let exact = rig.up(to: String(repeating: "k", count: 1024 - 4 * 251 - 2))
    #expect(exact.isComplete)
    let long = rig.up(to: String(repeating: "k", count: 1024 - 4 * 251 - 1))
    #expect(long.failureCount == 1 && long.filesCopied == 1)
  }

  @Test func `Names that Unicode calls equal are two`() {
    let rig = BucketRig(
      "echo 1 > $'\\xc3\\xa9'; echo 2 > $'e\\xcc\\x81'; mkdir $'\\xcc\\x81'; echo 3 > $'\\xcc\\x81/\\xcc\\x81x'"
    )
    #expect(rig.up().filesCopied == 3)
    #expect(rig.bucket.keys.count == 3)
    #expect(rig.up { $0.deleteExtra = true }.filesUnchanged == 3)
    rig.scratch.run("rm $'src/e\\xcc\\x81'")
    #expect(rig.up { $0.deleteExtra = true }.removed == 1)
    #expect(rig.bucket.object("show/\u{E9}")?.bytes == Array("1\n".utf8))
    #expect(rig.down().isComplete)
    #expect(rig.differences() == "")
  }

  @Test func `A file in the way of a folder, and the reverse`() {
    let rig = BucketRig("mkdir d; echo x > d/x; echo f > f")
    rig.bucket.set("show/d", [1])
    rig.bucket.set("show/f/y", [2])
    let refused = rig.up()
    #expect(refused.failureCount == 2 && refused.filesCopied == 0)
    #expect(rig.bucket.keys == ["show/d", "show/f/y"])
    let replaced = rig.up { $0.deleteExtra = true }
    #expect(replaced.isComplete && replaced.removed == 2)
    #expect(rig.bucket.keys == ["show/d/x", "show/f"])
    rig.bucket.set("show", [1])
    #expect(
      rig.up { $0.deleteExtra = true }.failures.map(\.description).first?.contains("in the way")
        == true)
  }

  @Test func `Metadata is set right by the service, and what else is stored stays`() throws {
    let rig = BucketRig("echo a > a; touch -d 2001-01-01 a")
    rig.up()
    let kept = try #require(rig.bucket.object("show/a")).attributes.metadata
    rig.bucket.set("show/a", Array("a\n".utf8), kept.merging(["artist": "maya"]) { $1 })
    rig.scratch.run("chmod 600 src/a")
    _ = rig.bucket.takeCalls()
    let summary = rig.up()
    #expect(summary.filesRepaired == 1 && summary.filesCopied == 0)
    #expect(!rig.bucket.takeCalls().contains { $0.name == "put" })
    let attributes = try #require(rig.bucket.object("show/a")).attributes
    #expect(attributes.metadata["mode"] == "100600" && attributes.metadata["artist"] == "maya")
    #expect(attributes.contentType == "image/x-exr")
    #expect(rig.up().filesUnchanged == 1)
  }

  @Test func `A single file goes to a key, or into a folder`() {
    let rig = BucketRig("echo a > a")
    #expect(rig.up(from: "src/a", to: "new").filesCopied == 1)
    #expect(rig.up(from: "src/a", to: "folder", isFolder: true).filesCopied == 1)
    #expect(rig.up(from: "src/a", to: "folder").filesUnchanged == 1)
    #expect(rig.up(from: "src/a", to: "").filesCopied == 1)
    rig.bucket.set("other/a/b", [1])
    let blocked = rig.up(from: "src/a", to: "other") { $0.deleteExtra = true }
    #expect(blocked.failureCount == 1 && blocked.removed == 0)
    #expect(rig.bucket.keys == ["a", "folder/a", "new", "other/a/b"])
    #expect(rig.up(from: "src/none", to: "x").failureCount == 1)
  }

  @Test func `An empty folder alone comes back`() {
    let rig = BucketRig()
    #expect(rig.up().foldersMade == 1)
    #expect(rig.bucket.keys == ["show/"])
    #expect(rig.down().isComplete)
    #expect(rig.scratch.run("ls -d dst") == "dst\n")
    rig.scratch.run("echo a > src/a")
    #expect(rig.up { $0.deleteExtra = true }.removed == 0)
    #expect(rig.bucket.keys == ["show/", "show/a"])
  }

  private static func copy(
    _ rig: BucketRig, to bucket: MemoryBucket, _ key: String, deletes: Bool = false
  )
    -> TransferSummary
  {
    var options = TransferOptions()
    options.transfers = 4
    options.deleteExtra = deletes
    return BucketTransfer(from: BucketDisk(rig.bucket), to: bucket, options: options).run(
      from: FileName(rig.bucket.address + "show"),
      to: BucketTransfer.Target(key: key, isFolder: false))
  }

  @Test func `Between two buckets the service copies`() throws {
    let rig = BucketRig(Self.tree)
    rig.up()
    let other = MemoryBucket("other")
    other.join(rig.bucket)
    _ = rig.bucket.takeCalls()
    let summary = Self.copy(rig, to: other, "b")
    #expect(summary.isComplete && summary.filesCopied + summary.specialsMade == 6)
    let calls = rig.bucket.takeCalls()
    #expect(!calls.contains { $0.name == "read" || $0.name == "get" })
    #expect(calls.count { $0.name == "head" } == 6)
    for key in rig.bucket.keys {
      let copied = try #require(other.object("b" + key.dropFirst(4)))
      #expect(copied.bytes == rig.bucket.object(key)!.bytes)
      #expect(
        copied.attributes.metadata["mtime"] == rig.bucket.object(key)!.attributes.metadata["mtime"]
          || key.hasSuffix("/"))
    }
    #expect(Self.copy(rig, to: other, "b").filesUnchanged == 6)
  }

  @Test func `What the service does not copy travels`() {
    let rig = BucketRig(Self.tree + "\n" + BucketRig.large)
    rig.up()
    let other = MemoryBucket("other", copyLimit: 1_000_000)
    other.join(rig.bucket)
    #expect(Self.copy(rig, to: other, "show").isComplete)
    for key in ["show/large", "show/a/b/medium", "show/a/file"] {
      #expect(other.object(key)?.bytes == rig.bucket.object(key)?.bytes)
    }
    #expect(other.uploadIDs.isEmpty && other.markers.isEmpty)
  }

  @Test func `A copy into itself is refused`() {
    let rig = BucketRig("mkdir d; echo a > d/a")
    rig.up()
    for (key, deletes, isRefused) in [
      ("show", false, true), ("show/d/e", false, true), ("", true, true), ("", false, false),
      ("showing", true, false),
    ] {
      let summary = Self.copy(rig, to: rig.bucket, key, deletes: deletes)
      #expect(summary.failures.contains { $0.isUsage } == isRefused, "\(key) \(deletes)")
    }
  }

  @Test func `Whatever fails, nothing is removed, and the next run ends well`() {
    let script = "mkdir d e; echo a > a; echo b > d/b; ln -s x l"
    var number = 0
    while true {
      let rig = BucketRig(script)
      rig.bucket.set("show/old", [1])
      rig.bucket.set("show/a", [7])
      let refused = number
      let met = Counter()
      rig.bucket.setHook { number, call in
        guard number == refused else { return .done }
        _ = met.next()
        return .failed(MemoryBucket.denied)
      }
      let summary = rig.up {
        $0.deleteExtra = true
        $0.transfers = 1
      }
      rig.bucket.setHook(nil)
      if met.value == 0 {
        #expect(summary.isComplete && number > 5)
        return
      }
      #expect(!summary.isComplete, "call \(refused)")
      #expect(rig.bucket.object("show/old") != nil, "call \(refused)")
      #expect(rig.up { $0.deleteExtra = true }.isComplete)
      #expect(rig.bucket.keys == ["show/a", "show/d/b", "show/e/", "show/l"])
      number += 1
    }
  }

  @Test func `A file that changes while it is read does not appear torn`() {
    let rig = BucketRig(BucketRig.large)
    let path = rig.scratch("src/large")
    rig.bucket.setHook { _, call in
      if call.name == "part" { ScratchTree.shell("echo more >> \(path)") }
      return .done
    }
    let summary = rig.up()
    #expect(summary.failures.map(\.reason) == [.keepsChanging])
    #expect(rig.bucket.fileKeys == ["show/small"])
    #expect(rig.bucket.uploadIDs.isEmpty && rig.bucket.markers.isEmpty)
    rig.bucket.setHook(nil)
    #expect(rig.up().isComplete)
  }
}
