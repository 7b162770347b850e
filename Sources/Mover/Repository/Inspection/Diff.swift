public import FrameEngine

/// One path at which two trees differ.
public struct Difference: Hashable, Sendable {
  /// What a person must know of it.
  public enum Mark: String, Hashable, Sendable {
    case added = "+"
    case removed = "-"
    /// The bytes of a file, the target of a link, the number of a device.
    case content = "M"
    /// The content is the same; mode, owner, attributes or a file's time are not. Times of folders
    /// say nothing more than that names came or went, and are not compared.
    case metadata = "m"
    /// A file of another kind.
    case kind = "T"
  }

  /// How they differ.
  public let mark: Mark
  /// Below the compared folders; of two lone files, the name of the newer.
  public let path: FileName
  /// What was there; `nil` where it is added.
  public let before: TreeEntry?
  /// What is there; `nil` where it is removed.
  public let after: TreeEntry?
}

/// What a comparison found, counted.
public struct DiffSummary: Hashable, Sendable {
  /// Names that only the newer tree has.
  public var added = 0
  /// Bytes of the files among them.
  public var addedBytes: Int64 = 0
  /// Names that only the older tree has.
  public var removed = 0
  /// Bytes of the files among them.
  public var removedBytes: Int64 = 0
  /// Names whose content or kind is another.
  public var changed = 0
  /// Bytes that the files among them have now.
  public var changedBytes: Int64 = 0
  /// Names of which only metadata differs.
  public var metadata = 0

  /// Whether the two trees are equal.
  public var isEmpty: Bool { self == DiffSummary() }

  /// No differences.
  public init() {}

  mutating func count(_ difference: Difference) {
    switch difference.mark {
    case .added:
      added += 1
      addedBytes += difference.after?.size ?? 0
    case .removed:
      removed += 1
      removedBytes += difference.before?.size ?? 0
    case .content, .kind:
      changed += 1
      changedBytes += difference.after?.size ?? 0
    case .metadata:
      metadata += 1
    }
  }
}

extension Inspector {
  /// Compares two trees, in the order of their paths' names. What is equal as a whole is not
  /// walked, and data is read only where two files of one size are cut differently: up to the first
  /// byte that differs. `false` from `visit` ends the comparison.
  public func compare(
    _ before: SnapshotPath, _ after: SnapshotPath, _ visit: (Difference) -> Bool
  ) throws(RepositoryError) -> DiffSummary {
    try look(at: [before.snapshot, after.snapshot]) { (run, known) throws(RepositoryError) in
      var walk = try DiffWalk(repository, known, before, after)
      var summary = DiffSummary()
      while let difference = try walk.next({ () throws(RepositoryError) in
        try cancellation.check()
        try run.renew()
      }) {
        summary.count(difference)
        guard visit(difference) else { break }
      }
      return summary
    }
  }
}
