import Testing

@testable import FrameEngine

/// Published frames, made by other writers.
@Suite(.enabled(if: FrameCorpus.folder != nil, "there is no shared/corpus/exr beside the package"))
struct ContainerCorpusTests {
  @Test func corpusIsThere() {
    #expect(FrameCorpus.sound.count > 30)
    #expect(FrameCorpus.damaged.count > 80)
  }

  @Test(arguments: FrameCorpus.sound) func soundFramesHaveNoFaults(path: String) throws {
    let bytes = try FrameCorpus.bytes(path)
    let container = Container(reading: bytes.rawBytes)
    #expect(container.findings == [], "\(path)")
    #expect(!container.parts.isEmpty)
    for (grid, records) in zip(container.grids, container.chunks) {
      #expect(records.count == grid.count && !records.contains(nil))
    }
  }

  /// Files that crashed or hung other readers. Most are broken in their structure; the rest only in
  /// what they pack.
  @Test func damagedFramesAreRead() throws {
    var faulty = 0
    for path in FrameCorpus.damaged {
      let bytes = try FrameCorpus.bytes(path)
      let container = Container(reading: bytes.rawBytes)
      for records in container.chunks {
        for case let record? in records { #expect(record.payload.upperBound <= bytes.count) }
      }
      if container.findings.contains(where: { $0.severity == .error }) { faulty += 1 }
    }
    #expect(faulty * 10 > FrameCorpus.damaged.count * 9)
  }
}
