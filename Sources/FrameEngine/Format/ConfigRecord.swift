/// The object `config`: what makes a folder a repository.
public struct ConfigRecord: Hashable, Sendable {
  /// How the 32-byte secret, from which every key of the repository is derived, is kept.
  public enum Secret: Hashable, Sendable {
    /// In the open: chunks are not encrypted. The secret still keys names and cuts.
    case open(Digest)
    /// Sealed under a key that argon2id makes from a passphrase.
    case passphrase(PassphraseSeal)
    /// Sealed under a key derived from the bytes of a key file.
    case keyFile(Sealed)
  }

  /// A sealed secret.
  public struct Sealed: Hashable, Sendable {
    /// Twelve random bytes.
    public let nonce: [UInt8]
    /// 32 bytes and their tag of 16.
    public let ciphertext: [UInt8]

    /// A sealed secret.
    public init(nonce: [UInt8], ciphertext: [UInt8]) {
      self.nonce = nonce
      self.ciphertext = ciphertext
    }
  }

  /// A secret sealed under a passphrase, with the work that deriving its key takes.
  public struct PassphraseSeal: Hashable, Sendable {
    /// 16 random bytes.
    public let salt: [UInt8]
    /// Passes over memory; 1 to 64.
    public let passes: UInt32
    /// KiB of memory; 8 to 4 Mi.
    public let memoryKiB: UInt32
    /// The secret under the key that passphrase, salt and costs give.
    public let sealed: Sealed

    /// A seal with every field given.
    public init(salt: [UInt8], passes: UInt32, memoryKiB: UInt32, sealed: Sealed) {
      self.salt = salt
      self.passes = passes
      self.memoryKiB = memoryKiB
      self.sealed = sealed
    }
  }

  /// 128 random bits that tell this repository from every other.
  public let repository: RunID
  /// When the repository was made.
  public let created: Timestamp
  /// The chunk class of every file; `nil` to choose by the kind of file.
  public let chunkClass: ChunkClass?
  /// The repository's one secret, open or sealed.
  public let secret: Secret

  static let magic = Array("FARMCFG1".utf8)
  /// The newest repository format that this program reads and writes.
  public static let version: UInt16 = 1

  /// A configuration with every field given.
  public init(repository: RunID, created: Timestamp, chunkClass: ChunkClass?, secret: Secret) {
    self.repository = repository
    self.created = created
    self.chunkClass = chunkClass
    self.secret = secret
  }

  /// The object's bytes; the last 32 are the plain BLAKE3 of all before.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 256)
    writer.append(contentsOf: ConfigRecord.magic)
    writer.append(ConfigRecord.version)
    writer.append(repository)
    writer.append(created)
    writer.append(UInt8(chunkClass?.rawValue ?? 0))
    switch secret {
    case .open(let secret):
      writer.append(UInt8(0))
      writer.append(secret)
    case .passphrase(let seal):
      writer.append(UInt8(1))
      writer.append(contentsOf: seal.salt)
      writer.append(seal.passes)
      writer.append(seal.memoryKiB)
      writer.append(contentsOf: seal.sealed.nonce + seal.sealed.ciphertext)
    case .keyFile(let sealed):
      writer.append(UInt8(2))
      writer.append(contentsOf: sealed.nonce + sealed.ciphertext)
    }
    writer.append(BLAKE3.hash(writer.bytes.rawBytes))
    return writer.bytes
  }

  /// Reads a configuration, proving its digest; a newer version is refused before anything else is
  /// believed.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    guard bytes.byteCount >= 8, try reader.bytes(8) == ConfigRecord.magic else {
      throw FormatError(.foreign, at: 0, "this is no farmio repository")
    }
    let version = try reader.u16()
    guard version <= ConfigRecord.version, version >= 1 else {
      throw FormatError(
        .newer, at: 8,
        "the repository has format \(version), this program knows up to \(ConfigRecord.version)")
    }
    repository = try reader.runID()
    created = try reader.timestamp()
    let rawClass = try reader.u8()
    chunkClass = ChunkClass(rawValue: rawClass)
    secret = try ConfigRecord.readSecret(&reader)
    let covered = reader.offset
    let digest = try reader.digest()
    try reader.expectEnd()
    guard proves(digest, BLAKE3.hash(bytes.extracting(first: covered))) else {
      throw FormatError(.corrupt, at: covered, "the configuration does not match its digest")
    }
    guard rawClass == 0 || chunkClass != nil else {
      throw FormatError(.newer, at: 8, "chunk class \(rawClass) is not known")
    }
  }

  private static func readSecret(_ reader: inout ByteReader) throws(FormatError) -> Secret {
    let tag = try reader.u8()
    switch tag {
    case 0:
      return .open(try reader.digest())
    case 1:
      let salt = try reader.bytes(16)
      let passes = try reader.u32()
      let memoryKiB = try reader.u32()
      guard (1...64).contains(passes), (8...(4 << 20)).contains(memoryKiB) else {
        throw FormatError(.limit, at: reader.offset, "the cost of the passphrase key")
      }
      return .passphrase(
        PassphraseSeal(
          salt: salt, passes: passes, memoryKiB: memoryKiB, sealed: try readSealed(&reader)))
    case 2:
      return .keyFile(try readSealed(&reader))
    default:
      throw FormatError(.newer, at: reader.offset - 1, "secret form \(tag) is not known")
    }
  }

  private static func readSealed(_ reader: inout ByteReader) throws(FormatError) -> Sealed {
    Sealed(nonce: try reader.bytes(12), ciphertext: try reader.bytes(32 + Limits.sealBytes))
  }
}
