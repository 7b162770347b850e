import FrameEngine

/// Wraps a repository's secret for its configuration, and unwraps it again.
enum SecretSeal {
  private static let associated = Array("farmio repository secret v1".utf8)

  static func wrap(
    _ secret: Digest, key: RepositoryKey
  ) throws(RepositoryError) -> ConfigRecord.Secret {
    switch key {
    case .none:
      return .open(secret)
    case .passphrase(let passphrase):
      let salt = Entropy.system.bytes(16)
      let wrapping = try Passphrase.key(
        passphrase, salt: salt, passes: Passphrase.passes, memoryKiB: Passphrase.memoryKiB)
      return .passphrase(
        ConfigRecord.PassphraseSeal(
          salt: salt, passes: Passphrase.passes, memoryKiB: Passphrase.memoryKiB,
          sealed: seal(secret, under: wrapping)))
    case .keyFile(let bytes):
      return .keyFile(seal(secret, under: try keyFileKey(bytes)))
    }
  }

  static func unwrap(
    _ secret: ConfigRecord.Secret, key: RepositoryKey, place: String
  ) throws(RepositoryError) -> Digest {
    switch (secret, key) {
    case (.open(let secret), _):
      return secret
    case (.passphrase(let seal), .passphrase(let passphrase)):
      let wrapping = try Passphrase.key(
        passphrase, salt: seal.salt, passes: seal.passes, memoryKiB: seal.memoryKiB)
      guard let secret = open(seal.sealed, under: wrapping) else {
        throw RepositoryError(
          .wrongKey, place, "the passphrase is not the right one",
          remedy: "check the passphrase, and that it is for this repository")
      }
      return secret
    case (.keyFile(let sealed), .keyFile(let bytes)):
      guard let secret = open(sealed, under: try keyFileKey(bytes)) else {
        throw RepositoryError(.wrongKey, place, "the key file is not the right one")
      }
      return secret
    case (.passphrase, _):
      throw RepositoryError(
        .locked, place, "the repository is encrypted with a passphrase",
        remedy: "set FARMIO_PASSWORD_FILE or FARMIO_PASSWORD_COMMAND, or use --password-file")
    case (.keyFile, _):
      throw RepositoryError(
        .locked, place, "the repository is encrypted with a key file", remedy: "use --key-file")
    }
  }

  private static func seal(_ secret: Digest, under key: [UInt8]) -> ConfigRecord.Sealed {
    var seal = Seal()
    let nonce = Entropy.system.bytes(Seal.nonceByteCount)
    return ConfigRecord.Sealed(
      nonce: nonce,
      ciphertext: seal.seal(secret.bytes.rawBytes, key: key, nonce: nonce, associated: associated))
  }

  private static func open(_ sealed: ConfigRecord.Sealed, under key: [UInt8]) -> Digest? {
    var seal = Seal()
    return seal.open(
      sealed.ciphertext.rawBytes, key: key, nonce: sealed.nonce, associated: associated
    ).flatMap(Digest.init)
  }

  private static func keyFileKey(_ bytes: [UInt8]) throws(RepositoryError) -> [UInt8] {
    guard bytes.count >= 32 else {
      throw RepositoryError(
        .wrongKey, "key file", "it holds \(bytes.count) bytes, at least 32 are needed",
        remedy: "make one with: head -c 32 /dev/urandom > FILE")
    }
    return BLAKE3.deriveKey(context: "farmio key file v1", material: bytes.rawBytes).bytes
  }
}
