import FrameEngine
import Glibc
import Testing

@testable import Mover

/// Sheets that are drawn while frames are verified.
@Suite struct SheetWriterTests {
  private let shed = FrameShed()
  private let picture = Bitmap(width: 16, height: 9, filledWith: Colour(1, 2, 3))

  private func layout(_ count: Int, columns: Int) -> ContactSheet.Layout {
    ContactSheet.Layout(
      frameCount: count, pictureWidth: 16, pictureHeight: 9, columns: columns)
  }

  /// The sheet of a sequence's reports, of which each comes with a picture.
  private func write(
    _ list: FrameList, _ layout: ContactSheet.Layout, _ format: PictureRows.Format, to name: String,
    on disk: (any Disk)? = nil
  ) throws -> SheetWriter.Summary {
    let sheet = try SheetWriter(
      list.sequences, title: "shot", layout, format, to: shed(name),
      FrameOutput(disk: disk ?? shed.disk))
    for sequence in list.sequences {
      for file in sequence.files { sheet.add(FrameReport(file), picture) }
      sheet.endSequence()
    }
    return try sheet.finish()
  }

  private func list(_ range: String? = nil) throws -> FrameList {
    for number in [2, 3, 5] { try shed.write("s.\(number).exr", SampleFrame(SampleFrame.lines())) }
    let frames = try range.map { try FrameRange(parsing: $0) }
    return try FrameList([shed("s.#.exr")], range: frames, on: shed.disk)
  }

  @Test(arguments: [1, 3, 7]) func `Frames that are not there have their place`(columns: Int) throws
  {
    let list = try list("1-7")
    let layout = layout(7, columns: columns)
    let summary = try write(list, layout, .png, to: "s.png")
    #expect(summary.counts == [.sound: 3, .missing: 4])
    #expect((summary.width, summary.height) == (layout.width, layout.height))
    let bytes = try shed.read("s.png")
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) && bytes.count > 100)
    // The size stands in the file's head, most significant byte first.
    #expect(
      bytes[16..<24].map(Int.init) == [
        0, 0, layout.width >> 8, layout.width & 255, 0, 0, layout.height >> 8, layout.height & 255,
      ])
  }

  @Test func `A sheet may be a JPEG`() throws {
    let summary = try write(try list(), layout(4, columns: 3), .jpeg(quality: 90), to: "s.jpg")
    #expect(summary.counts == [.sound: 3, .missing: 1])
    let bytes = try shed.read("s.jpg")
    #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == [0xFF, 0xD9])
  }

  @Test func `Cells have the shape of the first frame that can be read`() throws {
    let list = try list()
    let box = ThumbnailBox(width: 64, height: 64)
    #expect(list.sequences[0].pictureSize(fitting: box, on: shed.disk)?.height == 38)
    shed.scratch.run("echo nothing > s.2.exr")
    #expect(list.sequences[0].pictureSize(fitting: box, on: shed.disk)?.height == 38)
    shed.scratch.run("rm s.*.exr; mkfifo s.2.exr")
    #expect(list.sequences[0].pictureSize(fitting: box, on: shed.disk) == nil)
  }

  @Test func `A sheet that cannot be written leaves nothing`() throws {
    let list = try list()
    let before = shed.scratch.run("ls -A")
    let wide = ContactSheet.Layout(
      frameCount: 3, pictureWidth: 30_000, pictureHeight: 1, columns: 3)
    #expect(throws: SheetWriter.Failure.self) {
      try write(list, wide, .jpeg(quality: 90), to: "s.jpg")
    }
    #expect(throws: SheetWriter.Failure.self) {
      try write(list, layout(3, columns: 2), .png, to: "none/s.png")
    }
    // Frames lack a row: the picture has no end.
    #expect(throws: SheetWriter.Failure.self) {
      try write(list, layout(9, columns: 2), .png, to: "s.png")
    }
    #expect(shed.scratch.run("ls -A") == before)
  }
}
