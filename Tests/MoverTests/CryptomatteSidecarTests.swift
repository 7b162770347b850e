import FrameEngine
import Mover
import Testing

struct CryptomatteSidecarTests {
  private let scratch = ScratchTree()

  private func load(_ name: String?) throws -> CryptomatteManifest? {
    var attributes = [
      Attribute(
        name: "cryptomatte/f834d0a/name", type: "string", value: Array("crypto_object".utf8))
    ]
    if let name {
      attributes.append(
        Attribute(
          name: "cryptomatte/f834d0a/manif_file", type: "string", value: Array(name.utf8)))
    }
    let window = Window(minX: 0, minY: 0, maxX: 1, maxY: 1)
    let part = Part(
      attributes: attributes, kind: .scanLines, name: nil, channels: [], codec: .none,
      dataWindow: window, displayWindow: window)
    let layer = try #require(Cryptomatte.layers(of: part).first)
    return try CryptomatteSidecar.load(
      layer, part: 3, beside: FileName(scratch("f/shot.1001.exr")), on: ThreadDisk())
  }

  @Test func `A manifest beside the frame is read`() throws {
    scratch.run(
      "mkdir -p f/sub; echo '{\"a\":\"00800001\"}' > f/m.json; cp f/m.json f/sub/n.json")
    #expect(try load("m.json")?.entries.map(\.id) == [0x0080_0001])
    #expect(try load("sub/n.json")?.entries.count == 1)
    #expect(try load(nil) == nil)
  }

  @Test(arguments: [
    ("../secret.json", "outside"), ("/etc/passwd", "outside"), ("sub/../../secret.json", "outside"),
    ("", "outside"), ("absent.json", "No such file"), ("sub", "regular"), ("bad.json", "missing"),
    ("link.json", "symbolic links"), ("huge.json", "at most"),
  ])
  func `What is none is a finding`(name: String, reason: String) throws {
    scratch.run(
      """
      mkdir -p f/sub; echo '{}' > secret.json; echo '{"a"}' > f/bad.json; ln -s m f/link.json
      truncate -s 1G f/huge.json
      """)
    let refusal = #expect(throws: CryptomatteSidecar.Refusal.self) { try load(name) }
    #expect(refusal?.finding.code == .cryptoManifest && refusal?.finding.place.part == 3)
    #expect(refusal?.finding.text.contains(reason) == true, "\(String(describing: refusal))")
  }
}
