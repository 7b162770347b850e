import FrameEngine
import Glibc
import Testing

@testable import Mover

struct BucketDiskTests {
  private static func names(_ bucket: MemoryBucket, _ folder: FileName) throws(DiskError)
    -> Set<FileName>
  {
    let disk = BucketDisk(bucket)
    let opened = try OpenFolder(at: folder, on: disk)
    return Set(try disk.entries(of: opened.handle).map(\.name))
  }

  @Test func `Every key that is a path is one`() throws {
    let bucket = MemoryBucket(pageCount: 2)
    let names = [
      "plain", "with space", "a+b", "100%", "%2F", "\u{E9}", "e\u{301}", "line\nbreak", "...",
      "-rf",
      "back\\slash", "tab\t", "\u{301}", String(repeating: "n", count: 255),
    ]
    for name in names { bucket.set("d/" + name, Array(name.utf8)) }
    bucket.set("d/sub/x", [1])
    bucket.set("d/marked/", [])
    bucket.set("d/.tmp-1-2-3", [1])
    bucket.set("dd", [1])
    let found = try Self.names(bucket, "s3://memory/d")
    #expect(found == Set(names.map { FileName($0) } + ["sub", "marked"]))
    let disk = BucketDisk(bucket)
    let folder = try OpenFolder(at: "d", on: disk)
    for name in names {
      #expect(try disk.contents(of: FileName(name), in: folder.handle) == Array(name.utf8))
      #expect(try disk.status(of: FileName(name), in: folder.handle).kind == .regular)
    }
    #expect(try disk.status(of: "sub", in: folder.handle).kind == .folder)
    #expect(try Self.names(bucket, "s3://memory/d/marked").isEmpty)
  }

  @Test(arguments: [
    ["d/a//b"], ["d//b"], ["d/../x"], ["d/./x"], ["d/.."], ["d/x", "d/x/y"], ["d/", "d/zz"],
    ["d/nul\0byte"],
  ])
  func `What no folder can hold is an error of the folder`(keys: [String]) throws {
    let bucket = MemoryBucket()
    bucket.set("d/good", [1])
    for key in keys { bucket.set(key, key == "d/" ? [1] : []) }
    let folder: FileName = keys == ["d/a//b"] ? "s3://memory/d/a" : "s3://memory/d"
    do throws(DiskError) {
      _ = try Self.names(bucket, folder)
      Issue.record("it was listed")
    } catch {
      #expect(error.code == EINVAL && error.operation == .list, "\(error)")
      #expect("\(error)".contains("s3://memory/d"), "\(error)")
    }
    // Nothing is removed from a target for what could not be seen.
    let rig = BucketRig("", bucket: bucket)
    rig.scratch.run("mkdir dst; echo x > dst/x")
    let summary = rig.down(from: "d") { $0.deleteExtra = true }
    #expect(!summary.isComplete && summary.removed == 0)
    #expect(rig.scratch.run("cat dst/x") == "x\n")
  }

  @Test func `What is not there, and what is another kind`() {
    let bucket = MemoryBucket()
    bucket.set("d/file", [1])
    let disk = BucketDisk(bucket)
    let code = { (body: () throws(DiskError) -> Void) -> Int32 in
      do throws(DiskError) { try body() } catch { return error.code }
      return 0
    }
    #expect(
      code { () throws(DiskError) in _ = try disk.open("e", in: .current, .folder) } == ENOENT)
    #expect(
      code { () throws(DiskError) in _ = try disk.open("d/file", in: .current, .folder) } == ENOTDIR
    )
    #expect(
      code { () throws(DiskError) in _ = try disk.open("d/none", in: .current, .read()) } == ENOENT)
    #expect(
      code { () throws(DiskError) in _ = try disk.status(of: "d/none", in: .current) } == ENOENT)
    #expect(code { () throws(DiskError) in _ = try disk.status(of: "d", in: .current) } == 0)
    #expect(
      code { () throws(DiskError) in _ = try disk.open("x", in: .current, .create(mode: 0o600)) }
        == EROFS)
  }

  @Test func `An object that is replaced while it is read is no mixture`() throws {
    let bucket = MemoryBucket()
    bucket.set("d/file", [UInt8](repeating: 1, count: 100))
    let disk = BucketDisk(bucket)
    let handle = try disk.open("d/file", in: .current, .read())
    defer { disk.abandon(handle) }
    #expect(try disk.read(handle, at: 0, count: 50).count == 50)
    bucket.set("d/file", [UInt8](repeating: 2, count: 100))
    do throws(DiskError) {
      _ = try disk.read(handle, at: 50, count: 50)
      Issue.record("it was read")
    } catch {
      #expect(error.code == ESTALE)
    }
  }

  @Test func `A first download asks once for a small object, and a later one reads none`() {
    let rig = BucketRig(
      "mkdir d; for i in $(seq 20); do echo $i > d/$i; done; ln -s d/1 l; head -c 50000 /dev/urandom > m; touch -d 2001-01-01 m"
    )
    rig.up()
    _ = rig.bucket.takeCalls()
    #expect(rig.down(readsAll: true).isComplete)
    let first = rig.bucket.takeCalls()
    #expect(first.count { $0.name == "get" } == 21)
    // Of the larger file; the place itself is no object.
    #expect(first.count { $0.name == "head" } == 1 && first.count { $0.name == "read" } == 1)
    #expect(rig.differences() == "")
    #expect(rig.down().filesUnchanged == 22)
    let second = rig.bucket.takeCalls()
    #expect(second.count { $0.name == "head" } == 22)
    #expect(!second.contains { $0.name == "get" || $0.name == "read" })
  }

  @Test func `Room for small objects is given back`() throws {
    let room = SmallObjects()
    let bucket = MemoryBucket()
    bucket.set("d/a", [UInt8](repeating: 1, count: SmallObjects.byteLimit))
    for _ in 0..<10_000 {
      let folder = BucketFolder(prefix: "d/", on: "s3://memory", room: room)
      let info = ObjectInfo(key: "d/a", size: 16 << 10, tag: "", stored: nil)
      #expect(try folder.fetch(info, as: "a", from: bucket) != nil)
    }
    #expect(room.reserve(24 << 20))
  }

  @Test func `Times and modes that others wrote are taken over`() {
    let bucket = MemoryBucket()
    bucket.set("show/rclone", [1], ["mtime": "1000000000.5"])
    bucket.set("show/s3fs", [1], ["mtime": "1000000001", "mode": "33152", "uid": "0", "gid": "0"])
    bucket.set("show/link", Array("rclone".utf8), ["mode": "41471", "mtime": "1000000002"])
    bucket.set(
      "show/other", [1], ["mtime": "soon", "mode": "x"],
      stored: Timestamp(seconds: 1_000_000_003, nanoseconds: 0))
    let rig = BucketRig("", bucket: bucket)
    #expect(rig.down().isComplete)
    #expect(
      rig.scratch.run("cd dst; stat -c '%n %a %.1Y' *")
        == "link 777 1000000002.0\nother 644 1000000003.0\nrclone 644 1000000000.5\ns3fs 600 1000000001.0\n"
    )
  }
}
