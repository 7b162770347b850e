import Testing

@testable import FrameEngine

@Suite struct HeatPictureTests {
  /// A map of cells of one pixel with these distances, row by row.
  private func map(width: Int, _ distances: [Float]) -> HeatMap {
    let window = Window(minX: -2, minY: 5, maxX: width - 3, maxY: distances.count / width + 4)
    let corner = PixelPosition(x: -2, y: 5)
    var map = HeatMap(window, origin: corner, scale: 1)
    for row in 0..<window.height {
      var columns = Array(distances[row * width..<(row + 1) * width])
      map.raise(row + 5, &columns, count: width, firstX: -2, step: 1)
    }
    return map
  }

  @Test func coloursRunFromBlackToWhite() {
    let distances: [Float] = [0, 1e-6, 0.25, 0.5, 0.75, 1, .infinity, 0]
    let picture = HeatPicture(map(width: 4, distances))
    #expect(picture.ceiling == 1)
    let bitmap = picture.bitmap(cellSide: 3)
    #expect((bitmap.width, bitmap.height) == (12, 6))
    let colours = distances.indices.map { bitmap[$0 % 4 * 3 + 2, $0 / 4 * 3 + 2] }
    #expect(colours[0] == .black)
    #expect(colours[1] == Colour(20, 10, 90), "the least difference can be seen")
    #expect(colours[5] == .white)
    #expect(colours[6] == Colour(0, 255, 0) && picture.colour(of: .nan) == colours[6])
    let light = colours[0...5].map { Int($0.red) * 3 + Int($0.green) * 6 + Int($0.blue) }
    #expect(light == light.sorted() && Set(light).count == 6, "more is brighter")
  }

  @Test func theCeilingIsWhite() {
    let picture = HeatPicture(map(width: 2, [0.1, 5]), ceiling: 0.1)
    #expect(picture.colour(of: 0.1) == .white && picture.colour(of: 5) == .white)
    #expect(picture.colour(of: 0.05) != .white)
    #expect(HeatPicture(map(width: 2, [0, 0])).bitmap().bytes.allSatisfy { $0 == 0 })
  }
}
