import Testing

@testable import FrameEngine
@testable import Mover

/// Manifests of frames as a verification writes and compares them.
@Suite struct FrameManifestTests {
  private let shed = FrameShed()

  /// The manifest of the frames in `a`, as it comes back from its file.
  private func manifest(of place: String, at path: String) throws -> FrameManifest {
    let found = try shed.verify(place) { options in
      options.takesDigests = true
      options.manifestNames = try ManifestNames(shed(path))
    }
    let written = FrameManifest(found.reports.compactMap(\.digests)).encoded
    return try FrameManifest(parsing: written)
  }

  private func compare(_ place: String, _ manifest: FrameManifest, at path: String) throws
    -> FrameShed.Verified
  {
    try shed.verify(place) { options in
      options.depth = .structure
      options.manifest = manifest
      options.manifestNames = try ManifestNames(shed(path))
    }
  }

  @Test func `Digests are compared without decoding`() throws {
    shed.scratch.run("mkdir a")
    for number in 1...3 {
      let codec: PixelCodec = number == 1 ? .none : .b44
      try shed.write("a/s.\(number).exr", SampleFrame(SampleFrame.lines(codec), seed: number))
    }
    let manifest = try manifest(of: "a/s.#.exr", at: "a/frames.manifest")
    #expect(manifest.frames.map(\.name) == ["s.1.exr", "s.2.exr", "s.3.exr"])
    #expect(manifest.frames.allSatisfy { $0.parts.count == 1 && $0.parts[0].pixels != nil })
    #expect(
      try compare("a/s.#.exr", manifest, at: "a/frames.manifest").reports
        .allSatisfy { $0.status == .sound })
    // A flipped bit that no decoder can see.
    let flipped = try shed.read("a/s.2.exr").flipping(3)
    shed.scratch.run("rm a/s.2.exr")
    try shed.write("a/s.2.exr", flipped)
    let found = try compare("a/s.#.exr", manifest, at: "a/frames.manifest")
    #expect(found.codes(1) == [.digestMismatch])
    #expect(found.reports[1].findings[0].place.chunk == 3)
    #expect(found.reports[0].status == .sound && found.reports[1].status == .bad)
  }

  @Test func `A folder may move with its manifest`() throws {
    shed.scratch.run("mkdir -p a/sub")
    try shed.write("a/sub/f.exr", SampleFrame(SampleFrame.lines()))
    let manifest = try manifest(of: "a/sub/f.exr", at: "a/frames.manifest")
    #expect(manifest.frames.map(\.name) == ["sub/f.exr"])
    shed.scratch.run("mkdir b; mv a b/c")
    let found = try compare("b/c/sub/f.exr", manifest, at: "b/c/frames.manifest")
    #expect(found.reports[0].status == .sound)
    let elsewhere = try compare("b/c/sub/f.exr", manifest, at: "frames.manifest")
    #expect(elsewhere.codes() == [.digestMissing])
  }

  @Test func `Names are told from one folder for comparing and another for writing`() throws {
    shed.scratch.run("mkdir a")
    try shed.write("a/f.exr", SampleFrame(SampleFrame.lines()))
    let manifest = try manifest(of: "a/f.exr", at: "a/frames.manifest")
    let found = try shed.verify("a/f.exr") { options in
      options.manifest = manifest
      options.manifestNames = try ManifestNames(shed("a/frames.manifest"))
      options.takesDigests = true
      options.digestNames = try ManifestNames(shed("new.manifest"))
    }
    #expect(found.reports[0].status == .sound)
    #expect(found.reports[0].digests?.name == "a/f.exr")
  }

  @Test func `Frames beside the manifest's folder have whole paths`() throws {
    let names = try ManifestNames("/shows/a/frames.manifest")
    #expect(try names.name(of: "/shows/a/x/f.exr") == "x/f.exr")
    #expect(try names.name(of: "/shows/ab/f.exr") == "/shows/ab/f.exr")
    #expect(try ManifestNames("/m").name(of: "/f.exr") == "f.exr")
  }
}
