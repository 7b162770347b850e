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
  /// Kernel threads behind one ring, for opens that miss the cache.
  public var ringWorkerLimit: Int
  /// Threads of our own that move data, each with a lane.
  public var workerCount: Int
  /// Whether the mount takes direct access at all.
  public var allowsDirect: Bool

  /// Bytes from which a file is worth direct access.
  public static let directSize: Int64 = 8 << 20
  /// Bytes of one direct transfer, and how many to keep in flight: below, the disk waits or the
  /// processor works more than it must.
  public static let directTransfer = (byteCount: 1 << 20, depth: 4)
  /// Opens to time before a mount is judged.
  public static let sampleCount = 64

  /// A disk of this machine, before anything is known of it.
  public static let local = DiskPolicy(
    fileSystem: FileSystem(magic: 0, isRemote: false), coreCount: 2, medianOpen: nil)

  /// The policy for a mount of the type `fileSystem` on a machine of `coreCount` cores, where an
  /// open took `medianOpen` (the median of the first 64), if that has been measured.
  public init(fileSystem: FileSystem, coreCount: Int, medianOpen: Duration?) {
    let open = medianOpen ?? (fileSystem.isRemote ? .milliseconds(1) : .zero)
    let isSlow = open > .microseconds(200)
    let isBetween = !isSlow && open > .microseconds(50)
    let isRingFit = !fileSystem.isRemote && !fileSystem.isMemory && !isSlow
    executor = isRingFit ? .ring : .threads
    threadCount = isSlow ? 64 : isBetween ? coreCount * 4 : 1
    ringDepth = 64
    ringWorkerLimit = 4
    workerCount = coreCount
    allowsDirect = !fileSystem.isRemote && !fileSystem.isMemory
  }

  /// Whether a file of `size` bytes, `cached` of them in the page cache, is best read around the
  /// cache: if it is large and mostly not there. A read from the cache is ten times faster than
  /// one from the disk.
  public func isDirect(size: Int64, cached: Int64?) -> Bool {
    allowsDirect && size >= DiskPolicy.directSize && (cached ?? 0) < size / 10
  }
}

extension FileSystem {
  /// What a bucket says of itself; the kernel's numbers are shorter.
  static let objects = FileSystem(magic: 1 << 63, isRemote: true)

  /// Whether the files are memory (tmpfs, ramfs): opens and reads never wait, so nothing is gained
  /// by having many under way.
  var isMemory: Bool { magic == 0x0102_1994 || magic == 0x8584_58F6 }

  /// Whether each write is a round trip of its own (FUSE, 9p). Where the server behind it does not
  /// copy by itself, the kernel would send pieces of 64 KiB, and nothing tells before.
  var writesThrough: Bool { magic == 0x6573_5546 || magic == 0x0102_1997 }
}

extension Disk {
  /// What kind of file system an open file lies on. A mount that cannot say so counts as remote: it
  /// is not one to be clever with.
  func assumedFileSystem(of handle: Handle) -> FileSystem {
    do throws(DiskError) {
      return try fileSystem(of: handle)
    } catch {
      return FileSystem(magic: 0, isRemote: true)
    }
  }
}
