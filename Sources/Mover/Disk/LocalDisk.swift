import FrameEngine
import Glibc

/// The way to the disks of this machine.
public enum LocalDisk {
  /// The executors to choose from by name: `FARMIO_DISK=ring` or `FARMIO_DISK=threads`.
  public enum Executor: String, Sendable {
    case ring
    case threads
  }

  /// A disk over the kernel's file systems.
  ///
  /// `policy` says what serves its mount best; without one it is that of a local disk. The
  /// environment's `FARMIO_DISK` overrides the executor. Where the policy wants a ring and the
  /// kernel refuses, threads serve. Throws `.ring` where a ring was demanded by name and the
  /// kernel refuses, and EINVAL for a name that is no executor.
  public static func open(
    policy: DiskPolicy = .local, cancellation: CancelToken? = nil
  ) throws(DiskError) -> any Disk {
    let disk = try open(policy, demand: demandedExecutor(), cancellation)
    #if FaultInjection
      return try FaultyDisk.decorating(disk)
    #else
      return disk
    #endif
  }

  private static func open(
    _ policy: DiskPolicy, demand: Executor?, _ cancellation: CancelToken?
  ) throws(DiskError) -> any Disk {
    switch demand ?? policy.executor {
    case .threads:
      return ThreadDisk(width: policy.threadCount, cancellation: cancellation)
    case .ring:
      do throws(DiskError) {
        return try RingDisk(
          depth: policy.ringDepth, workerLimit: policy.ringWorkerLimit,
          cancellation: cancellation)
      } catch {
        guard demand == nil else { throw error }
        return ThreadDisk(width: policy.threadCount, cancellation: cancellation)
      }
    }
  }

  private static func demandedExecutor() throws(DiskError) -> Executor? {
    guard let value = unsafe getenv("FARMIO_DISK") else { return nil }
    let name = unsafe String(cString: value)
    guard let executor = Executor(rawValue: name) else {
      throw DiskError(.ring, code: EINVAL, name: FileName("FARMIO_DISK=\(name)"))
    }
    return executor
  }
}
