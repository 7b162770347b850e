import FrameEngine

/// What the file system tells about a frame that its bytes do not.
enum FileFindings {
  /// `file-growing` and `file-hole`.
  static func findings(_ memory: FrameBytes, _ container: Container) -> [Finding] {
    var findings: [Finding] = []
    if memory.isGrowing {
      findings.append(
        Finding(
          .fileGrowing, FindingPlace(),
          "the file changed while it was read: somebody still writes it"))
    }
    for hole in memory.holes {
      var finding = Finding(
        .fileHole, at: hole.lowerBound, count: hole.count,
        "\(counted(hole.count, "byte", "was", "were")) never written: a hole in the file")
      // A copy may punch holes where a frame that is stored unpacked is black: nothing is lost.
      if isUnpacked(hole, container) { finding.severity = .information }
      findings.append(finding)
    }
    return findings
  }

  /// Whether a hole lies inside the pixels of one chunk that is stored as it is.
  private static func isUnpacked(_ hole: Range<Int>, _ container: Container) -> Bool {
    for (number, chunks) in container.chunks.enumerated()
    where container.parts[number].codec == .none {
      for case let record? in chunks where record.payload.contains(hole.lowerBound) {
        return hole.upperBound <= record.payload.upperBound
      }
    }
    return false
  }
}
