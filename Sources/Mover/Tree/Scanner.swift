public import FrameEngine
import Glibc
import Synchronization

/// A folder as a scan found it.
public struct ScannedFolder: Sendable {
  /// Which of the roots it belongs to.
  public let root: Int
  /// Where it lies below the root; empty for the root itself.
  public let path: FileName
  /// The root's path and `path`, for messages.
  public let fullPath: FileName
  /// Its status.
  public let status: FileStatus
  /// The open folder: keep it for as long as names in it are opened.
  public let folder: OpenFolder
  /// What it holds, without what the filter excludes, sorted by bytes.
  public let entries: [ScannedEntry]
  /// `false` if entries are missing that are there: their status could not be read, or the folder
  /// lies on another volume and was not listed. Nothing may be deleted for their absence.
  public let isWhole: Bool
}

/// Who takes what a scan finds. Calls come from any of its threads, at once.
public protocol TreeVisitor: AnyObject, Sendable {
  /// What the visitor keeps of a folder from entering to leaving it.
  associatedtype FolderState: Sendable

  /// A folder was listed. Its parent was entered before; its subfolders come later, on any thread.
  /// `work` takes what else is to be done before it is left. `nil`: its subfolders are not visited,
  /// and it is not left.
  func enter(
    _ folder: ScannedFolder, under parent: FolderState?, _ work: FolderWork, _ worker: WalkWorker
  ) -> FolderState?

  /// Everything inside the folder and all its work is done. Its parent is left later.
  func leave(_ folder: FolderState, _ worker: WalkWorker)

  /// A folder that cannot be read, and is not entered, or a name that has no status.
  func failed(_ failure: ScanFailure)
}

/// One thread of a scan, with what belongs to it alone.
public final class WalkWorker {
  /// From 0 to the number of threads - 1.
  public let index: Int
  /// The lane of this thread.
  public let lane: any Lane
  /// Scratch memory of this thread.
  public var batch = Batch()

  init(index: Int, lane: any Lane) {
    self.index = index
    self.lane = lane
  }
}

/// Where a scan starts.
public enum ScanRoot: Hashable, Sendable {
  /// A folder with all that is in it; through a symbolic link if it is one.
  case folder(FileName)
  /// One name alone: its folder is entered with this one entry, and is not whole.
  case name(FileName, in: FileName)
}

/// How a scan walks.
public struct ScanOptions: Sendable {
  /// What is left out.
  public var filter = Filter()
  /// Folders on another volume than their root are entered as empty ones.
  public var oneFileSystem = false
  /// Threads: the cores for local disks, 64 where each operation waits for a server.
  public var threads: Int

  /// Options with a number of threads.
  public init(threads: Int) {
    precondition((1...1024).contains(threads), "a scan has 1 to 1024 threads")
    self.threads = threads
  }
}

/// Walks trees on several threads, a folder as the unit of work.
///
/// Each folder is opened relative to the one above it, so that depth costs no long paths (at most
/// `Limits.treeDepth` levels) and no rename can lead the walk astray. Memory holds the folders that
/// wait and those in work, not the tree.
public final class Scanner<Visitor: TreeVisitor>: Sendable {
  private let disk: any Disk
  private let visitor: Visitor
  private let options: ScanOptions
  private let lister: FolderLister
  private let queue: WalkQueue
  private let cancel: CancelToken

  /// A scan on behalf of `visitor`; `cancel` stops it between two tasks.
  public init(
    disk: any Disk, options: ScanOptions, visitor: Visitor, cancel: CancelToken = CancelToken()
  ) {
    self.disk = disk
    self.visitor = visitor
    self.options = options
    self.cancel = cancel
    lister = FolderLister(disk: disk, filter: options.filter)
    queue = WalkQueue(threads: options.threads)
  }

  /// Walks the folders at `roots` and returns when all is done; `false` if it was cancelled. Call
  /// it once. A root that cannot be read is reported like any folder. Throws if the disk makes no
  /// lanes.
  public func run(_ roots: [FileName]) throws(DiskError) -> Bool {
    try run(roots.map { ScanRoot.folder($0) })
  }

