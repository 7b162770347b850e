import FrameEngine
import Glibc

@testable import Mover

/// Places whose disks must keep the contract of `Disk`: the machine's own always, alone and as a
/// member of a joined disk; an export of an NFS server where `FARMIO_TEST_NFS` is its address.
enum DiskPlace: String, CaseIterable, CustomStringConvertible {
  case threads
  case ring
  case joined
  case nfs
  case joinedNFS

  var description: String { rawValue }

  static var available: [DiskPlace] {
    allCases.filter { place in
      switch place {
      case .threads, .joined: true
      case .ring: (try? RingDisk()) != nil
      case .nfs, .joinedNFS: export != nil
      }
    }
  }

  /// Whether files have attributes, and a size apart from what they take up.
  var isLocal: Bool { self != .nfs && self != .joinedNFS }

  private static var export: NFSPlace? {
    // As the program does: a server that closes a connection is an error of the next call.
    signal(SIGPIPE, SIG_IGN)
    guard let text = unsafe getenv("FARMIO_TEST_NFS"),
      case .nfs(let typed) = StoreAddress(FileName(unsafe String(cString: text)))
    else { return nil }
    return NFSPlace(typed)
  }

  /// A fresh folder there.
  func make() throws -> DiskSite {
    switch self {
    case .threads: return try DiskSite(ThreadDisk(), TemporaryFolder())
    case .ring: return try DiskSite(RingDisk(), TemporaryFolder())
    case .joined:
      let folder = try TemporaryFolder()
      let address: FileName = "test://machine"
      let disk = JoinedDisk(ThreadDisk(), [JoinedDisk.Member(address, OffsetDisk(folder.path))])
      return try DiskSite(disk, at: address, keeping: folder)
    case .nfs:
      let mounted = try DiskPlace.export!.mount()
      return try DiskSite(mounted.disk, at: "/").inside()
    case .joinedNFS:
      let mounted = try DiskPlace.export!.mount()
      let disk = JoinedDisk(ThreadDisk(), [JoinedDisk.Member(mounted.address, mounted.disk)])
      return try DiskSite(disk, at: mounted.path).inside()
    }
  }
}

/// A disk, and an open folder on it with its path.
struct DiskSite: Sendable {
  let disk: any Disk
  let path: FileName
  let folder: Handle
  private let kept: TemporaryFolder?

  init(_ disk: any Disk, _ folder: TemporaryFolder) throws {
    try self.init(disk, at: folder.path, keeping: folder)
  }

  init(_ disk: any Disk, at path: FileName, keeping: TemporaryFolder? = nil) throws {
    self.disk = disk
    self.path = path
    folder = try disk.open(path.appending("."), in: .current, .folder)
    kept = keeping
  }

  /// A fresh folder inside.
  func inside() throws -> DiskSite {
    let name = FileName("test-\(String(UInt64.random(in: .min ... .max), radix: 16))")
    try disk.makeFolder(name, in: folder, mode: 0o755)
    return try DiskSite(disk, at: path.appending(name))
  }
}
