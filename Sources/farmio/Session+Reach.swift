import FrameEngine
import Glibc
import Mover

/// Reaching trees of files: on this machine, and at servers without a mount.
extension Session {
  /// A disk that reaches every one of the places, and what it calls them: paths of this machine as
  /// they are, addresses by the export that holds them. `readsAll` says that all of them is read.
  func reach(_ places: [FileName], readsAll: Bool = false) throws(CommandError)
    -> (disk: any Disk, paths: [FileName])
  {
    var members: [JoinedDisk.Member] = []
    var paths: [FileName] = []
    for place in places {
      switch StoreAddress(place) {
      case .folder(let path): paths.append(path)
      case .nfs(let typed):
        paths.append(try mount(typed, place, &members))
      case .s3, .oci: paths.append(try bucket(place, readsAll, &members))
      case .smb(let typed): paths.append(try share(typed, place, &members))
      case nil: throw Session.unreachable(place)
      }
    }
    let local = try makeDisk()
    return (members.isEmpty ? local : JoinedDisk(local, members), paths)
  }

  /// Joins the bucket that a place is in.
  private func bucket(
    _ place: FileName, _ readsAll: Bool, _ members: inout [JoinedDisk.Member]
  ) throws(CommandError) -> FileName {
    guard let objects = try objects(at: self.place(place)) else { return place }
    let address = FileName(String(objects.service.address.dropLast()))
    if !members.contains(where: { $0.address == address }) {
      let disk = bucketDisk(objects.service, asksForMetadata: true, readsAll: readsAll)
      members.append(JoinedDisk.Member(address, disk))
    }
    return FileName(objects.service.address + objects.key)
  }

  /// Mounts the export that holds a place, unless that has been done; returns the place by the
  /// export's name.
  private func mount(
    _ typed: StoreAddress.ServerPath, _ place: FileName, _ members: inout [JoinedDisk.Member]
  ) throws(CommandError) -> FileName {
    guard let wanted = NFSPlace(typed) else {
      throw .usage(
        "'\(place)' has an option that is none of an NFS server",
        remedy: "Options are nfsport=NUMBER and mountport=NUMBER.")
    }
    do throws(NFSFailure) {
      let mounted = try wanted.mount(cancellation: interrupt.token)
      if !members.contains(where: { $0.address == mounted.address }) {
        members.append(JoinedDisk.Member(mounted.address, mounted.disk))
      }
      return mounted.path
    } catch {
      throw CommandError(
        at: place, "mount", error.reason, remedy: Session.remedy(for: error))
    }
  }

  private static func remedy(for failure: NFSFailure) -> String {
    switch failure.code {
    case EHOSTUNREACH: "Check the server's name."
    case EHOSTDOWN:
      "Check that the server is up and serves NFS version 3; without a port mapper, give "
        + "?nfsport=N&mountport=M."
    case EACCES, EPERM:
      "Check the export's name, and that the server lets this machine mount it "
        + "('showmount -e SERVER' lists exports; ports above 1023 need 'insecure')."
    case ENOENT: "Check the export's name: 'showmount -e SERVER' lists exports."
    default: "Run the same command again, or mount the export and give its path."
    }
  }
}
