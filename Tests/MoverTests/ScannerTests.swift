import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

struct ScannerTests {
  /// Scans with a recorder.
  @discardableResult
  private static func scan(
    _ roots: [String], threads: Int = 4, filter: Filter = Filter(), oneFileSystem: Bool = false,
    disk: any Disk = ThreadDisk(), cancel: CancelToken = CancelToken()
  ) throws -> Recorder.Record {
    var options = ScanOptions(threads: threads)
    options.filter = filter
    options.oneFileSystem = oneFileSystem
    let recorder = Recorder()
    let scanner = Scanner(disk: disk, options: options, visitor: recorder, cancel: cancel)
    let isDone = try scanner.run(roots.map { FileName($0) })
    #expect(isDone == !cancel.isCancelled)
    return recorder.record
  }

  @Test(arguments: [1, 2, 16]) func `Finds what find finds`(threads: Int) throws {
    let scratch = ScratchTree()
    scratch.run(
      """
      for a in $(seq 0 9); do for b in $(seq 0 4); do
        mkdir -p $a/$b; for f in $(seq 0 6); do echo $f > $a/$b/$f; done; done; done
      mkdir empty; ln -s nowhere link; mkfifo pipe; printf x > $'odd\\n\\xff name'; touch .hidden
      """)
    let record = try Self.scan([scratch.path], threads: threads)
    let found = scratch.run("find . -mindepth 1 | LC_ALL=C sort")
    var names = Set<[UInt8]>()
    for (path, folder) in record.folders {
      for entry in folder.entries { names.insert(FileName(path).appending(entry.name).bytes) }
      #expect(folder.entries == folder.entries.sorted { $0.name < $1.name })
    }
    // The odd name spans two lines of find's output: it is compared by itself.
    let odd = Array("odd\n".utf8) + [0xFF] + Array(" name".utf8)
    #expect(names.remove(odd) != nil)
    let expected = found.split(separator: "\n").map { String($0.dropFirst(2)) }
      .filter { !$0.contains("odd") && !$0.contains("name") && !$0.isEmpty }
    #expect(names == Set(expected.map { Array($0.utf8) }))
    #expect(record.failures.isEmpty)
    #expect(record.folders[""]?.entries.first { $0.name == "pipe" }?.status.kind == .fifo)
    #expect(record.folders[""]?.entries.first { $0.name == "link" }?.status.kind == .symbolicLink)
  }

  @Test func `Folders are entered after and left before the one above them`() throws {
    let scratch = ScratchTree()
    scratch.run("mkdir -p a/b/c a/d e/f; touch a/b/c/x e/f/y")
    let record = try Self.scan([scratch.path], threads: 3)
    #expect(Set(record.left) == ["", "a", "a/b", "a/b/c", "a/d", "e", "e/f"])
    for path in record.left where path != "" {
      let parent = path.split(separator: "/").dropLast().joined(separator: "/")
      #expect(record.entered.firstIndex(of: parent)! < record.entered.firstIndex(of: path)!)
      #expect(record.left.firstIndex(of: parent)! > record.left.firstIndex(of: path)!)
    }
  }

  @Test func `Work holds its folder open, and may add more`() throws {
    let scratch = ScratchTree()
    scratch.run("mkdir a b")
    let visitor = WorkingVisitor()
    _ = try Scanner(disk: ThreadDisk(), options: ScanOptions(threads: 4), visitor: visitor)
      .run([FileName(scratch.path)])
    #expect(visitor.leftAfter.withLock { $0 } == ["": 60, "a": 20, "b": 20])
  }

  @Test func `Several roots are told apart`() throws {
    let scratch = ScratchTree()
    scratch.run("mkdir one two; touch one/a two/b; ln -s two three")
    let record = try Self.scan([scratch("one"), scratch("three"), scratch("missing")])
    #expect(record.roots == [0: ["a"], 1: ["b"]])
    #expect(record.failures.map(\.path.description) == [scratch("missing")])
    #expect(record.failures.first?.error.code == ENOENT)
  }

