import FrameEngine
import Glibc

// What one thread does with one file.
extension TransferRun {
  /// Does one step of a plan.
  func perform(_ step: TransferPlan.Step, _ folder: TargetFolder, _ worker: TransferWorker) {
    do throws(TransferFailure) {
      switch step.action {
      case .enter: break
      case .keep: keep(step, worker)
      case .repair: try repair(step, folder, worker)
      case .compare:
        if try isEqual(step, folder, worker) {
          if TransferPlan.needsRepair(step.source.status, step.target!, rules) {
            try repair(step, folder, worker)
          } else {
            keep(step, worker)
          }
        } else {
          try copy(step, folder, worker)
        }
      case .copy: try copy(step, folder, worker)
      case .make: try make(step, folder, worker)
      case .blocked:
        if options.deleteExtra {
          removals.addBlocked(
            ScannedEntry(name: step.source.name, status: step.target!), of: folder)
        } else {
          throw TransferFailure(folder.fullPath.appending(step.source.name), .folderInTheWay)
        }
      case .clash(let other):
        throw TransferFailure(
          folder.sourcePath.appending(step.source.name), .clash(with: other))
      }
    } catch {
      links.fail(step.source.status.sharedIdentity)
      fail(error, worker)
    }
  }

  /// Counts a file that is as it should be.
  func keep(_ step: TransferPlan.Step, _ worker: TransferWorker) {
    worker.summary.filesUnchanged += 1
    progress.finished(bytes: step.byteCount)
  }

  /// Sets the metadata of a file whose bytes are right.
  private func repair(
    _ step: TransferPlan.Step, _ folder: TargetFolder, _ worker: TransferWorker
  ) throws(TransferFailure) {
    guard step.source.status.kind == .regular || step.source.status.kind == .fifo else {
      return try make(step, folder, worker)
    }
    let path = folder.fullPath.appending(step.source.name)
    if options.dryRun {
      planned?(.repair, path)
      return
    }
    guard let target = folder.target?.handle, let current = step.target else { return }
    var metadata = try located(folder.sourcePath.appending(sourceName(of: step.source.name))) {
      () throws(DiskError) in
      try captureByName(step, folder)
    }
    let isChanged = try located(path) { () throws(DiskError) -> Bool? in
      let handle = try disk.open(step.source.name, in: target, .read())
      defer { closeReadOnly(handle) }
      let existing = options.metadata.attributes ? try disk.attributes(of: handle) : []
      // The seam has no call to remove an attribute: a new file has none to remove.
      let wanted = Set(metadata.attributes.map(\.name))
      if !existing.allSatisfy({ wanted.contains($0.name) }) { return nil }
      metadata.attributes.removeAll { existing.contains($0) }
      worker.summary.note(
        try metadata.apply(
          to: handle, current: current, on: disk, policy: options.metadata),
        at: path)
      return !metadata.attributes.isEmpty || metadata.differs(from: current, owner: rules.owner)
    }
    guard let isChanged else {
      return step.source.status.kind == .regular
        ? try copy(step, folder, worker) : try make(step, folder, worker)
    }
    if isChanged {
      worker.summary.filesRepaired += 1
      progress.finished(bytes: step.byteCount)
    } else {
      keep(step, worker)
    }
  }

  private func captureByName(_ step: TransferPlan.Step, _ folder: TargetFolder)
    throws(DiskError) -> FileMetadata
  {
    let handle = try disk.open(
      sourceName(of: step.source.name), in: folder.source.handle, .read())
    defer { closeReadOnly(handle) }
    return try FileMetadata.capture(handle, step.source.status, on: disk)
  }

  /// Compares the bytes of two files of equal size.
  private func isEqual(
    _ step: TransferPlan.Step, _ folder: TargetFolder, _ worker: TransferWorker
  ) throws(TransferFailure) -> Bool {
    guard let target = folder.target?.handle else { return false }
    let sourceName = sourceName(of: step.source.name)
    let source = try located(folder.sourcePath.appending(sourceName)) { () throws(DiskError) in
      try disk.open(sourceName, in: folder.source.handle, .read())
    }
    defer { closeReadOnly(source) }
    return try located(folder.fullPath.appending(step.source.name)) { () throws(DiskError) in
      let other = try disk.open(step.source.name, in: target, .read())
      defer { closeReadOnly(other) }
      return try data.isEqual(source, other, byteCount: step.source.status.size, worker)
    }
  }

  /// Makes a link, FIFO, socket or device.
  private func make(
    _ step: TransferPlan.Step, _ folder: TargetFolder, _ worker: TransferWorker
  ) throws(TransferFailure) {
    let path = folder.fullPath.appending(step.source.name)
    if options.dryRun {
      planned?(.make, path)
      return
    }
    guard let target = folder.target?.handle else { return }
    let sourceName = sourceName(of: step.source.name)
    let metadata = try located(folder.sourcePath.appending(sourceName)) { () throws(DiskError) in
      try FileMetadata.capture(
        sourceName, in: folder.source.handle, step.source.status, on: disk)
    }
    let part = folder.staging == nil ? partName() : step.source.name
    try located(path) { () throws(DiskError) in
      if metadata.kind == .symbolicLink {
        try disk.makeSymbolicLink(part, in: target, to: metadata.linkTarget)
      } else {
        try disk.makeNode(
          part, in: target, mode: metadata.kind.typeBits | metadata.mode, device: metadata.device)
      }
      do throws(DiskError) {
        worker.summary.note(try applyByName(metadata, part, target), at: path)
      } catch {
        discard(part, in: target)
        throw error
      }
    }
    if let staging = folder.staging {
      return staging.add { $0.specials += 1 }
    }
    add(
      ReadyFile(folder: folder, part: part, name: step.source.name, kind: .special, byteCount: 0),
      worker)
  }

  private func applyByName(_ metadata: FileMetadata, _ part: FileName, _ target: Handle)
    throws(DiskError) -> [MetadataNote]
  {
    let current = try disk.status(of: part, in: target)
    guard metadata.kind == .fifo else {
      return try metadata.apply(
        to: part, in: target, current: current, on: disk,
        policy: options.metadata)
    }
    // A FIFO can be opened without waiting for its other end, and so gets its exact mode.
    let handle = try disk.open(part, in: target, .read())
    defer { closeReadOnly(handle) }
    return try metadata.apply(
      to: handle, current: current, on: disk, policy: options.metadata)
  }

  /// Closes what was only read: nothing can be lost by it.
  func closeReadOnly(_ handle: Handle) {
    do {
      try disk.close(handle)
    } catch {
      // Reads that mattered have succeeded or been reported by themselves.
    }
  }

  /// Removes an unfinished file after a failure that is reported; a later run sweeps what stays.
  func discard(_ part: FileName, in folder: Handle) {
    do {
      try disk.remove(part, in: folder, isFolder: false)
    } catch {
      // Its name tells that the run is over, so that the next run removes it.
    }
  }
}

extension TransferPlan.Step {
  /// The bytes of a regular file; 0 for other kinds.
  var byteCount: Int64 { source.status.kind == .regular ? source.status.size : 0 }
}
