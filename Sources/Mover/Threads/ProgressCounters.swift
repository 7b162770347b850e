public import FrameEngine
public import Synchronization

/// What a running job has done so far: workers add, whoever shows progress reads.
///
/// Any thread may use any member at any time. The counters are read one by one, so a reader may see
/// a file counted whose bytes are not yet. Cost of an addition: one atomic add (2 ns); add once a
/// file or a batch, never once a chunk.
public final class ProgressCounters: Sendable {
  /// Files dealt with, unchanged ones included.
  public let filesDone = Atomic<Int>(0)
  /// Files found; 0 while nothing is known.
  public let filesTotal = Atomic<Int>(0)
  /// Bytes dealt with, those of unchanged files included.
  public let bytesDone = Atomic<Int64>(0)
  /// Bytes found; 0 while nothing is known.
  public let bytesTotal = Atomic<Int64>(0)
  /// Bytes written to the target: what is new, after compression.
  public let bytesStored = Atomic<Int64>(0)
  /// Files or objects that could not be dealt with.
  public let errors = Atomic<Int>(0)
  /// Whether the totals still grow: no share of the whole and no time left is shown meanwhile.
  public let isCounting = Atomic<Bool>(false)

  private let current = Mutex(FileName(""))

  /// All at zero.
  public init() {}

  /// The file that was begun last; empty before the first.
  public var currentName: FileName {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// Counts a file of `bytes` as found.
  public func found(bytes: Int64) {
    filesTotal.add(1, ordering: .relaxed)
    bytesTotal.add(bytes, ordering: .relaxed)
  }

  /// Counts a file as dealt with, of which `bytes` were not counted yet.
  public func finished(bytes: Int64) {
    bytesDone.add(bytes, ordering: .relaxed)
    filesDone.add(1, ordering: .relaxed)
  }
}
