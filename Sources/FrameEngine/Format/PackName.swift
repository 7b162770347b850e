/// The name of a pack: the run that wrote it and its number within the run.
///
/// Never a content name: after a delete and a second upload the two would be one, and a delete
/// that arrives late would take the second away.
public struct PackName: Hashable, Sendable {
  /// The run that wrote it.
  public let run: RunID
  /// Its number within the run, from 0.
  public let sequence: UInt32

  /// The pack number `sequence` of `run`.
  public init(run: RunID, sequence: UInt32) {
    self.run = run
    self.sequence = sequence
  }

  /// The object's name in a store: `packs/HH/RID-SEQ`, HH the first two digits.
  public var object: String {
    let digits = run.hex
    return "packs/\(digits.prefix(2))/\(digits)-\(sequence)"
  }

  /// The pack that an object's name stands for; `nil` for any other name.
  public init?(object: String) {
    let parts = object.split(separator: "/")
    guard parts.count == 3, parts[0] == "packs" else { return nil }
    let halves = parts[2].split(separator: "-")
    guard halves.count == 2, let run = RunID(hex: halves[0]), let sequence = UInt32(halves[1])
    else { return nil }
    self.init(run: run, sequence: sequence)
    guard self.object == object else { return nil }
  }
}

extension PackName: Comparable {
  /// In the order of runs, then of numbers.
  public static func < (a: PackName, b: PackName) -> Bool {
    (a.run, a.sequence) < (b.run, b.sequence)
  }
}

extension PackName: CustomStringConvertible {
  /// The object's name.
  public var description: String { object }
}

extension ByteWriter {
  /// Appends the 20 bytes of a pack's name.
  public mutating func append(_ pack: PackName) {
    append(pack.run)
    append(pack.sequence)
  }
}

extension ByteReader {
  /// 20 bytes.
  public mutating func packName() throws(FormatError) -> PackName {
    PackName(run: try runID(), sequence: try u32())
  }
}
