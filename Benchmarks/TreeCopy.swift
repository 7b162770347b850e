import FrameEngine
import Mover
import Synchronization

/// Scans and copies trees, to be timed beside `find`, `cp` and `rsync`.
enum TreeCopy {
  /// `scan PATH [THREADS]`: walks a tree with the status of every name.
  static func scan(_ arguments: [String]) throws {
    let threads = arguments.count > 1 ? Int(arguments[1]) ?? 2 : 2
    let counter = Counter()
    let clock = ContinuousClock()
    let time = try clock.measure {
      let scanner = Scanner(
        disk: ThreadDisk(), options: ScanOptions(threads: threads), visitor: counter)
      _ = try scanner.run([FileName(arguments[0])])
    }
    print("\(counter.count.load(ordering: .relaxed)) names in \(time)")
  }
}

/// Counts the names of a tree.
private final class Counter: TreeVisitor {
  let count = Atomic<Int>(0)

  func enter(
    _ folder: ScannedFolder, under parent: Int?, _ work: FolderWork, _ worker: WalkWorker
  ) -> Int? {
    count.add(folder.entries.count, ordering: .relaxed)
    return 0
  }

  func leave(_ folder: Int, _ worker: WalkWorker) {}

  func failed(_ failure: ScanFailure) { print(failure.error) }
}
