/// How a tree is copied.
public struct TransferOptions: Sendable {
  /// When a copied file may appear under its name.
  public enum Durability: Hashable, Sendable {
    /// At once; a power cut may leave empty or partial files. A killed process leaves none.
    case none
    /// Once its bytes are durable, made so for many files at a time by syncing the file system.
    case batch
    /// Once its bytes are durable, made so for each file alone.
    case eachFile
  }

  /// Removes from the target what the source does not have, after all copying succeeded.
  public var deleteExtra = false
  /// Compares the contents of files that look unchanged.
  public var checksum = false
  /// Tells what would be done and changes nothing.
  public var dryRun = false
  /// Reads every copied file back from the target and compares it with what was read.
  public var verify = false
  /// What the bytes copied must pass; others may share it. `nil` for no limit.
  public var limiter: RateLimiter?
  /// What is left out of the source, and left alone in the target.
  public var filter = Filter()
  /// Does not enter folders on another volume than the source.
  public var oneFileSystem = false
  /// Which metadata is brought over.
  public var metadata = MetadataPolicy()
  /// Threads; `nil` to measure both ends: the cores on fast disks, 64 on slow mounts.
  public var transfers: Int?
  /// The storage class that a bucket keeps new objects in, in its service's words; `nil` for the
  /// bucket's own. Other places have none.
  public var storageClass: String?
  /// When a copied file may appear under its name.
  public var durability = Durability.batch

  /// Copies what is missing or changed, everything included.
  public init() {}
}

/// Sizes that the engine works with.
enum TransferSizes {
  /// One read and write: small enough to stay in the cache between the two.
  static let slice = 1 << 20
  /// Bytes of small files that one thread copies before it looks for other work.
  static let batch: Int64 = 8 << 20
  /// Bytes of a large file that may be written and not yet durable, and so in the journal.
  static let unjournaled: Int64 = 32 << 20
  /// Files that wait at most for being made durable together, on all threads.
  static let readyWeight = 1024
  /// What a file counts that is not in the folder of the one before it: it holds two folders open.
  static let folderWeight = 8
  /// The bytes of files that wait.
  static let readyBytes: Int64 = 64 << 20
  /// How often a file that changes while it is read is tried.
  static let attempts = 3
}

/// How files are split that several threads copy, with a journal. Extents in flight are sent again
/// after a kill.
struct LargeFiles {
  /// Bytes from which a file is split; more than a staged folder may hold.
  let size: Int64
  /// What one thread copies before it looks for other work.
  let extent: Int64
  /// Threads on one file.
  let threads: Int

  /// Where threads work.
  static let working = LargeFiles(size: 64 << 20, extent: 8 << 20, threads: 4)
  /// Where they wait for a server.
  static let waiting = LargeFiles(size: 16 << 20, extent: 2 << 20, threads: 16)
}
