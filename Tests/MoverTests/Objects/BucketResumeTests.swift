import FrameEngine
import Testing

@testable import Mover

struct BucketResumeTests {
  /// Bytes of parts that a run sent.
  private static func partsSent(_ rig: BucketRig) -> Int {
    rig.bucket.takeCalls().count { $0.name == "part" }
  }

  private static func expectWhole(_ rig: BucketRig, _ what: String = "") {
    #expect(rig.bucket.object("show/large")?.bytes == rig.bytes("src/large"), "\(what)")
    #expect(rig.bucket.uploadIDs.isEmpty && rig.bucket.markers.isEmpty, "\(what)")
  }

  @Test func `What has arrived is not sent again`() {
    for count in 0...3 {
      let rig = BucketRig(BucketRig.large)
      let cut = rig.interrupt(afterParts: count)
      #expect(cut.isComplete == (count == 3))
      if count == 3 { continue }
      #expect(rig.bucket.uploadIDs.count == 1 && rig.bucket.markers.count == 1)
      let summary = rig.up()
      #expect(summary.isComplete && summary.bytesResumed == Int64(count * 8 << 20))
      #expect(Self.partsSent(rig) == 3 - count)
      Self.expectWhole(rig)
      #expect(rig.up().filesUnchanged == 2)
    }
  }

