import Testing

@testable import FrameEngine

@Suite struct PackNameTests {
  @Test func onlyTheNameItWouldGiveIsOne() {
    var samples = FormatSamples(seed: 5)
    let pack = samples.packName()
    #expect(PackName(object: pack.object) == pack)
    let digits = pack.run.hex
    for wrong in [
      "", "packs/", "packs/\(digits)-1", "packs/00/\(digits)-1x",
      "packs/\(digits.prefix(2))/\(digits)-01",
      "packs/\(digits.prefix(2))/\(digits)-4294967296",
      "packs/\(digits.prefix(2))/\(digits.uppercased())-1",
      "packs/\(digits.prefix(2))/\(digits)", "index/\(digits.prefix(2))/\(digits)-1",
    ] { #expect(PackName(object: wrong) == nil, "\(wrong)") }
  }
}
