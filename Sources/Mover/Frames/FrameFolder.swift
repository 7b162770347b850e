import FrameEngine
import Glibc

/// What a folder holds, as far as frames are concerned.
struct FrameFolder {
  /// Files and symbolic links.
  var files: [FileName] = []
  /// Folders, sorted.
  var folders: [FileName] = []
}

/// Lists folders and follows links.
struct FrameFolderReader {
  private let disk: any Disk
  private let lane: any Lane

  /// Links after links that are followed, as the kernel has it.
  private static let linkLimit = 40
  /// Statuses asked for in one batch.
  private static let batchCount = 1024

  init(disk: any Disk) throws(DiskError) {
    self.disk = disk
    lane = try disk.makeLane()
  }

  func read(_ path: FileName) throws(DiskError) -> FrameFolder {
    let open = try OpenFolder(at: path.bytes.isEmpty ? "." : path, on: disk)
    var folder = FrameFolder()
    for entry in try disk.entries(of: open.handle) {
      var kind = entry.kind
      // Few file systems leave the kind to a second question.
      if kind == nil { kind = try disk.status(of: entry.name, in: open.handle).kind }
      switch kind {
      case .folder: folder.folders.append(entry.name)
      case .regular, .symbolicLink: folder.files.append(entry.name)
      default: continue
      }
    }
    folder.folders.sort()
    return folder
  }

  /// Whether a path leads to a folder, through links if need be.
  func isFolder(_ path: FileName) -> Bool {
    do throws(DiskError) {
      return try disk.status(of: path.appending("."), in: .current).kind == .folder
    } catch {
      return false
    }
  }

  /// The files of a group with what is known of them, links followed. Statuses are asked for in
  /// batches: on a slow mount many are under way at once.
  func files(_ members: [FrameGroup.Member], in folder: FileName) -> [FrameFile] {
    var files = [FrameFile]()
    files.reserveCapacity(members.count)
    var batch = Batch()
    for start in stride(from: 0, to: members.count, by: FrameFolderReader.batchCount) {
      let part = members[start..<min(start + FrameFolderReader.batchCount, members.count)]
      batch.removeAll()
      for member in part { batch.append(.status(folder.appending(member.name), in: .current)) }
      lane.perform(&batch)
      for (member, result) in zip(part, batch.results) {
        // Reading the file will say what asking for its status failed of.
        let status = try? result.map { batch.statuses[$0] }.get()
        files.append(file(member, at: folder.appending(member.name), status))
      }
    }
    return files
  }

  private func file(
    _ member: FrameGroup.Member, at path: FileName, _ status: FileStatus?
  ) -> FrameFile {
    var location = path
    var status = status
    if status?.kind == .symbolicLink {
      let end = followed(path)
      location = end?.path ?? path
      status = end?.status
    }
    return FrameFile(
      path: path, location: location, frame: member.frame, isPadded: member.isPadded,
      byteCount: status?.size, modified: status?.modified)
  }

  /// Where a link leads; `nil` for nowhere, or to no file.
  private func followed(_ path: FileName) -> (path: FileName, status: FileStatus)? {
    var path = path
    do throws(DiskError) {
      for _ in 0..<FrameFolderReader.linkLimit {
        let status = try disk.status(of: path, in: .current)
        if status.kind == .regular { return (path, status) }
        guard status.kind == .symbolicLink else { return nil }
        let target = FileName(try disk.readSymbolicLink(path, in: .current))
        path =
          target.bytes.first == UInt8(ascii: "/") ? target : path.parentPath.appending(target)
      }
    } catch {
      // Opening the link itself will name the reason.
      return nil
    }
    return nil
  }
}
