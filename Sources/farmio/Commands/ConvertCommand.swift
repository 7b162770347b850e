import FrameEngine
import Mover

/// `farmio convert`.
enum ConvertCommand {
  static let target = Operand<FileName>("DST", "The frame to write", .path)
  static let codec = Option<PixelCodec>(
    "codec", nil, "CODEC", "Pack with CODEC; by default that of SRC", .words(PixelCodec.words))
  static let quality = Option<Int>(
    "quality", nil, "N", "What DWA may lose; 45 by default, as OpenEXR does")
  static let channels = Option<String>(
    "channels", nil, "LIST", "Keep only these channels, such as R,G,B,A,Z")
  static let part = Option<Int>("part", nil, "N", "Keep only this part, from 0; all by default")
  static let crop = Option<CropWindow>(
    "crop", nil, "CORNERS", "Keep only these pixels: x0,y0,x1,y1")

  static let spec = CommandSpec(
    "convert", .frames, "Write a frame with another codec, type, channels or window",
    discussion: [
      "Unpacks a frame and packs it anew. Samples that keep their type keep their bits; attributes "
        + "are kept byte for byte, known or not. The finished file is read back and compared before "
        + "it gets its name. Smaller resolutions of a texture are left out: tile makes them."
    ],
    operands: [FrameWork.source.spec, target.spec],
    options: [
      codec.spec, FrameWork.level.spec, quality.spec, TileCommand.type.spec, channels.spec,
      crop.spec, part.spec,
    ],
    example: .init(
      command: "farmio convert raw/plate.exr plate.exr --codec dwaa --channels R,G,B",
      output: "plate.exr: 66.4 MB became 9.81 MB in 0.84 s"),
    exits: [.init(.notWell, "the frame is damaged; nothing was written")],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var options = FrameConverter.Options()
    options.part = session[part]
    options.codec = session[codec]
    options.level = try FrameWork.level(session)
    if let quality = session[quality] {
      guard (0...100_000).contains(quality) else {
        throw .usage("--quality \(quality): expects 0 to 100000")
      }
      options.quality = Float(quality)
    }
    options.type = session[TileCommand.type]?.pixelType
    options.channels = session[channels]?.split(separator: ",").map(String.init)
    options.crop = session[crop]?.window
    let stopwatch = Stopwatch()
    let disk = try session.makeDisk()
    let source = try FrameWork.open(session, disk, session[FrameWork.source])
    let converter = FrameConverter(
      options, output: FrameOutput(disk: disk), cancellation: session.interrupt.token)
    let path = session[target]
    let summary = try opening { () throws(FrameWorkError) in
      try converter.convert(source, to: path)
    }
    if summary.exceeding > 0 {
      session.report.warning(
        "\(Wording.count(summary.exceeding, "sample")) exceed what the new type holds")
    }
    let time = stopwatch.elapsed
    let before = source.container.byteCount
    session.report.line(
      "\(path): \(Wording.size(Int64(before))) became \(Wording.size(Int64(summary.byteCount))) "
        + "in \(Wording.duration(time))")
    session.report.document {
      $0.path("path", path)
      $0.field("source_bytes", before)
      $0.field("bytes", summary.byteCount)
      $0.field("exceeding", summary.exceeding)
      $0.field("seconds", time / .seconds(1))
    }
    return .success
  }
}
