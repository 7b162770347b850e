import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// The type of the file system that an open file lies on.
  static func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    var answer = CLinux.statfs()
    try call(.fileSystem) { unsafe farmio_fstatfs(handle.descriptor, &answer) }
    return FileSystem(magic: UInt64(UInt32(truncatingIfNeeded: answer.f_type)))
  }
}

extension FileSystem {
  /// The types whose operations go to a server or another process, by the numbers that their
  /// kernel modules report.
  private static let remoteMagics: Set<UInt64> = [
    0x6969,  // NFS
    0x517B,  // smbfs
    0xFE53_4D42,  // SMB2 and SMB3
    0xFF53_4D42,  // CIFS
    0x6573_5546,  // FUSE
    0x0102_1997,  // 9p
    0x00C3_6400,  // Ceph
    0x0BD0_0BD0,  // Lustre
    0x4750_4653,  // GPFS
    0x1983_0326,  // BeeGFS
    0xAAD7_AAEA,  // PanFS
    0x0131_11A8,  // IBRIX
    0x0116_1970,  // GFS2
    0x7461_636F,  // OCFS2
    0x5346_414F,  // OpenAFS
    0x6B41_4653,  // kAFS
    0x7375_7245,  // Coda
    0x564C,  // NCP
    0x2003_0528,  // OrangeFS
    0x786F_4256,  // VirtualBox shared folders
    0xBACB_ACBC,  // VMware shared folders
  ]

  /// A file system of the type `magic`, remote if the type is one that a server stands behind.
  public init(magic: UInt64) {
    self.init(magic: magic, isRemote: FileSystem.remoteMagics.contains(magic))
  }
}
