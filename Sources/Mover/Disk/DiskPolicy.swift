/// Which executor serves a mount best, decided from what is known of it. Pure: no clock, no call.
///
/// The measurements behind the numbers stand in `docs/decisions/0004-ring-and-threads.md`.
public struct DiskPolicy: Hashable, Sendable {
  /// What runs batches.
  public var executor: LocalDisk.Executor
  /// Threads that one disk spreads its batches over; 1 runs them on the calling thread.
  public var threadCount: Int
  /// Operations that one ring keeps in flight.
  public var ringDepth: Int
  /// Kernel threads behind one ring.
  public var ringWorkerLimit: Int
  /// Planned workers of our own: each walks folders or moves data with a lane of its own.
  public var workerCount: Int
  /// Whether the mount takes direct access at all.
  public var allowsDirect: Bool

  /// Bytes from which a file is worth direct access.
  public static let directSize: Int64 = 8 << 20
  /// Opens to time before a mount is judged.
  public static let sampleCount = 64

  /// A disk of this machine, before anything was measured.
  public static let local = DiskPolicy(
    fileSystem: FileSystem(magic: 0, isRemote: false), coreCount: 2, medianOpen: nil)

  /// The policy for a mount of the type `fileSystem` on a machine of `coreCount` cores, where an
  /// open took `medianOpen` (the median of the first 64), if that has been measured.
  public init(fileSystem: FileSystem, coreCount: Int, medianOpen: Duration?) {
    let open = medianOpen ?? (fileSystem.isRemote ? .milliseconds(1) : .zero)
    let isSlow = open > .microseconds(200)
    let isBetween = !isSlow && open > .microseconds(50)
    executor = isSlow || isBetween ? .threads : .ring
    threadCount = isSlow ? 64 : isBetween ? coreCount * 4 : 1
    ringDepth = 64
    ringWorkerLimit = isSlow ? 64 : 4
    workerCount = coreCount
    allowsDirect = !fileSystem.isRemote
  }

  /// Whether a file of `size` bytes is best read around the page cache: large, and on a disk that
  /// is read once.
  public func isDirect(size: Int64) -> Bool {
    allowsDirect && size >= DiskPolicy.directSize
  }
}