  /// The same for roots that need not be folders.
  public func run(_ roots: [ScanRoot]) throws(DiskError) -> Bool {
    let all = FolderWork(parent: nil, queue: queue)
    all.add(
      folders: roots.enumerated().map { index, root in { self.enterRoot(index, root, all, $0) } })
    let failure = Mutex<DiskError?>(nil)
    runWorkers(count: options.threads, name: "farmio scan") { index in
      do throws(DiskError) {
        work(WalkWorker(index: index, lane: try disk.makeLane()))
      } catch {
        failure.withLock { $0 = $0 ?? error }
        queue.stop()
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return !cancel.isCancelled
  }

  private func work(_ worker: WalkWorker) {
    while let task = queue.next() {
      if cancel.isCancelled {
        queue.stop()
      } else {
        task.body(worker)
        task.account.close(worker)
      }
      queue.finish()
    }
  }

  private func enterRoot(_ index: Int, _ root: ScanRoot, _ all: FolderWork, _ worker: WalkWorker) {
    var path: FileName
    var only: FileName?
    switch root {
    case .folder(let folder): path = folder
    case .name(let name, let folder): (path, only) = (folder, name)
    }
    do throws(DiskError) {
      let folder = try OpenFolder(at: path, on: disk)
      let status = try disk.status(of: folder.handle)
      let place = Place(root: index, rootPath: path, volume: status.volume, path: "", depth: 0)
      if let only {
        path = path.appending(only)
        let entry = ScannedEntry(name: only, status: try disk.status(of: only, in: folder.handle))
        var listing = FolderListing()
        listing.entries = [entry]
        enter(place, folder, status, listing, isWhole: false, under: nil, all, worker)
      } else {
        try list(place, folder, status, under: nil, all, worker)
      }
    } catch {
      visitor.failed(ScanFailure(path: path, error: error))
    }
  }

  /// Lists an open folder, and enters it.
  private func list(
    _ place: Place, _ folder: OpenFolder, _ status: FileStatus,
    under parent: Visitor.FolderState?, _ parentWork: FolderWork, _ worker: WalkWorker
  ) throws(DiskError) {
    let isBorder = options.oneFileSystem && status.volume != place.volume
    var listing = FolderListing()
    if !isBorder {
      listing = try lister.list(
        folder.handle, at: place.path, on: worker.lane, using: &worker.batch)
    }
    enter(
      place, folder, status, listing, isWhole: !isBorder && listing.failures.isEmpty, under: parent,
      parentWork, worker)
  }

  /// Hands a folder to the visitor and queues its subfolders.
  private func enter(
    _ place: Place, _ folder: OpenFolder, _ status: FileStatus, _ listing: FolderListing,
    isWhole: Bool, under parent: Visitor.FolderState?, _ parentWork: FolderWork,
    _ worker: WalkWorker
  ) {
    for (name, error) in listing.failures {
      visitor.failed(ScanFailure(path: place.fullPath.appending(name), error: error))
    }
    let work = FolderWork(parent: parentWork, queue: queue)
    defer { work.close(worker) }
    let scanned = ScannedFolder(
      root: place.root, path: place.path, fullPath: place.fullPath, status: status, folder: folder,
      entries: listing.entries, isWhole: isWhole)
    guard let state = visitor.enter(scanned, under: parent, work, worker) else { return }
    work.setCompletion { [visitor] in visitor.leave(state, $0) }
    work.add(
      folders: listing.entries.filter { $0.status.kind == .folder }.map { entry in
        { self.enterChild(entry, of: place, folder, state, work, $0) }
      })
  }

  private func enterChild(
    _ entry: ScannedEntry, of place: Place, _ parent: OpenFolder, _ state: Visitor.FolderState,
    _ work: FolderWork, _ worker: WalkWorker
  ) {
    let child = place.inside(entry.name)
    do throws(DiskError) {
      guard child.depth <= Limits.treeDepth else { throw DiskError(.open, code: ENAMETOOLONG) }
      let folder = try OpenFolder(entry.name, in: parent.handle, on: disk)
      try list(child, folder, entry.status, under: state, work, worker)
    } catch {
      visitor.failed(ScanFailure(path: child.fullPath, error: error))
    }
  }
}

/// Where a folder lies.
private struct Place: Sendable {
  let root: Int
  let rootPath: FileName
  /// The volume of the root.
  let volume: UInt64
  let path: FileName
  let depth: Int

  var fullPath: FileName { path.bytes.isEmpty ? rootPath : rootPath.appending(path) }

  func inside(_ name: FileName) -> Place {
    Place(
      root: root, rootPath: rootPath, volume: volume, path: path.appending(name), depth: depth + 1)
  }
}
