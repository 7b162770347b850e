import FrameEngine
import Glibc
import Testing

@testable import Mover

/// Addresses, names, credentials and messages of SMB, without a server.
@Suite struct SMBNameTests {
  @Test func addressesAreTakenApart() throws {
    let whole = try #require(TestShare.address("smb://nas-1.farm:4455/Show Data/a b//c/"))
    #expect(whole.server == "nas-1.farm")
    #expect(whole.port == 4455)
    #expect(whole.share == "Show Data")
    #expect(whole.path == "a b/c")
    #expect(whole.description == "smb://nas-1.farm:4455/Show Data/a b/c")
    let share = try #require(TestShare.address("smb://nas/show"))
    #expect(share.port == nil)
    #expect(share.path == "")
    #expect(share.description == "smb://nas/show")
  }

  @Test(
    arguments: [
      "smb://", "smb://nas", "smb://nas/", "smb:///show", "smb://nas:0/show", "smb://nas:x/show",
      "smb://nas:70000/show", "smb://a@nas/show", "smb://nas/show/../x", "smb://nas/./show",
      "smb://nas/a|b", "smb://nas/show?port=1", "nfs://nas/show", "/nas/show",
    ])
  func whatIsNoAddressIsRefused(_ text: String) {
    #expect(TestShare.address(text) == nil)
  }

  @Test func namesAreThoseThatServersHold() {
    for name in ["a", "a.b", ".a", " a", "caf\u{E9}", "a#%&'~", String(repeating: "x", count: 255)]
    {
      #expect(SMBName.isAllowed(Array(name.utf8)), "\(name)")
    }
    for name in ["", "a.", "a ", "a\\b", "a:b", "a\n", String(repeating: "x", count: 256)] {
      #expect(!SMBName.isAllowed(Array(name.utf8)), "\(name)")
    }
    #expect(!SMBName.isAllowed([0x61, 0xFF]))
  }

  @Test func pathsStayInTheShare() throws {
    func path(_ name: FileName, below folder: FileName) throws -> FileName {
      try SMBName.path(of: name, below: folder, .open, orElse: ENOENT)
    }
    #expect(try path("a/./b", below: "x") == "x/a/b")
    #expect(try path(".", below: "x") == "x")
    #expect(try path("/a", below: "x") == "a")
    #expect(try path("..", below: "x/y") == "x")
    #expect(try path("../../../a", below: "x/y") == "a")
    #expect(throws: DiskError(.open, code: ENOENT, name: "a:b")) { try path("a:b", below: "x") }
  }

  @Test func credentialsAreReadAsTheMountReadsThem() {
    func login(_ text: String) -> SMBLogin? { SMBLogin(credentials: Array(text.utf8)) }
    #expect(
      login("username=ann\npassword= p=w \ndomain=FARM\n# a line\n")
        == .account(user: "ann", password: " p=w ", domain: "FARM"))
    #expect(
      login("  username=FARM\\ann\r\npassword=x\r\n")
        == .account(user: "ann", password: "x", domain: "FARM"))
    #expect(login("user=ann") == .account(user: "ann", password: "", domain: ""))
    #expect(login("password=x") == nil)
    #expect(login("username=\npassword=x") == nil)
    #expect(login("") == nil)
  }

  @Test func messagesThatMakeNoSenseAreNone() throws {
    var generator = SeededGenerator(seed: 5)
    var sound: [UInt8] = [0x46, 0x53, 0x4D, 0x31] + [UInt8](repeating: 0, count: 60)
    #expect(SMBReply(sound)?.error == 0)
    #expect(SMBReply(Array(sound.dropLast())) == nil)
    sound[56] = 2
    #expect(SMBReply(sound) == nil)
    for _ in 0..<2_000 {
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(SMBReply(bytes) == nil)
      var listing = SMBListing()
      #expect(throws: SMBFault.self) { try listing.add(unsafe bytes.span.bytes) }
    }
    #expect(SMBRequest(.list, "abc").bytes.count == 64)
  }
}
