import FrameEngine
import Synchronization
import Testing

@testable import Mover

/// Files that are written while a backup reads them: what is stored is a state that the file had,
/// or the file is reported.
@Suite(.serialized) struct BusyFileTests {
  /// Bytes of one write; each write is whole or not there.
  private static let page = 4096

  @Test func aRewrittenFileIsStoredAsItWas() throws {
    let fixture = try RepositoryFixture(chunkClass: .k64)
    try fixture.disk.makeFolders(fixture.source)
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    for name in ["large.usda", "small"] as [FileName] {
      let pages = name == "small" ? 4 : 800
      try fixture.disk.makeFile(
        name, in: handle, [UInt8](repeating: 0, count: pages * BusyFileTests.page))
    }
    let stop = Atomic<Bool>(false)
    let (disk, folder) = (fixture.disk, handle)
    try withoutActuallyEscaping({ @Sendable () -> Void in
      BusyFileTests.rewrite(["large.usda": 800, "small": 4], in: folder, disk, stop)
    }) { body in
      let writer = WorkerThread("writer", body)
      defer {
        stop.store(true, ordering: .relaxed)
        writer.join()
      }
      for round in 0..<8 {
        let outcome = try fixture.backUp()
        let target = FileName("target\(round)")
        #expect(try fixture.restore(outcome.snapshot, to: target).failures.isEmpty)
        let stored = try fixture.disk.open(
          fixture.folder.path.appending(target).appending("source"), in: .current, .folder)
        defer { try? fixture.disk.close(stored) }
        let failed = outcome.failures.map(\.path.lastComponent)
        for name in ["large.usda", "small"] as [FileName] where !failed.contains(name) {
          let bytes = try fixture.disk.contents(of: name, in: stored, limit: 8 << 20)
          #expect(BusyFileTests.isOneState(bytes), "\(name), round \(round)")
        }
      }
    }
  }

  /// Writes page after page, round after round: at any moment the first pages are one round ahead.
  private static func rewrite(
    _ files: [FileName: Int], in folder: Handle, _ disk: ThreadDisk, _ stop: borrowing Atomic<Bool>
  ) {
    var round: UInt8 = 1
    while !stop.load(ordering: .relaxed) {
      for (name, pages) in files {
        guard let file = try? disk.open(name, in: folder, .update()) else { return }
        let bytes = [UInt8](repeating: round, count: page)
        for number in 0..<pages where !stop.load(ordering: .relaxed) {
          try? disk.write(file, at: Int64(number * page), bytes)
        }
        try? disk.close(file)
      }
      round &+= 1
    }
  }

  private static func isOneState(_ bytes: [UInt8]) -> Bool {
    let pages = stride(from: 0, to: bytes.count, by: page).map { start in
      Set(bytes[start..<start + page])
    }
    guard pages.allSatisfy({ $0.count == 1 }) else { return false }
    let values = pages.map { $0.first! }
    let changes = zip(values, values.dropFirst()).filter { $0 != $1 }
    return changes.isEmpty || changes.count == 1 && changes[0].0 == changes[0].1 &+ 1
  }
}
