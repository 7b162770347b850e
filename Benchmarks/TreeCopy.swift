import FrameEngine
import Glibc
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

  /// `copy [--delete] [--checksum] [--dry-run] [--verify] [--sync none|batch|each] [--threads N]
  /// [--bwlimit BYTES] [--exclude GLOB] SRC DST`. Exit status 3 if anything failed.
  static func copy(_ arguments: [String]) throws {
    var options = TransferOptions()
    var places: [FileName] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--delete": options.deleteExtra = true
      case "--checksum": options.checksum = true
      case "--dry-run": options.dryRun = true
      case "--verify": options.verify = true
      case "--threads": options.transfers = rest.popFirst().flatMap { Int($0) }
      case "--bwlimit":
        options.limiter = rest.popFirst().flatMap { Int($0) }.map {
          RateLimiter(RateTimetable(bytesPerSecond: $0))
        }
      case "--exclude": try options.filter.exclude(Array((rest.popFirst() ?? "").utf8))
      case "--sync":
        let mode = rest.popFirst()
        options.durability = mode == "none" ? .none : mode == "each" ? .eachFile : .batch
      default: places.append(FileName(word))
      }
    }
    let clock = ContinuousClock()
    let start = clock.now
    let summary = Transfer(on: ThreadDisk(), options: options).run(
      from: places[0], to: places[1],
      planned: { action, path in print(action.rawValue, path) })
    print(
      """
      \(summary.filesCopied) copied, \(summary.filesUnchanged) unchanged, \
      \(summary.filesRepaired) repaired, \(summary.linksMade) linked, \
      \(summary.specialsMade) special, \(summary.foldersMade) folders, \
      \(summary.removed) removed, \(summary.bytesCopied) bytes, \
      \(summary.bytesResumed) resumed, \(summary.failureCount) failures in \(clock.now - start)
      """)
    for failure in summary.failures { print(failure) }
    for (piece, note) in summary.notes { print("\(piece) not set on \(note.count): \(note.cause)") }
    if !summary.isComplete { exit(3) }
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
