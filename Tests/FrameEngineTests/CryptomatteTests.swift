import FrameEngine
import Testing

struct CryptomatteTests {
  private typealias Samples = SequenceSamples

  private static let ranks = ["A", "B", "G", "R"].map {
    Channel(name: "crypto_object00.\($0)", type: .float)
  }

  private static func part(
    key: String = "f834d0a", manifest: String? = #"{"bunny":"\#(hex("bunny"))"}"#,
    hash: String = "MurmurHash3_32", channels: [Channel] = ranks, codec: PixelCodec = .zip
  ) -> Part {
    var attributes = [
      Samples.string("cryptomatte/\(key)/name", "crypto_object"),
      Samples.string("cryptomatte/\(key)/hash", hash),
      Samples.string("cryptomatte/\(key)/conversion", "uint32_to_float32"),
    ]
    if let manifest {
      attributes.append(Samples.string("cryptomatte/\(key)/manifest", manifest))
    }
    return Samples.part(
      channels: Samples.rgba + channels, codec: codec, attributes: attributes)
  }

  private static func hex(_ name: String) -> String {
    let digits = String(Cryptomatte.id(of: Array(name.utf8)), radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  private static func codes(_ part: Part) -> [FindingCode] {
    Cryptomatte.layers(of: part).flatMap { $0.findings(part: 0, codec: part.codec) }.map(\.code)
  }

  /// Published values of the hash's author and of others.
  @Test(arguments: [
    ("", 0, 0), ("", 1, 0x514E_28B7), ("", 0xFFFF_FFFF, 0x81F1_6F39),
    ("test", 0, 0xBA6B_D213), ("Hello, world!", 0, 0xC036_3E43), ("hello", 0, 0x248B_FA47),
    ("The quick brown fox jumps over the lazy dog", 0, 0x2E4F_F723),
  ])
  func `The hash is MurmurHash3`(text: String, seed: UInt32, expected: UInt32) {
    #expect(MurmurHash3.hash(Array(text.utf8), seed: seed) == expected)
  }

  /// The keys of layers that renderers write.
  @Test(arguments: [
    ("crypto_object", "f834d0a"), ("crypto_material", "bda530a"), ("uCryptoAsset", "d593dd7"),
  ])
  func `The key is the hash of the name`(name: String, key: String) {
    #expect(Cryptomatte.key(of: name) == key)
  }

  @Test func `No ID is zero, denormal, infinite or no number`() {
    var odd = 0
    for number in 0..<20_000 {
      let name = Array("object\(number)".utf8)
      let hash = MurmurHash3.hash(name)
      let id = Cryptomatte.id(of: name)
      let value = Float(bitPattern: id)
      #expect(value.isNormal)
      if id != hash {
        odd += 1
        #expect(id ^ hash == 1 << 23 && !Float(bitPattern: hash).isNormal)
      }
    }
    // Two of 256 exponents.
    #expect((80...240).contains(odd))
  }

  @Test func `A layer is read from the header`() throws {
    let layer = try #require(Cryptomatte.layers(of: Self.part()).first)
    #expect(layer.name == "crypto_object" && layer.key == "f834d0a")
    #expect(layer.idChannels.map(\.name) == ["crypto_object00.B", "crypto_object00.R"])
    #expect(layer.coverageChannels.map(\.name) == ["crypto_object00.A", "crypto_object00.G"])
    #expect(Self.codes(Self.part()) == [])
    #expect(Cryptomatte.layers(of: Samples.part()) == [])
  }

  @Test func `Each fault has its code`() {
    #expect(Self.codes(Self.part(key: "f834d0b")) == [.cryptoKey])
    #expect(Self.codes(Self.part(hash: "SHA1")) == [.cryptoHash])
    #expect(Self.codes(Self.part(manifest: nil)) == [.cryptoManifest])
    #expect(Self.codes(Self.part(manifest: "{")) == [.cryptoManifest])
    #expect(Self.codes(Self.part(manifest: #"{"bunny":"00000001"}"#)) == [.cryptoHash])
    let half = Self.ranks.map { Channel(name: $0.name, type: .half) }
    let lossy = [FindingCode](repeating: .idChannelLossy, count: 4)
    #expect(Self.codes(Self.part(channels: half)) == lossy)
    #expect(Self.codes(Self.part(codec: .pxr24)) == lossy)
    #expect(Self.codes(Self.part(codec: .dwaa)) == lossy)
    #expect(Self.codes(Self.part(channels: [], codec: .dwaa)) == [])
  }

  @Test func `Manifests may hold hashes that are no normal numbers`() throws {
    // As Blender writes them: the pixels have the number, the manifest the hash.
    let name = try #require(
      (0..<20_000).lazy.map { "object\($0)" }.first { name in
        Cryptomatte.id(of: Array(name.utf8)) != MurmurHash3.hash(Array(name.utf8))
      })
    let hash = String(MurmurHash3.hash(Array(name.utf8)), radix: 16)
    let digits = String(repeating: "0", count: 8 - hash.count) + hash
    let text = #"{"\#(name)":"\#(digits)"}"#
    #expect(Self.codes(Self.part(manifest: text)) == [])
    let manifest = try CryptomatteManifest(parsing: Array(text.utf8))
    let id = Cryptomatte.id(of: Array(name.utf8))
    #expect(Cryptomatte.unknownIDs(among: [id], in: manifest) == [])
  }

  @Test func `IDs are looked up`() throws {
    let bunny = Cryptomatte.id(of: Array("bunny".utf8))
    let manifest = try CryptomatteManifest(
      parsing: Array(#"{"bunny":"\#(Self.hex("bunny"))"}"#.utf8))
    #expect(manifest.name(of: bunny) == Array("bunny".utf8))
    let unknown = Cryptomatte.unknownIDs(
      among: [0, bunny, 9 << 23, 0x8000_0000, 3 << 23, 9 << 23], in: manifest)
    #expect(unknown == [3 << 23, 9 << 23])
    let layer = try #require(Cryptomatte.layers(of: Self.part()).first)
    let finding = try #require(layer.finding(part: 2, unknown: unknown))
    #expect(finding.code == .cryptoId && finding.count == 2 && finding.place.part == 2)
    #expect(layer.finding(part: 0, unknown: []) == nil)
  }

  @Test(arguments: [
    ("{}", []), (" { } \n\0\0", []), (#"{"a":"00000001"}"#, ["a"]),
    (#"{ "a" : "0000000A" , "b" : "ffffffff" }"#, ["a", "b"]),
    (#"{"\"\\\/\n\u00e9\ud83d\ude00é":"00000001"}"#, ["\"\\/\né😀é"]), (#"{"":"00000001"}"#, [""]),
  ])
  func `Manifests are read`(text: String, names: [String]) throws {
    let manifest = try CryptomatteManifest(parsing: Array(text.utf8))
    #expect(manifest.entries.map { String(decoding: $0.name, as: UTF8.self) } == names)
  }

  @Test(arguments: [
    "", "{", "[]", "null", #"{"a"}"#, #"{"a":}"#, #"{"a":1}"#, #"{"a":"1"}"#, #"{"a":"0000000g"}"#,
    #"{"a":"00000001",}"#, #"{"a":"00000001"} x"#, #"{"a":"00000001""#, #"{"a":"00000001"#,
    #"{"\u12":"00000001"}"#, #"{"\ud800":"00000001"}"#, #"{"\udc00":"00000001"}"#,
    #"{"\ud800\u0041":"00000001"}"#, #"{"\x":"00000001"}"#, "{\"\n\":\"00000001\"}", #"{"\"#,
    #"{"a":{"b":"00000001"}}"#, #"{"a":"000000001"}"#, "\u{FEFF}{}", #"{"\ud800\"#,
  ])
  func `What is no manifest is refused`(text: String) {
    #expect(throws: FormatError.self) { try CryptomatteManifest(parsing: Array(text.utf8)) }
  }

  @Test func `Every cut of a manifest is refused`() throws {
    let text = Array(#"{"caf\u00e9 \ud83d\ude00":"0123abcd","b":"00000001"}"#.utf8)
    _ = try CryptomatteManifest(parsing: text)
    for end in text.indices {
      #expect(throws: FormatError.self) { try CryptomatteManifest(parsing: Array(text[..<end])) }
    }
  }

  @Test func `Manifests have limits`() {
    let long = String(repeating: "x", count: CryptomatteManifest.nameLimit + 1)
    let error = #expect(throws: FormatError.self) {
      try CryptomatteManifest(parsing: Array("{\"\(long)\":\"00000001\"}".utf8))
    }
    #expect(error?.code == .limit)
  }
}
