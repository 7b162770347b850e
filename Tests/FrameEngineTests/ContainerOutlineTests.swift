import Testing

@testable import FrameEngine

/// The first look at a file must say nothing but what the whole look says.
@Suite struct ContainerOutlineTests {
  /// The container that the outline of a file gives, if it has one.
  private func outlined(_ bytes: [UInt8], head: Int? = nil) -> Container? {
    let head = bytes.rawBytes.extracting(0..<min(head ?? bytes.count, bytes.count))
    guard let outline = ContainerOutline(head: head, byteCount: bytes.count) else { return nil }
    let leaders = outline.leaders.flatMap { bytes[$0] }
    return outline.container(leaders: leaders.rawBytes)
  }

  @Test(arguments: SampleFrame.all) func `A sound file is what its head and leaders say`(
    frame: SampleFrame
  ) throws {
    let bytes = frame.bytes()
    let whole = Container(reading: bytes.rawBytes)
    let found = try #require(outlined(bytes))
    #expect(found.findings.isEmpty && found.byteCount == bytes.count)
    #expect(found.chunks == whole.chunks && found.parts == whole.parts)
    #expect(found.grids == whole.grids && found.versionFlags == whole.versionFlags)
    #expect(found.headerByteCount == whole.headerByteCount)
    let tables = whole.grids.reduce(whole.headerByteCount) { $0 + 8 * $1.count }
    #expect(outlined(bytes, head: tables) != nil && outlined(bytes, head: tables - 1) == nil)
  }

  @Test(arguments: SampleFrame.all) func `Whatever is wrong, there is no outline`(
    frame: SampleFrame
  ) {
    let bytes = frame.bytes()
    let sound = Container(reading: bytes.rawBytes)
    let leaders = sound.chunks.flatMap { $0.compactMap { $0?.leaderOffset } }
    var source = TestBytes(seed: 5)
    var outlines = 0
    for round in 0..<400 {
      var broken = bytes
      let place =
        round.isMultiple(of: 2)
        ? leaders[source.below(leaders.count)] + source.below(28)
        : source.below(min(broken.count, sound.headerByteCount + 400))
      if place < broken.count { broken[place] ^= 1 << UInt8(source.below(8)) }
      if round % 7 == 0 { broken.removeLast(1 + source.below(60)) }
      if round % 7 == 1 { broken += source.bytes(1 + source.below(60)) }
      guard let outline = outlined(broken) else { continue }
      outlines += 1
      let whole = Container(reading: broken.rawBytes)
      #expect(whole.findings.allSatisfy { $0.code == .zeroPages })
      #expect(whole.chunks == outline.chunks && whole.parts == outline.parts)
    }
    #expect(outlines > 0, "some changes are none to the structure")
  }

  @Test func `Every kind of damage to the layout is seen`() {
    let damage = Damage(SampleFrame.lines(.zip))
    let (first, second) = (damage.record(3), damage.record(4))
    let files = [
      damage.with { $0.put(Int32(99_999), at: first.leaderOffset) },
      damage.with { $0.put(UInt32(0), at: damage.entry(2)) },
      damage.with { $0.put(UInt32(truncatingIfNeeded: second.leaderOffset), at: damage.entry(3)) },
      Array(damage.bytes.dropLast()), damage.bytes + [0],
      damage.with { $0.put(Int32(first.payload.count - 1), at: first.leaderOffset + 4) },
    ]
    #expect(outlined(damage.bytes) != nil)
    for (number, file) in files.enumerated() { #expect(outlined(file) == nil, "\(number)") }
  }

  @Test func `Zeros mean loss in what is packed, and pages are counted from the file's start`() {
    func meanLoss(_ frame: SampleFrame) -> Bool? {
      let bytes = frame.bytes()
      return ContainerOutline(head: bytes.rawBytes, byteCount: bytes.count)?.zerosMeanLoss
    }
    #expect(meanLoss(.lines(.none)) == false && meanLoss(.lines(.zip)) == true)
    #expect(meanLoss(.several) == true)
    var stretch = [UInt8](repeating: 1, count: 3 * 4096)
    stretch.zero(4095..<8191)
    let isWhole = ContainerOutline.hasZeroPage(stretch.rawBytes)
    stretch[8191] = 0
    let isLost = ContainerOutline.hasZeroPage(stretch.rawBytes)
    #expect(!isWhole && isLost)
  }
}
