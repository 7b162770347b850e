import FrameEngine
import Glibc

/// Finds out what the two ends of a transfer are like, by a few calls on each.
struct TargetProbe {
  private let disk: any Disk

  /// Names asked for to time a mount; none of them exists, so no cache answers.
  private static let lookups = 9

  init(disk: any Disk) { self.disk = disk }

  /// What the target does with times and names, seen on a file that is made and removed.
  func traits(of folder: Handle, probe name: FileName) throws(DiskError) -> TargetTraits {
    let handle = try disk.open(name, in: folder, .create(mode: 0o600))
    defer { cleanUp(handle, name, folder) }
    // Odd seconds and nine different digits show where a time is cut.
    let time = Timestamp(seconds: 1_000_000_001, nanoseconds: 123_456_789)
    try disk.setTimes(handle, modified: time)
    var traits = knownTraits(of: folder)
    traits.timeStep = TargetTraits.step(from: time, to: try disk.status(of: handle).modified)
    do throws(DiskError) {
      let other = try disk.status(of: name.uppercased, in: folder)
      traits.isCaseSensitive = other.inode != (try disk.status(of: handle).inode)
    } catch {
      traits.isCaseSensitive = true
    }
    return traits
  }

  /// What the kind of the target's file system tells, without a file being made.
  func knownTraits(of folder: Handle) -> TargetTraits {
    let system = disk.assumedFileSystem(of: folder)
    return TargetTraits(
      isCaseSensitive: system.isCaseSensitive, holdsModes: system.holdsModes,
      timeStep: system.timeStep > 1 ? system.timeStep : nil,
      copiesInKernel: !system.writesThrough)
  }

  private func cleanUp(_ handle: Handle, _ name: FileName, _ folder: Handle) {
    do {
      try disk.close(handle)
      try disk.remove(name, in: folder, isFolder: false)
    } catch {
      // It is named like an unfinished file: the next run removes it.
    }
  }

  /// Threads for a transfer between folders: as many as cores where calls are fast, 64 where each
  /// waits 200 µs or more for a server.
  func threads(for folders: [Handle], tag: FileName) -> Int {
    // A bucket knows what it has listed, and asks the service for everything else.
    if folders.contains(where: { disk.assumedFileSystem(of: $0) == .objects }) { return 64 }
    let cores = min(max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1), 64)
    let slowest = folders.map { medianLookupSeconds(in: $0, tag) }.max() ?? 0
    if slowest > 200e-6 { return 64 }
    return slowest > 50e-6 ? min(cores * 4, 64) : cores
  }

  private func medianLookupSeconds(in folder: Handle, _ tag: FileName) -> Double {
    var times: [Double] = []
    for index in 0..<TargetProbe.lookups {
      let stopwatch = Stopwatch()
      do throws(DiskError) {
        _ = try disk.status(of: FileName("\(tag)-\(index)"), in: folder)
      } catch {
        // That there is no such file is the answer whose time is wanted.
      }
      times.append(stopwatch.elapsed / .seconds(1))
    }
    return times.sorted()[TargetProbe.lookups / 2]
  }
}
