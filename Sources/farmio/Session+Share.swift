import FrameEngine
import Glibc
import Mover

/// Reaching shares of SMB servers.
extension Session {
  /// Opens the share that holds a place, unless that has been done; returns the place by the share's
  /// name.
  func share(
    _ typed: StoreAddress.ServerPath, _ place: FileName, _ members: inout [JoinedDisk.Member]
  ) throws(CommandError) -> FileName {
    guard let address = SMBAddress(typed) else {
      throw .usage(
        "'\(place)' names no share of an SMB server",
        remedy: "Give smb://SERVER[:PORT]/SHARE/PATH, without options.")
    }
    let member = FileName(address.shareName)
    if !members.contains(where: { $0.address == member }) {
      guard let program = SMBProgram.find() else {
        throw CommandError(
          at: nil, "open \(address.shareName)", "farmio-smb was not found",
          remedy: "Install it beside farmio, or set FARMIO_SMB to its path.")
      }
      let login = try smbLogin()
      do throws(SMBFailure) {
        let disk = try SMBDisk(
          address, as: login, program: program, cancellation: interrupt.token)
        members.append(JoinedDisk.Member(member, disk))
      } catch {
        throw CommandError(
          at: FileName(error.share), "open", error.reason, remedy: error.remedy)
      }
    }
    return FileName(address.description)
  }

  /// Who shares are opened as: the user in the file that FARMIO_SMB_CREDENTIALS names, else in
  /// `~/.smbcredentials`; else the holder of a Kerberos ticket; else a guest.
  private func smbLogin() throws(CommandError) -> SMBLogin {
    let usual = environment["HOME"].map { $0.appending(".smbcredentials") }
    if let path = environment["FARMIO_SMB_CREDENTIALS"] { return try smbLogin(in: path) }
    if let usual, SmallFile.exists(usual) { return try smbLogin(in: usual) }
    let tickets = environment["KRB5CCNAME"] ?? FileName("/tmp/krb5cc_\(geteuid())")
    let isFile = tickets.bytes.first == UInt8(ascii: "/")
    // Caches of other kinds are named `KIND:PLACE`: only Kerberos can tell what is in them.
    return !isFile || SmallFile.exists(tickets) ? .ticket : .guest
  }

  private func smbLogin(in path: FileName) throws(CommandError) -> SMBLogin {
    let bytes = try SmallFile.readPrivate(
      path, "read the credentials", limit: SMBLogin.fileLimit)
    guard let login = SMBLogin(credentials: bytes) else {
      throw CommandError(
        at: path, "read the credentials", "it names no user",
        remedy: "Write username=, password= and, where the server wants one, domain= into it.")
    }
    return login
  }
}
