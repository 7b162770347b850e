public import FrameEngine
import Glibc

/// Looks at the files of any disk, in the order of their paths: what `ls`, `du` and `rm` stand on.
public struct TreeLook {
  private let disk: any Disk
  private let lister: FolderLister
  private let cancel: CancelToken

  /// A look at what is on `disk`.
  public init(on disk: any Disk, cancel: CancelToken = CancelToken()) {
    self.disk = disk
    self.cancel = cancel
    lister = FolderLister(disk: disk)
  }

  /// A file as it was found.
  public struct Found: Sendable {
    /// Below the place looked at; empty for the place itself.
    public let path: FileName
    /// Of a link itself.
    public let status: FileStatus
    /// What a symbolic link holds.
    public let linkTarget: [UInt8]?
  }

  /// Shows what is at `path`: the entries of a folder, a folder before what is in it, or the one
  /// file that is there. `visit` ends the look with `false`. What cannot be read is told to `failed`,
  /// and the rest shown. Throws if there is nothing at `path`, or it cannot be listed.
  public func show(
    _ path: FileName, isRecursive: Bool, failed: (ScanFailure) -> Void,
    _ visit: (Found) throws(DiskError) -> Bool
  ) throws(DiskError) {
    guard let top = try folder(at: path) else {
      let status = try located(path) { () throws(DiskError) in
        try disk.status(of: path, in: .current)
      }
      _ = try visit(try found("", status, path, in: .current))
      return
    }
    let lane = try disk.makeLane()
    var batch = Batch()
    var open = [try level("", top, path, lane, &batch, failed)]
    while let depth = open.indices.last {
      if cancel.isCancelled { throw DiskError(.list, code: ECANCELED, name: path) }
      guard let entry = open[depth].rest.popLast() else {
        open.removeLast()
        continue
      }
      let inner = open[depth].path.appending(entry.name)
      do throws(DiskError) {
        let shown = try found(inner, entry.status, entry.name, in: open[depth].folder.handle)
        guard try visit(shown) else { return }
        guard isRecursive, entry.status.kind == .folder else { continue }
        guard depth < Limits.treeDepth else { throw DiskError(.open, code: ENAMETOOLONG) }
        let folder = try OpenFolder(entry.name, in: open[depth].folder.handle, on: disk)
        open.append(try level(inner, folder, path.appending(inner), lane, &batch, failed))
      } catch {
        failed(ScanFailure(path: path.appending(inner), error: error))
      }
    }
  }

  private struct Level {
    let path: FileName
    let folder: OpenFolder
    /// The next one last.
    var rest: [ScannedEntry]
  }

  private func level(
    _ path: FileName, _ folder: OpenFolder, _ fullPath: FileName, _ lane: any Lane,
    _ batch: inout Batch, _ failed: (ScanFailure) -> Void
  ) throws(DiskError) -> Level {
    let listing = try located(fullPath) { () throws(DiskError) in
      try lister.list(folder.handle, at: path, on: lane, using: &batch)
    }
    for (name, error) in listing.failures {
      failed(ScanFailure(path: fullPath.appending(name), error: error))
    }
    return Level(path: path, folder: folder, rest: listing.entries.reversed())
  }

  private func folder(at path: FileName) throws(DiskError) -> OpenFolder? {
    do throws(DiskError) {
      return try OpenFolder(at: path, on: disk)
    } catch {
      if error.code == ENOTDIR { return nil }
      throw error
    }
  }

  private func found(_ path: FileName, _ status: FileStatus, _ name: FileName, in folder: Handle)
    throws(DiskError) -> Found
  {
    let target =
      status.kind == .symbolicLink ? try disk.readSymbolicLink(name, in: folder) : nil
    return Found(path: path, status: status, linkTarget: target)
  }

  private func located<Result>(
    _ path: FileName, _ body: () throws(DiskError) -> Result
  ) throws(DiskError) -> Result {
    do throws(DiskError) { return try body() } catch { throw error.at(path) }
  }
}
