public import FrameEngine
import Glibc

/// One name of a scanned folder.
public struct ScannedEntry: Hashable, Sendable {
  /// The name in its folder.
  public let name: FileName
  /// Its status; of the link itself if it is one.
  public let status: FileStatus

  /// A name and its status.
  public init(name: FileName, status: FileStatus) {
    self.name = name
    self.status = status
  }
}

/// A folder or name that a scan could not read.
public struct ScanFailure: Error, Hashable, Sendable {
  /// The root's path and the path below it.
  public let path: FileName
  /// What was tried and why it failed, on that path.
  public let error: DiskError

  /// A failure at `path`.
  public init(path: FileName, error: DiskError) {
    self.path = path
    self.error = error.at(path)
  }
}

/// What a folder holds.
public struct FolderListing: Sendable {
  /// Every name that the filter leaves, sorted by bytes.
  public var entries: [ScannedEntry] = []
  /// Names whose status could not be read; they are missing from `entries`.
  public var failures: [(name: FileName, error: DiskError)] = []

  /// An empty listing.
  public init() {}
}

/// Lists one folder: its names in one sweep, then the status of each in batches on a lane, so that
/// on a slow mount many are asked for at once.
public struct FolderLister: Sendable {
  /// Statuses asked for in one batch.
  private static let batchCount = 1024

  private let disk: any Disk
  private let filter: Filter

  /// A lister that leaves out what `filter` excludes.
  public init(disk: any Disk, filter: Filter = Filter()) {
    self.disk = disk
    self.filter = filter
  }

  /// Lists `folder`, which lies at `path` below the root. Names that vanish meanwhile are left
  /// out. `batch` is scratch memory. Throws if the folder itself cannot be listed.
  public func list(
    _ folder: Handle, at path: FileName, on lane: any Lane, using batch: inout Batch
  ) throws(DiskError) -> FolderListing {
    var found = try disk.entries(of: folder)
    if !filter.isEmpty {
      // Without a kind from the folder, the filter has to wait for the status.
      found.removeAll { entry in
        entry.kind.map { filter.excludes(entry.name, in: path, isFolder: $0 == .folder) } ?? false
      }
    }
    found.sort { $0.name.sortsBefore($1.name) }
    var listing = FolderListing()
    listing.entries.reserveCapacity(found.count)
    for start in stride(from: 0, to: found.count, by: FolderLister.batchCount) {
      let part = found[start..<min(start + FolderLister.batchCount, found.count)]
      batch.removeAll()
      for entry in part { batch.append(.status(entry.name, in: folder)) }
      lane.perform(&batch)
      for (entry, result) in zip(part, batch.results) {
        collect(entry, result, batch.statuses, path: path, into: &listing)
      }
    }
    return listing
  }

  private func collect(
    _ entry: FolderEntry, _ result: Result<Int, DiskError>, _ statuses: [FileStatus],
    path: FileName, into listing: inout FolderListing
  ) {
    switch result {
    case .success(let index):
      let status = statuses[index]
      if entry.kind == nil,
        filter.excludes(entry.name, in: path, isFolder: status.kind == .folder)
      {
        return
      }
      listing.entries.append(ScannedEntry(name: entry.name, status: status))
    case .failure(let error) where error.code == ENOENT:
      return
    case .failure(let error):
      listing.failures.append((entry.name, error))
    }
  }
}

extension FileName {
  /// The order of `<`, by one memcmp: sorting large folders is a part of the cost of a scan.
  func sortsBefore(_ other: FileName) -> Bool {
    let order = unsafe bytes.withUnsafeBufferPointer { a in
      unsafe other.bytes.withUnsafeBufferPointer { b in
        let common = min(a.count, b.count)
        return common == 0 ? 0 : unsafe memcmp(a.baseAddress!, b.baseAddress!, common)
      }
    }
    return order == 0 ? bytes.count < other.bytes.count : order < 0
  }
}
