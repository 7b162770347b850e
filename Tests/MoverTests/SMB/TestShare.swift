import FrameEngine
import Glibc
import Testing

@testable import Mover

/// A share of a real server: the one at the address in `FARMIO_TEST_SMB`, with the user and password
/// of `FARMIO_TEST_SMB_LOGIN` (`user:password`). Tests that need it are left out without it.
enum TestShare {
  static var isThere: Bool { variable("FARMIO_TEST_SMB") != nil }

  static var address: SMBAddress {
    get throws {
      let text = try #require(variable("FARMIO_TEST_SMB"))
      return try #require(address(text))
    }
  }

  /// The address that a text is; `nil` if it is none of a share.
  static func address(_ text: String) -> SMBAddress? {
    guard case .smb(let typed) = StoreAddress(FileName(text)) else { return nil }
    return SMBAddress(typed)
  }

  static var login: SMBLogin {
    get throws {
      let words = try #require(variable("FARMIO_TEST_SMB_LOGIN")).split(separator: ":")
      return .account(user: String(words[0]), password: String(words[1]), domain: "")
    }
  }

  static func open(connections: Int = 4) throws -> SMBDisk {
    let program = try #require(SMBProgram.find())
    return try SMBDisk(
      try address, as: try login, program: program, connections: connections)
  }

  /// A new folder at the top of the share.
  static func makeFolder(on disk: SMBDisk) throws -> FileName {
    let name = FileName("test-\(String(UInt64.random(in: .min ... .max), radix: 16))")
    try disk.makeFolder(name, in: .current, mode: 0o755)
    return name
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
