import FrameEngine
import Synchronization

@testable import Mover

/// A folder of frames, and what looks at them.
struct FrameShed {
  let scratch = ScratchTree()
  let disk = ThreadDisk()

  /// The path of a file in the folder.
  func callAsFunction(_ name: String) -> FileName { FileName(scratch(name)) }

  /// Writes a file.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    try disk.makeFile(self(name), in: .current, bytes)
  }

  /// Writes a frame.
  func write(_ name: String, _ frame: SampleFrame) throws { try write(name, try frame.bytes()) }

  /// The bytes of a file.
  func read(_ name: String) throws -> [UInt8] {
    try disk.contents(of: self(name), in: .current, limit: 16 << 20)
  }

  /// The names of the folder that are not hidden.
  func names() -> String { scratch.run("ls") }

  /// The sequence of a pattern or a file.
  func sequence(_ place: String) throws -> FrameSequence {
    try FrameList([self(place)], on: disk).sequences[0]
  }

  /// What a verification brought to light.
  struct Verified {
    var reports: [FrameReport]
    var sequence: [SequenceFinding]

    /// The codes of a frame's findings.
    func codes(_ number: Int = 0) -> [FindingCode] { reports[number].findings.map(\.code) }
  }

  /// Verifies the frames of a place.
  func verify(
    _ place: String, decoder: DecoderProgram? = nil, on other: (any Disk)? = nil,
    cancelling token: CancelToken? = nil, after limit: Int = .max,
    _ change: (inout VerifyOptions) throws -> Void = { _ in }
  ) throws -> Verified {
    var options = VerifyOptions()
    try change(&options)
    let verifier = FrameVerifier(
      disk: other ?? disk, decoder: decoder ?? .installed, options: options,
      cancellation: token)
    let reports = Mutex<[FrameReport]>([])
    let found = Mutex<[SequenceFinding]>([])
    try verifier.verify(
      [try sequence(place)], progress: ProgressCounters(),
      each: { report in
        let count = reports.withLock { reports in
          reports.append(report)
          return reports.count
        }
        if count == limit { token?.cancel() }
      }, ended: { _, findings in found.withLock { $0 = findings } })
    return Verified(reports: reports.withLock { $0 }, sequence: found.withLock { $0 })
  }

  /// A source with a frame open.
  func open(_ name: String, threads: Int? = nil) throws -> FrameSource {
    let source = try FrameSource(disk: disk, decoder: .installed, threads: threads)
    try source.open(self(name))
    return source
  }

  /// Compares two frames.
  func compare(_ one: String, _ other: String, heatScale: Int? = nil) throws
    -> [FrameComparer.PartDifference]
  {
    try FrameComparer(heatScale: heatScale).compare(try open(one), try open(other))
  }

  /// The parts of a frame that has no fault.
  func parts(_ name: String) throws -> [Part] { try open(name).container.parts }
}
