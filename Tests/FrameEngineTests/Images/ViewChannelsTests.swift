import Testing

@testable import FrameEngine

@Suite struct ViewChannelsTests {
  private func channels(_ names: String...) -> [Channel] {
    names.map { Channel(name: $0, type: .half) }
  }

  @Test func theUnnamedLayerComesFirst() {
    let list = channels("A", "B", "G", "R", "Z", "diffuse.B", "diffuse.G", "diffuse.R")
    #expect(ViewChannels(of: list) == .colour(red: 3, green: 2, blue: 1, alpha: 0))
    #expect(
      ViewChannels(of: list, layer: "diffuse") == .colour(red: 7, green: 6, blue: 5, alpha: nil))
    #expect(ViewChannels(of: list, layer: "specular") == nil)
    #expect(ViewChannels(of: list, named: "Z") == .depth(4))
    #expect(ViewChannels(of: list, named: "G") == .grey(2, alpha: nil))
    #expect(ViewChannels(of: list, named: "g") == nil)
  }

  @Test func coloursBeatDepthAndMattes() {
    let list = channels("Z", "beauty.blue", "beauty.green", "beauty.red", "id.x")
    #expect(ViewChannels(of: list) == .colour(red: 3, green: 2, blue: 1, alpha: nil))
    #expect(ViewChannels(of: channels("Z")) == .depth(0))
    #expect(ViewChannels(of: channels("A")) == .grey(0, alpha: nil))
    #expect(ViewChannels(of: channels("A", "Y")) == .grey(1, alpha: 0))
    #expect(ViewChannels(of: channels("Z", "mask")) == .grey(1, alpha: nil))
    #expect(
      ViewChannels(of: channels("N.X", "N.Y", "N.Z"))
        == .colour(red: 0, green: 1, blue: 2, alpha: nil))
    #expect(
      ViewChannels(of: channels("motion.u", "motion.v"))
        == .colour(red: 0, green: 1, blue: nil, alpha: nil))
    #expect(ViewChannels(of: []) == nil)
  }

  @Test func placesMoveWithARasterThatKeepsFew() {
    let shown = ViewChannels.colour(red: 7, green: 6, blue: 5, alpha: nil)
    #expect(shown.places == [5, 6, 7])
    #expect(shown.within([5, 6, 7]) == .colour(red: 2, green: 1, blue: 0, alpha: nil))
    let grey = ViewChannels.colour(red: 2, green: 2, blue: 2, alpha: 1)
    #expect(grey.places == [1, 2])
    #expect(grey.within([1, 2]) == .colour(red: 1, green: 1, blue: 1, alpha: 0))
  }
}
