import CLinux
import FrameEngine
import Glibc

/// A part of a large file that a dead run left, with the notes of what in it is durable.
struct Resumable: Sendable {
  let part: FileName
  let journal: FileName
  let notes: ResumeJournal
}

// Unfinished files of earlier runs: those of large files are gone on with, all others removed. Files
// of runs that may be alive are left alone.
extension TransferRun {
  /// Runs on other machines count as dead when what they left has not changed for a day.
  private static let foreignAge: Int64 = 24 * 3600

  /// Takes the unfinished files out of a listing of the target; the parts to go on with, by final
  /// name.
  func sweep(
    _ entries: inout [ScannedEntry], _ folder: TargetFolder, _ worker: TransferWorker
  ) -> [FileName: Resumable] {
    guard entries.contains(where: { PartName.isPart($0.name) }),
      let target = folder.target?.handle
    else { return [:] }
    var parts: Set<FileName> = []
    var folders: [FileName] = []
    var journals: [(name: FileName, part: PartName)] = []
    entries.removeAll { entry in
      guard let part = PartName(entry.name) else { return false }
      guard isDead(part.run, entry.status) else { return true }
      if entry.status.kind == .folder {
        folders.append(entry.name)
      } else if part.suffix == .part {
        parts.insert(entry.name)
      } else {
        journals.append((entry.name, part))
      }
      return true
    }
    if options.dryRun { return [:] }
    var resumable: [FileName: Resumable] = [:]
    for (name, journal) in journals {
      let part = PartName(run: journal.run, number: journal.number, suffix: .part).name
      if parts.contains(part), let notes = readJournal(name, in: target),
        resumable[notes.name] == nil
      {
        resumable[notes.name] = Resumable(part: part, journal: name, notes: notes)
        parts.remove(part)
      } else {
        discard(name, in: target)
      }
    }
    for part in parts { discard(part, in: target) }
    for folder in folders { discardFolder(folder, in: target) }
    return resumable
  }

  /// Removes a staged folder with its files, which has no subfolders.
  func discardFolder(_ part: FileName, in folder: Handle) {
    do {
      let inner = try OpenFolder(part, in: folder, on: disk)
      for entry in try disk.entries(of: inner.handle) { discard(entry.name, in: inner.handle) }
      try disk.remove(part, in: folder, isFolder: true)
    } catch {
      // Its name tells that the run is over, so that the next run removes it.
    }
  }

  private func isDead(_ run: RunIdentity, _ status: FileStatus) -> Bool {
    switch run.liveness {
    case .alive: return false
    case .dead: return true
    case .unknown:
      var now = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &now)
      return Int64(now.tv_sec) - status.changed.seconds > TransferRun.foreignAge
    }
  }

  /// A journal; `nil` where it cannot be read, and so is of no use.
  private func readJournal(_ name: FileName, in folder: Handle) -> ResumeJournal? {
    do throws(DiskError) {
      let handle = try disk.open(name, in: folder, .read())
      defer { closeReadOnly(handle) }
      let size = try disk.status(of: handle).size
      guard size <= Int64(ResumeJournal.limit) else { return nil }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      let count = try disk.read(handle, at: 0, into: &raw)
      return ResumeJournal(Array(bytes[..<count]))
    } catch {
      return nil
    }
  }
}
