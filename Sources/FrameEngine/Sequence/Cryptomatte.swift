/// One Cryptomatte layer of a part: names of objects, and mattes of them by ID.
///
/// The header's attributes `cryptomatte/KEY/name`, `hash`, `conversion`, `manifest` and
/// `manif_file` describe it, after the Cryptomatte specification 1.2 of Psyop.
public struct Cryptomatte: Hashable, Sendable {
  /// The key in the attributes' names: the first seven digits of the hash of `name`.
  public let key: String
  /// The layer's name, with which its channels start.
  public let name: String
  /// How names become numbers; only `MurmurHash3_32` is known.
  public let hash: String?
  /// How numbers become samples; only `uint32_to_float32` is known.
  public let conversion: String?
  /// The manifest, as JSON, where the header holds it.
  public let manifest: [UInt8]?
  /// The name of a file beside the frame that holds the manifest.
  public let manifestFile: String?
  /// The part's channels with IDs: R and B of the ranks `name00`, `name01` and so on.
  public let idChannels: [Channel]
  /// The part's channels with coverage: G and A of the ranks.
  public let coverageChannels: [Channel]

  /// The layers that a part's header describes, by key.
  ///
  /// Attributes of other types than `string` and keys without a name are passed over: `findings`
  /// has nothing to hold them against.
  public static func layers(of part: Part) -> [Cryptomatte] {
    var fields = [String: [String: [UInt8]]]()
    for attribute in part.attributes where attribute.type == "string" {
      let words = attribute.name.split(
        separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
      guard words.count == 3, words[0] == "cryptomatte" else { continue }
      fields[String(words[1]), default: [:]][String(words[2])] = attribute.value
    }
    return fields.sorted { $0.key < $1.key }.compactMap { key, fields in
      fields["name"].map { Cryptomatte(key: key, name: text($0), fields, part.channels) }
    }
  }

  private init(
    key: String, name: String, _ fields: [String: [UInt8]], _ channels: [Channel]
  ) {
    self.key = key
    self.name = name
    hash = fields["hash"].map(Cryptomatte.text)
    conversion = fields["conversion"].map(Cryptomatte.text)
    manifest = fields["manifest"]
    manifestFile = fields["manif_file"].map(Cryptomatte.text)
    let ranks = channels.compactMap { channel in
      Cryptomatte.role(of: channel.name, in: name).map { (channel, $0) }
    }
    idChannels = ranks.filter { $0.1 == .id }.map(\.0)
    coverageChannels = ranks.filter { $0.1 == .coverage }.map(\.0)
  }

  private enum Role { case id, coverage }

  /// What a channel such as `crypto_object01.B` holds for the layer `crypto_object`.
  private static func role(of channel: String, in layer: String) -> Role? {
    guard channel.hasPrefix(layer) else { return nil }
    let words = channel.dropFirst(layer.count).split(
      separator: ".", omittingEmptySubsequences: false)
    guard words.count == 2, words[0].utf8.count >= 2,
      words[0].utf8.allSatisfy({ FrameNumber.isDigit($0) })
    else { return nil }
    switch words[1].lowercased() {
    case "r", "red", "b", "blue": return .id
    case "g", "green", "a", "alpha": return .coverage
    default: return nil
    }
  }

  /// Text of an attribute; writers may end it with a zero byte.
  private static func text(_ value: [UInt8]) -> String {
    String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
  }
}

extension Cryptomatte {
  /// The key that a layer of this name has in attributes.
  public static func key(of name: String) -> String {
    let hash = String(MurmurHash3.hash(Array(name.utf8)), radix: 16)
    let digits = String(repeating: "0", count: 8 - hash.utf8.count) + hash
    return String(digits.prefix(7))
  }

  /// The bit pattern of the sample that stands for an object of this name.
  ///
  /// The hash, with bit 23 flipped where it would be no normal number: samples pass through
  /// programs that clear denormals and alter NaN.
  public static func id(of name: [UInt8]) -> UInt32 {
    normal(MurmurHash3.hash(name))
  }

  /// A hash as a normal number. Manifests hold it either so, or, as Blender's, as it was hashed.
  static func normal(_ hash: UInt32) -> UInt32 {
    let exponent = hash >> 23 & 0xFF
    return exponent == 0 || exponent == 255 ? hash ^ 1 << 23 : hash
  }

  /// The IDs among `samples` that the manifest does not name, ascending; 0 is no object.
  ///
  /// `samples` are the bit patterns of the samples of `idChannels`.
  public static func unknownIDs(
    among samples: some Sequence<UInt32>, in manifest: CryptomatteManifest
  ) -> [UInt32] {
    var unknown = Set<UInt32>()
    // Minus zero is no object either.
    for sample in samples where sample & 0x7FFF_FFFF != 0 && manifest.name(of: sample) == nil {
      unknown.insert(sample)
    }
    return unknown.sorted()
  }
}
