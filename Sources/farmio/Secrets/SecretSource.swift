import CLinux
import FrameEngine
import Glibc

/// What unlocks an encrypted repository.
enum Secret: Hashable, Sendable {
  /// The bytes a person chose, without a line end.
  case passphrase([UInt8])
  /// The bytes of a key file.
  case key([UInt8])
}

/// Finds the secret where the person keeps it: the key file, the passphrase file, the environment,
/// and at last the terminal. Never an argument: those are seen by every user of the machine.
struct SecretSource: Sendable {
  let keyFile: FileName?
  let passwordFile: FileName?
  let environment: Environment
  let interrupt: Interrupt

  /// Bytes of a passphrase, or of a key file.
  static let secretBytes = 64 << 10
  /// Random bytes of a key file that is made.
  private static let keyBytes = 32

  /// Whether a secret was named, on the command line or in the environment.
  var isGiven: Bool {
    keyFile != nil || passwordFile != nil || environment["FARMIO_PASSWORD_FILE"] != nil
      || environment["FARMIO_PASSWORD_COMMAND"] != nil
  }

  /// The secret of the repository at `place`.
  func secret(for place: FileName) throws(CommandError) -> Secret {
    if let keyFile { return .key(try SecretFile.readWhole(keyFile)) }
    if let given = try passphraseFromElsewhere() { return .passphrase(given) }
    let prompt = try TerminalPrompt(interrupt: interrupt)
    return .passphrase(try checked(prompt.ask("Passphrase of \(place): "), from: nil))
  }

  /// The secret that a new repository at `place` shall have. A key file that does not exist is
  /// made, with random bytes and for its owner's eyes only; a passphrase is asked for twice.
  func newSecret(for place: FileName) throws(CommandError) -> Secret {
    if let keyFile {
      if try SecretFile.exists(keyFile) { return .key(try SecretFile.readWhole(keyFile)) }
      return .key(try SecretFile.make(keyFile, byteCount: SecretSource.keyBytes))
    }
    if let given = try passphraseFromElsewhere() { return .passphrase(given) }
    let prompt = try TerminalPrompt(interrupt: interrupt)
    let first = try checked(prompt.ask("New passphrase for \(place): "), from: nil)
    guard try prompt.ask("The same again: ") == first else {
      throw CommandError(
        at: place, "set the passphrase", "the two entries differ", remedy: "Run it again.")
    }
    return .passphrase(first)
  }

  /// The passphrase from a file or a command; `nil` if none is named.
  private func passphraseFromElsewhere() throws(CommandError) -> [UInt8]? {
    if let file = passwordFile ?? environment["FARMIO_PASSWORD_FILE"] {
      return try checked(firstLine(of: SecretFile.readWhole(file)), from: file)
    }
    if let command = environment["FARMIO_PASSWORD_COMMAND"] {
      return try checked(firstLine(of: SecretCommand.output(of: command)), from: command)
    }
    return nil
  }

  private func firstLine(of bytes: [UInt8]) -> [UInt8] {
    var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return Array(line)
  }

  private func checked(_ passphrase: [UInt8], from source: FileName?) throws(CommandError)
    -> [UInt8]
  {
    guard !passphrase.isEmpty else {
      throw CommandError(
        at: source, "read the passphrase", "it is empty",
        remedy: "A passphrase has at least one letter.")
    }
    return passphrase
  }
}
