import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FramePreviewTests {
  private let shed = FrameShed()

  private func bitmap(
    _ name: String, _ change: (inout FramePreview.Options) -> Void = { _ in }
  ) throws -> Bitmap {
    var options = FramePreview.Options()
    change(&options)
    return try FramePreview(options).bitmap(of: try shed.open(name, threads: 3))
  }

  @Test func `The picture is the display window, black where no data is`() throws {
    var part = SampleFrame.lines()
    part.displayWindow = Window(minX: -20, minY: 0, maxX: 99, maxY: 199)
    try shed.write("f.exr", SampleFrame(part))
    let picture = try bitmap("f.exr")
    #expect(picture.width == 120 && picture.height == 200)
    #expect(picture[0, 0] == .black && picture[50, 190] == .black)
    let table = ViewTable(View())
    // Channels are A, B, G, R; the pixel at x 30 y 40 is in column 50, row 40.
    let expected = (1...3).map { index in
      table[Float16(SampleFrame.value(index, 30, 40, seed: 1)).bitPattern]
    }
    #expect(picture[50, 40] == Colour(expected[2], expected[1], expected[0]))
  }

  @Test func `Smaller pictures fit their box`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let small = try bitmap("f.exr") { options in
      options.width = 64
      options.height = 64
    }
    #expect(small.width == 64 && small.height == 38)
    // A mean of values from 0.1 to 0.86.
    #expect((100...220).contains(small[32, 19].red))
    let large = try bitmap("f.exr") { $0.width = 10_000 }
    #expect(large.width == 256 && large.height == 150)
  }

  @Test func `Exposure and layers are shown`() throws {
    let channels = SampleFrame.colours + .of(.half, "spec.R", "spec.G", "spec.B") + .of(.float, "Z")
    try shed.write("f.exr", SampleFrame(SampleFrame.lines(.zip, channels)))
    let plain = try bitmap("f.exr")
    #expect(try bitmap("f.exr") { $0.view.exposure = -4 }[9, 9].red < plain[9, 9].red)
    #expect(try bitmap("f.exr") { $0.layer = "spec" } != plain)
    #expect(try bitmap("f.exr") { $0.layer = "Z" } != plain)
    let error = #expect(throws: FrameWorkError.self) { try bitmap("f.exr") { $0.layer = "none" } }
    #expect(error?.code == .unsuitable && error?.reason.contains("spec") == true)
  }

  @Test func `A display window beyond all measure is refused`() throws {
    var part = SampleFrame.lines()
    part.displayWindow = Window(minX: 0, minY: 0, maxX: 1_000_000, maxY: 1_000_000)
    try shed.write("f.exr", SampleFrame(part))
    let error = #expect(throws: FrameWorkError.self) { try bitmap("f.exr") }
    #expect(error?.code == .unsuitable)
    #expect(try bitmap("f.exr") { $0.width = 64 }.width == 64)
    part.pixelAspectRatio = 2
    shed.scratch.run("rm f.exr")
    try shed.write("f.exr", SampleFrame(part))
    #expect(throws: FrameWorkError.self) { try bitmap("f.exr") }
  }
}
