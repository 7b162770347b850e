import FrameEngine
import Glibc
import Testing

@testable import farmio

@Suite struct SecretSourceTests {
  private func source(
    keyFile: String? = nil, passwordFile: String? = nil, _ variables: [String: String] = [:]
  ) -> SecretSource {
    SecretSource(
      keyFile: keyFile.map { FileName($0) }, passwordFile: passwordFile.map { FileName($0) },
      environment: Environment(variables), interrupt: Interrupt())
  }

  @Test(arguments: ["pass word", "pass word\n", "pass word\r\n", "pass word\nsecond line\n"])
  func theFirstLineOfAFileCounts(content: String) throws {
    try TemporaryFolder.with { folder in
      try folder.write("p", content)
      let file = folder.file("p")
      let expected = Secret.passphrase(Array("pass word".utf8))
      #expect(try source(passwordFile: file).secret(for: "r") == expected)
      #expect(try source(["FARMIO_PASSWORD_FILE": file]).newSecret(for: "r") == expected)
    }
  }

  @Test func theOptionWinsOverTheEnvironment() throws {
    try TemporaryFolder.with { folder in
      try folder.write("a", "a")
      let source = source(
        passwordFile: folder.file("a"), ["FARMIO_PASSWORD_FILE": folder.file("none")])
      #expect(try source.secret(for: "r") == .passphrase([0x61]))
    }
  }

  @Test func aCommandPrintsThePassphraseAndSeesNoneOfOurVariables() async {
    // In a process of its own: no other test may see the variable come.
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_PASSWORD_PROBE", "seen", 1)
      let source = SecretSource(
        keyFile: nil, passwordFile: nil,
        environment: Environment([
          "FARMIO_PASSWORD_COMMAND": "printf 'x%s\\nrest' \"$FARMIO_PASSWORD_PROBE\""
        ]), interrupt: Interrupt())
      let secret = try source.secret(for: "r")
      precondition(secret == .passphrase([0x78]))
    }
  }

  @Test(arguments: [
    ("exit 7", "status 7"), ("kill -9 $$", "signal 9"), ("true", "empty"),
    ("yes", "File too large"),
  ])
  func aCommandThatFailsIsTold(command: String, cause: String) throws {
    let error = #expect(throws: CommandError.self) {
      try source(["FARMIO_PASSWORD_COMMAND": command]).secret(for: "r")
    }
    #expect(error?.status == .failed)
    #expect(error?.cause.contains(cause) == true)
  }

  @Test func aMissingFileIsNamed() throws {
    let error = #expect(throws: CommandError.self) {
      try source(passwordFile: "/no/such").secret(for: "r")
    }
    #expect(error?.place == "/no/such")
    #expect(error?.cause == "No such file or directory")
  }

  @Test func aKeyFileIsMadeOnceAndForItsOwner() throws {
    try TemporaryFolder.with { folder in
      let source = source(keyFile: folder.file("key"))
      let made = try source.newSecret(for: "r")
      guard case .key(let bytes) = made else {
        Issue.record("no key was made")
        return
      }
      #expect(bytes.count == 32 && Set(bytes).count > 8)
      var status = stat()
      #expect(unsafe stat(folder.file("key"), &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      #expect(try source.newSecret(for: "r") == made)
      #expect(try source.secret(for: "r") == made)
    }
  }

  @Test func openingNeverMakesAKeyFile() throws {
    try TemporaryFolder.with { folder in
      let source = source(keyFile: folder.file("key"))
      #expect(throws: CommandError.self) { try source.secret(for: "r") }
      let exists = try SecretFile.exists(FileName(folder.file("key")))
      #expect(!exists)
    }
  }
}