  @Test func `A filter leaves out and does not enter`() throws {
    let scratch = ScratchTree()
    scratch.run("mkdir -p keep/tmp cache/deep; touch keep/a.exr keep/b.bak keep/tmp/x cache/deep/y")
    let filter = try Filter(excluding: ["*.bak", "/cache", "tmp/"])
    let record = try Self.scan([scratch.path], filter: filter)
    #expect(Set(record.entered) == ["", "keep"])
    #expect(record.folders["keep"]?.entries.map(\.name) == ["a.exr"])
  }

  @Test func `Reaches the deepest folder allowed, and says which is too deep`() throws {
    let scratch = ScratchTree()
    scratch.run(
      """
      python3 -c '
      import os
      for i in range(\(Limits.treeDepth) + 1):
        os.mkdir("d" * 60); os.chdir("d" * 60)
      '
      """)
    let record = try Self.scan([scratch.path])
    #expect(record.entered.count == Limits.treeDepth + 1)
    #expect(record.failures.map(\.error.code) == [ENAMETOOLONG])
  }

  @Test func `An unreadable folder is reported and the rest is scanned`() throws {
    let scratch = ScratchTree()
    scratch.run("mkdir good bad; touch good/a bad/b")
    let disk = RefusingDisk(name: "bad", code: EACCES)
    let record = try Self.scan([scratch.path], disk: disk)
    #expect(Set(record.entered) == ["", "good"])
    #expect(
      record.failures == [
        ScanFailure(path: FileName(scratch("bad")), error: DiskError(.open, code: EACCES))
      ])
    #expect(record.folders[""]?.entries.map(\.name) == ["bad", "good"])
  }

  @Test func `A folder on another volume is empty where one file system is asked for`() throws {
    let record = try Self.scan(["/dev"], oneFileSystem: true)
    let shm = record.folders["shm"]
    #expect(shm?.isWhole == false)
    #expect(shm?.entries.isEmpty == true)
    #expect(record.folders[""]?.isWhole == true)
  }

  @Test func `A cancelled scan stops and lets go of every folder`() throws {
    let scratch = ScratchTree()
    scratch.run("mkdir -p a/b/c d/e/f")
    let token = CancelToken()
    token.cancel()
    let record = try Self.scan([scratch.path], cancel: token)
    #expect(record.left.isEmpty)
  }
}

/// Notes every call of a scan.
private final class Recorder: TreeVisitor {
  struct Record: Sendable {
    var folders: [String: ScannedFolder] = [:]
    var roots: [Int: [FileName]] = [:]
    var entered: [String] = []
    var left: [String] = []
    var failures: [ScanFailure] = []
  }

  private let state = Mutex(Record())

  var record: Record { state.withLock { $0 } }

  func enter(
    _ folder: ScannedFolder, under parent: String?, _ work: FolderWork, _ worker: WalkWorker
  ) -> String? {
    let path = String(decoding: folder.path.bytes, as: UTF8.self)
    state.withLock { record in
      record.folders[path] = folder
      record.entered.append(path)
      record.roots[folder.root, default: []] += folder.entries.map(\.name)
    }
    return path
  }

  func leave(_ folder: String, _ worker: WalkWorker) {
    state.withLock { $0.left.append(folder) }
  }

  func failed(_ failure: ScanFailure) {
    state.withLock { $0.failures.append(failure) }
  }
}

/// Gives each folder ten pieces of work, each of which adds another.
private final class WorkingVisitor: TreeVisitor {
  private let done = Mutex<[String: Int]>([:])
  let leftAfter = Mutex<[String: Int]>([:])

  func enter(
    _ folder: ScannedFolder, under parent: String?, _ work: FolderWork, _ worker: WalkWorker
  ) -> String? {
    let path = String(decoding: folder.path.bytes, as: UTF8.self)
    for _ in 0..<10 {
      work.add { _ in
        self.count(path)
        work.add(to: WorkGroup()) { _ in self.count(path) }
      }
    }
    return path
  }

  private func count(_ path: String) {
    done.withLock { done in
      done[path, default: 0] += 1
      if path != "" { done["", default: 0] += 1 }
    }
  }

  func leave(_ folder: String, _ worker: WalkWorker) {
    let count = done.withLock { $0[folder] ?? 0 }
    leftAfter.withLock { $0[folder] = count }
  }

  func failed(_ failure: ScanFailure) {}
}
