extension FrameManifest {
  /// What differs between a file as it is and as the manifest knows it: `digest-mismatch`, with
  /// the chunks that differ, or `digest-missing` where the manifest does not know it. Nothing where
  /// every byte is the same.
  ///
  /// `regions` says which pixels a chunk holds, where that is known. Pixel digests are compared
  /// where both sides have them. Costs a pass over the chunks, and nothing where the file's digest
  /// is the same.
  public func findings(
    for frame: Frame, region: (_ part: Int, _ chunk: Int) -> ChunkRegion? = { _, _ in nil }
  ) -> [Finding] {
    guard let known = self.frame(named: frame.name) else {
      return [Finding(.digestMissing, FindingPlace(), "the manifest does not know the file")]
    }
    if known.digest == frame.digest && known.byteCount == frame.byteCount { return [] }
    var findings = [Finding]()
    if known.byteCount != frame.byteCount {
      findings.append(
        Finding(
          .digestMismatch, FindingPlace(), count: frame.byteCount - known.byteCount,
          "the file has \(counted(frame.byteCount, "byte")), the manifest says \(known.byteCount)"))
    }
    if known.parts.count != frame.parts.count {
      findings.append(
        Finding(
          .digestMismatch, FindingPlace(),
          "the file has \(counted(frame.parts.count, "part")), the manifest says \(known.parts.count)"
        ))
    }
    for (number, (known, found)) in zip(known.parts, frame.parts).enumerated() {
      findings += FrameManifest.chunkFindings(number, known, found, region)
      if let finding = FrameManifest.pixelFinding(number, known, found) { findings.append(finding) }
    }
    if findings.isEmpty {
      findings.append(
        Finding(
          .digestMismatch, FindingPlace(),
          known.parts.isEmpty
            ? "the file's bytes changed"
            : "the file's bytes changed outside the chunks: in the header or the offset tables"))
    }
    return findings
  }

  /// The frames of the manifest that are not among `names`, which were looked at.
  public func missing(from names: some Sequence<FileName>) -> [Frame] {
    let found = Set(names)
    return frames.filter { !found.contains($0.name) }
  }

  /// The finding for frames of the manifest that are gone; `nil` for none.
  public func finding(missing frames: [Frame]) -> SequenceFinding? {
    guard let first = frames.first else { return nil }
    let text =
      frames.count == 1
      ? "\(first.name) is in the manifest and not there"
      : "\(frames.count) files are in the manifest and not there, the first is \(first.name)"
    return SequenceFinding(
      Finding(.digestMissing, FindingPlace(), count: frames.count, text),
      names: frames.map(\.name))
  }

  /// One finding a chunk that changed, appeared or is gone.
  private static func chunkFindings(
    _ number: Int, _ known: Part, _ found: Part,
    _ region: (_ part: Int, _ chunk: Int) -> ChunkRegion?
  ) -> [Finding] {
    let before = digests(known)
    let after = digests(found)
    return Set(before.keys).union(after.keys).sorted().compactMap { index in
      guard before[index] != after[index] else { return nil }
      let place =
        region(number, index).map { FindingPlace(part: number, $0) }
        ?? FindingPlace(part: number, chunk: index)
      let what =
        before[index] == nil
        ? "is not in the manifest" : after[index] == nil ? "is gone" : "changed"
      return Finding(.digestMismatch, place, "chunk \(index) \(what)")
    }
  }

  private static func digests(_ part: Part) -> [Int: Digest] {
    Dictionary(part.chunks.map { ($0.index, $0.digest) }) { first, _ in first }
  }

  private static func pixelFinding(_ number: Int, _ known: Part, _ found: Part) -> Finding? {
    guard let before = known.pixels, let after = found.pixels, before != after else { return nil }
    return Finding(.digestMismatch, FindingPlace(part: number), "the decoded pixels changed")
  }
}
