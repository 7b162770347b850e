public import FrameEngine

/// Proves a repository whole, and says exactly what is not.
///
/// Always: every pack's header, list and trailer are read from the pack itself and compared with
/// the index; every snapshot's trees are walked to every chunk they need. With data: every record
/// of the chosen packs is read, its checksum, seal and content proved. Nothing is changed unless
/// `Repair` is asked to.
public struct Check: Sendable {
  /// How deep to look.
  public struct Options: Sendable {
    /// The share of packs whose data is read, 0 to 1.
    public var dataShare = 0.0
    /// Mend what can be mended.
    public var repairs = false
    /// Threads; `nil` for one a core.
    public var threads: Int?

    /// Structure only.
    public init() {}
  }

  /// One thing that is wrong.
  public struct Finding: Hashable, Sendable {
    /// The kinds of finding.
    public enum Code: String, Hashable, Sendable {
      /// A pack's header, list or trailer.
      case packEnd = "pack-end"
      /// An index segment.
      case index
      /// A record of a pack.
      case record
      /// A snapshot's reference, or another small record.
      case reference
      /// A chunk or tree that a snapshot needs and no pack has.
      case missing
      /// A file that cannot be restored.
      case file
    }

    /// What kind of thing is wrong.
    public let code: Code
    /// The object, or the file with its snapshot.
    public let object: String
    /// Where in the object, in bytes; `nil` where it concerns the whole.
    public let byteOffset: Int?
    /// The chunk or tree that is concerned.
    public let record: Digest?
    /// What is wrong, in a sentence.
    public let reason: String
    /// Whether this check has mended it.
    public var isRepaired = false
  }

  /// What a check saw.
  public struct Outcome: Sendable {
    /// Snapshots whose trees were walked.
    public var snapshots = 0
    /// Packs that the place lists.
    public var packs = 0
    /// Bytes of all packs.
    public var bytes: Int64 = 0
    /// Chunks and metadata records in all packs.
    public var chunks = 0
    /// Packs whose data was read, and their bytes.
    public var readPacks = 0
    /// Bytes of the packs whose data was read.
    public var readBytes: Int64 = 0
    /// Everything that is wrong, mended or not.
    public var findings: [Finding] = []

    /// Whether nothing is wrong, or all of it was mended.
    public var isWhole: Bool { findings.allSatisfy(\.isRepaired) }

    /// Nothing seen.
    public init() {}
  }

  private let repository: Repository
  private let host: Host
  private let clock: any Clock
  private let cancellation: CancelToken
  private let progress: ProgressCounters

  /// A check of one repository.
  public init(
    _ repository: Repository, host: Host, clock: any Clock, cancellation: CancelToken,
    progress: ProgressCounters
  ) {
    self.repository = repository
    self.host = host
    self.clock = clock
    self.cancellation = cancellation
    self.progress = progress
  }

  /// Checks, and repairs if asked to.
  public func run(_ options: Options) throws(RepositoryError) -> Outcome {
    let run = try Run(
      repository, options.repairs ? .collect : .check, host: host, clock: clock,
      readOnlyAllowed: !options.repairs, repairs: options.repairs)
    do throws(RepositoryError) {
      let job = CheckJob(
        repository, run: run, host: host, clock: clock, options: options,
        cancellation: cancellation, progress: progress)
      let outcome = try job.check()
      try run.void("the check ended")
      return outcome
    } catch {
      // The first failure is the one to tell.
      try? run.void("the check failed")
      throw error
    }
  }
}
