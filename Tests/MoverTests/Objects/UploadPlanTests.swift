import FrameEngine
import Synchronization
import Testing

@testable import Mover

struct UploadPlanTests {
  @Test func `No file needs more than 10,000 parts`() {
    let mebi: Int64 = 1 << 20
    var sizes: [Int64] = [0, 1, 8 * mebi, 8 * mebi + 1, 16 * mebi + 1, 48 << 40]
    for shift in 20..<45 {
      sizes += [(1 << Int64(shift)) - 1, 1 << Int64(shift), 9_500 << Int64(shift - 13)]
    }
    for size in sizes {
      let plan = PartPlan(size: size)
      #expect(plan.numbers.count <= 10_000, "\(size)")
      #expect((5 << 20...5 << 30).contains(plan.partBytes), "\(size)")
      let ranges = [plan.range(1), plan.range(plan.numbers.upperBound)]
      #expect(ranges[0].lowerBound == 0 && ranges[1].upperBound == size, "\(size)")
      let sum = Int64(plan.numbers.count - 1) * Int64(plan.partBytes) + Int64(ranges[1].count)
      #expect(sum == size && (size == 0 || !ranges[1].isEmpty), "\(size)")
    }
  }

  @Test func `Markers come back, whatever is in their keys`() {
    for key in ["a", "a/b c+%é", "line\nbreak\n", String(repeating: "k", count: 1024)] {
      var marker = UploadMarker(
        key: key, token: "t", partBytes: 8 << 20, size: 1 << 40,
        modified: Timestamp(seconds: -1, nanoseconds: 5))
      #expect(UploadMarker(marker.bytes) == marker)
      marker.id = "id.with-~signs=="
      #expect(UploadMarker(marker.bytes) == marker)
      #expect(marker.bytes.count <= UploadMarker.limit)
    }
  }

  @Test(arguments: [
    "", "x", "farmio-upload 2\ni\nt\n1\n1\n1\nk", "farmio-upload 1\ni\nt\n0\n1\n1\nk",
    "farmio-upload 1\ni\nt\n1\n-1\n1\nk", "farmio-upload 1\ni\nt\n1\n1\nx\nk",
    "farmio-upload 1\ni\nt\n1\n1\n1", "packs/00/00aa",
  ])
  func `What is no marker is none`(text: String) {
    #expect(UploadMarker(Array(text.utf8)) == nil)
  }

  private static func info(_ key: String) -> ObjectInfo {
    ObjectInfo(key: key, size: 1, tag: "t", stored: nil)
  }

  @Test func `Objects are found by bytes, in whatever order they were listed`() {
    let keys = ["e\u{301}", "é", "a/b", "a", "a/", "a-b", "a/b/c", "Z", "\u{10000}", "\u{FFFD}"]
    for shuffled in [keys, keys.reversed(), keys.sorted()] {
      let objects = TargetObjects(shuffled.map(Self.info))
      for key in keys { #expect(objects.holds(key), "\(key)") }
      for key in ["", "b", "e", "a//", "z"] {
        #expect(!objects.holds(key) && objects.take(key) == nil)
      }
      #expect(objects.holdsSome(below: "a/b/") && objects.holdsSome(below: "a"))
      #expect(!objects.holdsSome(below: "a/b/c/") && !objects.holdsSome(below: "b"))
      #expect(objects.take("é")?.key.utf8.count == 2)
      #expect(objects.extras.count == keys.count - 1)
      #expect(objects.extras.contains { $0.key.utf8.count == 3 && $0.key == "é" })
      for key in keys { _ = objects.take(key) }
      #expect(objects.extras.isEmpty)
    }
  }

  @Test func `Folders of keys end at the last slash byte`() {
    #expect("a/b".folderPrefix == "a/" && "ab".folderPrefix == "" && "a/b/".folderPrefix == "a/b/")
    // A mark that joins the slash to one character of two scalars.
    #expect("a/\u{301}b".folderPrefix.utf8.elementsEqual("a/".utf8))
    #expect("\u{600}/".withoutLastSlash.utf8.elementsEqual("\u{600}".utf8))
    let address = StoreAddress("s3://bucket/a/\u{301}b/c")
    #expect(address == .s3(bucket: "bucket", prefix: "a/\u{301}b/c/"))
    #expect(StoreAddress(FileName(Array("s3://bucket/a".utf8) + [0xFF])) == nil)
  }
}

struct PartBudgetTests {
  @Test func `Memory is lent up to the limit, and two huge parts beyond it`() {
    let budget = PartBudget()
    let lent = Counter()
    let most = Mutex(0)
    let gauge = Mutex(0)
    let sizes = [1, 100_000, 1 << 20, 8 << 20, 16 << 20, 16 << 20, (16 << 20) + 1, 40 << 20]
    runWorkers(count: 32, name: "test") { worker in
      for turn in 0..<50 {
        let size = sizes[(worker + turn) % sizes.count]
        budget.with(size) { memory in
          #expect(memory.buffer.capacity >= size)
          let now = gauge.withLock { count in
            count += memory.buffer.capacity
            return count
          }
          most.withLock { $0 = max($0, now) }
          _ = lent.next()
          gauge.withLock { $0 -= memory.buffer.capacity }
        }
      }
    }
    #expect(lent.value == 32 * 50)
    #expect(most.withLock { $0 } <= PartBudget.limit + (40 << 20))
  }
}
