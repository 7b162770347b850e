import FrameEngine
import Synchronization

@testable import Mover

/// A source tree in `src`, and a bucket in memory to copy it to, below `show/`.
struct BucketRig {
  let scratch: ScratchTree
  let bucket: MemoryBucket

  init(_ script: String = "", bucket: MemoryBucket = MemoryBucket()) {
    scratch = ScratchTree()
    self.bucket = bucket
    scratch.run("mkdir src; cd src\n\(script)")
  }

  /// A tree with one file in three parts, of 8, 8 and 4 MB.
  static let large = "head -c 20000000 /dev/urandom > large; echo small > small"

  @discardableResult
  func up(
    from: String = "src", to key: String = "show", isFolder: Bool = false,
    cancel: CancelToken = CancelToken(), _ configure: (inout TransferOptions) -> Void = { _ in },
    planned: (@Sendable (PlannedAction, FileName) -> Void)? = nil
  ) -> TransferSummary {
    var options = TransferOptions()
    options.transfers = 4
    configure(&options)
    return BucketTransfer(from: ThreadDisk(), to: bucket, options: options).run(
      from: FileName(scratch(from)), to: BucketTransfer.Target(key: key, isFolder: isFolder),
      planned: planned, cancel: cancel)
  }

  @discardableResult
  func down(
    from key: String = "show", to: String = "dst", readsAll: Bool = false,
    _ configure: (inout TransferOptions) -> Void = { _ in }
  ) -> TransferSummary {
    let address = FileName(String(bucket.address.dropLast()))
    let disk = JoinedDisk(
      ThreadDisk(), [JoinedDisk.Member(address, BucketDisk(bucket, fetchesSmall: readsAll))])
    var options = TransferOptions()
    options.transfers = 4
    configure(&options)
    return Transfer(on: disk, options: options).run(
      from: FileName(bucket.address + key), to: FileName(scratch(to)))
  }

  /// What rsync would still do to make two trees equal but for what a bucket keeps not.
  func differences(_ a: String = "src", _ b: String = "dst") -> String {
    scratch.run("rsync -rlptgonic --omit-dir-times --delete \(a)/ \(b)/ 2>&1 || true")
  }

  func bytes(_ name: String) -> [UInt8] {
    let disk = ThreadDisk()
    let path = FileName(scratch(name))
    let folder = try! disk.open(path.parent, in: .current, .folder)
    defer { disk.abandon(folder) }
    return try! disk.contents(of: path.lastComponent, in: folder, limit: 64 << 20)
  }

  /// Gives a marker to a process that is dead, or to another machine.
  @discardableResult
  func orphan(machine: UInt64? = nil, stored: Timestamp = SystemClock().now()) -> [String] {
    bucket.markers.map { key in
      let owner = TemporaryName.Owner(
        machine: machine ?? TemporaryName.Owner.current.machine, process: 2_000_000_000)
      let name = TemporaryName(owner: owner).fileName.description
      bucket.move(key, to: key.folderPrefix + name, stored: stored)
      return key.folderPrefix + name
    }
  }

  /// Ends a run as if the wire were cut when `count` parts have arrived, and its process dead.
  func interrupt(afterParts count: Int) -> TransferSummary {
    let seen = Counter()
    bucket.setHook { _, call in
      guard call.name == "part" else { return .done }
      return seen.next() < count ? .done : .failed(MemoryBucket.away)
    }
    let summary = up { $0.transfers = 1 }
    bucket.setHook(nil)
    orphan()
    _ = bucket.takeCalls()
    return summary
  }
}

/// Counts from 0 on, for any thread.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
  var value: Int { count.load(ordering: .relaxed) }
}