  @Test func `A run that was killed while it took over an upload costs nothing`() throws {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 2)
    let marker = try #require(rig.bucket.object(rig.bucket.markers[0]))
    let owner = TemporaryName.Owner(
      machine: TemporaryName.Owner.current.machine, process: 2_000_000_000)
    rig.bucket.set("show/" + TemporaryName(owner: owner).fileName.description, marker.bytes)
    #expect(rig.up().isComplete)
    #expect(Self.partsSent(rig) == 1)
    Self.expectWhole(rig)
  }

  @Test func `A part that is not what the file has is sent again`() {
    let changes: [(String, (inout [Int: [UInt8]]) -> Void)] = [
      ("damaged", { $0[1]![77] ^= 1 }), ("missing", { $0[1] = nil }),
      ("short", { $0[1]!.removeLast() }), ("beyond the end", { $0[4] = [1, 2] }),
    ]
    for (what, change) in changes {
      let rig = BucketRig(BucketRig.large)
      _ = rig.interrupt(afterParts: 2)
      rig.bucket.changeParts(rig.bucket.uploadIDs[0], change)
      #expect(rig.up().isComplete, "\(what)")
      #expect(Self.partsSent(rig) == (what == "beyond the end" ? 1 : 2), "\(what)")
      Self.expectWhole(rig, what)
    }
  }

  @Test func `A file that has changed since is sent whole, and the old upload given up`() {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 2)
    rig.scratch.run("head -c 20000000 /dev/urandom > src/large")
    #expect(rig.up().isComplete)
    #expect(Self.partsSent(rig) == 3)
    Self.expectWhole(rig)
  }

  @Test func `A file that is gone leaves no upload`() {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 1)
    rig.scratch.run("rm src/large")
    #expect(rig.up().isComplete)
    #expect(rig.bucket.keys == ["show/small"] && rig.bucket.uploadIDs.isEmpty)
  }

  @Test func `Uploads of living runs and of other machines stay for a day`() {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 1)
    let now = SystemClock().now()
    let day: Int64 = 86_400
    for (machine, age, isOver) in [
      (UInt64(7), Int64(0), false), (7, day - 600, false), (7, day + 600, true),
    ] {
      rig.orphan(machine: machine, stored: Timestamp(seconds: now.seconds - age, nanoseconds: 0))
      rig.scratch.run("touch src/large")
      let before = rig.bucket.uploadIDs
      #expect(rig.up { $0.deleteExtra = true }.isComplete)
      #expect(rig.bucket.uploadIDs == (isOver ? [] : before), "\(age)")
      #expect(rig.bucket.markers.count == (isOver ? 0 : 1), "\(age)")
    }
  }

  @Test func `A run above finds what a run into a folder of it left`() {
    let rig = BucketRig("mkdir sub; cd sub; " + BucketRig.large)
    rig.bucket.setHook { _, call in call.name == "part" ? .failed(MemoryBucket.away) : .done }
    #expect(!rig.up(from: "src/sub", to: "show/sub").isComplete)
    rig.bucket.setHook(nil)
    let marker = rig.bucket.markers
    // While it lives, its marker is no extra object.
    rig.scratch.run("mv src/sub/large .")
    #expect(rig.up { $0.deleteExtra = true }.isComplete)
    #expect(rig.bucket.markers == marker && rig.bucket.uploadIDs.count == 1)
    rig.scratch.run("mv large src/sub")
    rig.orphan()
    #expect(rig.up { $0.deleteExtra = true }.isComplete)
    #expect(rig.bucket.markers.isEmpty && rig.bucket.uploadIDs.isEmpty)
    #expect(rig.bucket.object("show/sub/large")?.bytes == rig.bytes("src/sub/large"))
  }

  @Test func `A run about one file leaves the uploads of others`() {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 2)
    #expect(rig.up(from: "src/small", to: "show/small").isComplete)
    #expect(rig.bucket.uploadIDs.count == 1 && rig.bucket.markers.count == 1)
    _ = rig.bucket.takeCalls()
    #expect(rig.up(from: "src/large", to: "show/large").isComplete)
    #expect(Self.partsSent(rig) == 1)
    Self.expectWhole(rig)
  }

  /// Writes the marker of an upload that has not said its name.
  private static func markUnnamed(_ rig: BucketRig, process: Int32) {
    let marker = UploadMarker(
      key: "show/large", token: "t", partBytes: 8 << 20, size: 1,
      modified: Timestamp(seconds: 0, nanoseconds: 0))
    let owner = TemporaryName.Owner(
      machine: TemporaryName.Owner.current.machine, process: process)
    rig.bucket.set("show/" + TemporaryName(owner: owner).fileName.description, marker.bytes)
  }

  @Test func `An upload without a name is given up, those that others have begun are not`() throws {
    let rig = BucketRig("echo small > small")
    let lost = try rig.bucket.beginUpload("show/large", ObjectAttributes()).id
    let longer = try rig.bucket.beginUpload("show/larger", ObjectAttributes()).id
    Self.markUnnamed(rig, process: 2_000_000_000)
    #expect(rig.up().isComplete)
    #expect(rig.bucket.uploadIDs == [longer] && rig.bucket.markers.isEmpty, "\(lost)")

    let claimed = try rig.bucket.beginUpload("show/large", ObjectAttributes()).id
    let other = try rig.bucket.beginUpload("show/large", ObjectAttributes()).id
    var marker = UploadMarker(
      key: "show/large", token: "t", partBytes: 8 << 20, size: 1,
      modified: Timestamp(seconds: 0, nanoseconds: 0))
    marker.id = claimed
    let living = "show/" + TemporaryName(owner: .current).fileName.description
    rig.bucket.set(living, marker.bytes)
    Self.markUnnamed(rig, process: 2_000_000_000)
    #expect(rig.up().isComplete)
    #expect(rig.bucket.uploadIDs.sorted() == [claimed, longer].sorted(), "\(other)")
    #expect(rig.bucket.markers == [living])

    // Whose it is cannot be told while a living run has not said so either.
    marker.id = ""
    rig.bucket.set(living, marker.bytes)
    Self.markUnnamed(rig, process: 2_000_000_000)
    #expect(rig.up().isComplete)
    #expect(rig.bucket.uploadIDs.contains(claimed) && rig.bucket.markers.count == 2)
  }

  @Test func `What only looks like a marker is left alone`() throws {
    let rig = BucketRig("echo small > small")
    let dead = { () -> String in
      let owner = TemporaryName.Owner(
        machine: TemporaryName.Owner.current.machine, process: 2_000_000_000)
      return "show/" + TemporaryName(owner: owner).fileName.description
    }
    let foreign = try rig.bucket.beginUpload("elsewhere/large", ObjectAttributes()).id
    var marker = UploadMarker(
      key: "elsewhere/large", token: "t", partBytes: 8 << 20, size: 1,
      modified: Timestamp(seconds: 0, nanoseconds: 0))
    marker.id = foreign
    rig.bucket.set(dead(), marker.bytes)
    rig.bucket.set(dead(), [UInt8](repeating: 7, count: 1 << 20))
    rig.bucket.set(dead(), Array("packs/00/00aa".utf8))
    rig.bucket.set(dead(), [])
    #expect(rig.up { $0.deleteExtra = true }.isComplete)
    #expect(rig.bucket.uploadIDs == [foreign])
    #expect(rig.bucket.markers.count == 3)
  }

  @Test func `An upload that is gone is begun anew`() {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 2)
    rig.bucket.dropUpload(rig.bucket.uploadIDs[0])
    #expect(rig.up().isComplete)
    #expect(Self.partsSent(rig) == 3)
    Self.expectWhole(rig)
  }

  @Test func `A lost reply to the end is found out`() {
    let rig = BucketRig(BucketRig.large)
    rig.bucket.setHook { _, call in
      call.name == "complete"
        ? .lost(ServiceError(status: 404, code: "NoSuchUpload", message: "", requestID: nil))
        : .done
    }
    #expect(rig.up().isComplete)
    Self.expectWhole(rig)
  }

  @Test func `Somebody else's object is not taken for one's own`() {
    let rig = BucketRig(BucketRig.large)
    rig.bucket.setHook { _, call in
      if call.name == "complete" {
        rig.bucket.set("show/large", [1])
        return .failed(ServiceError(status: 404, code: "NoSuchUpload", message: "", requestID: nil))
      }
      return .done
    }
    #expect(rig.up().failureCount == 1)
    rig.bucket.setHook(nil)
    #expect(rig.bucket.uploadIDs.isEmpty && rig.bucket.markers.isEmpty)
    #expect(rig.up().isComplete)
    Self.expectWhole(rig)
  }

  @Test func `Where the service goes away at the end, the next run only ends it`() {
    for error in [MemoryBucket.away, MemoryBucket.busy] {
      let rig = BucketRig(BucketRig.large)
      rig.bucket.setHook { _, call in
        ["complete", "abort"].contains(call.name) ? .failed(error) : .done
      }
      #expect(!rig.up().isComplete)
      rig.bucket.setHook(nil)
      rig.orphan()
      _ = rig.bucket.takeCalls()
      #expect(rig.up().isComplete)
      #expect(Self.partsSent(rig) == 0)
      Self.expectWhole(rig)
    }
  }

  @Test func `A refused removal of an upload is told, and tried by the next run`() {
    let rig = BucketRig(BucketRig.large)
    _ = rig.interrupt(afterParts: 1)
    rig.scratch.run("touch src/large")
    rig.bucket.setHook { _, call in call.name == "abort" ? .failed(MemoryBucket.denied) : .done }
    rig.bucket.set("show/old", [1])
    let refused = rig.up { $0.deleteExtra = true }
    #expect(refused.failureCount == 1 && rig.bucket.markers.count == 1)
    #expect(rig.bucket.object("show/old") != nil)
    rig.bucket.setHook(nil)
    #expect(rig.up().isComplete)
    Self.expectWhole(rig)
  }

  @Test func `A run that is stopped goes on where it was`() {
    let rig = BucketRig(BucketRig.large)
    let cancel = CancelToken()
    rig.bucket.setHook { _, call in
      if call.name == "part" { cancel.cancel() }
      return .done
    }
    let stopped = rig.up(cancel: cancel) { $0.transfers = 1 }
    #expect(stopped.isCancelled)
    #expect(rig.bucket.object("show/large") == nil && rig.bucket.uploadIDs.count == 1)
    rig.bucket.setHook(nil)
    rig.orphan()
    _ = rig.bucket.takeCalls()
    #expect(rig.up().isComplete)
    #expect(Self.partsSent(rig) == 2)
    Self.expectWhole(rig)
  }

  @Test func `Two runs at once both end well`() {
    let rig = BucketRig(BucketRig.large)
    runWorkers(count: 2, name: "test") { _ in #expect(rig.up().isComplete) }
    Self.expectWhole(rig)
    #expect(rig.up().filesUnchanged == 2)
  }
}
