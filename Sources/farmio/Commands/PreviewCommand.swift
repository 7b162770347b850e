import FrameEngine
import Mover

/// `farmio preview`.
enum PreviewCommand {
  static let target = Operand<FileName>("DST", "The picture to write: .png, .jpg or .jpeg", .path)
  static let layer = Option<String>(
    "layer", "l", "NAME", "Show this layer or channel, such as diffuse or Z")
  static let exposure = Option<Stops>("exposure", "e", "STOPS", "Multiply light by 2 to the STOPS")
  static let view = Option<View.Curve>(
    "view", nil, "CURVE", "srgb (the default) cuts off at white, filmic bends before",
    .words(View.Curve.words))
  static let size = Option<Int>("size", nil, "N", "At most N columns and rows")
  static let alpha = Flag("alpha", nil, "Keep alpha (PNG)")
  static let quality = Option<Int>(
    "quality", nil, "N", "Quality of a JPEG, 1 to 100; 90 by default")

  static let spec = CommandSpec(
    "preview", .frames, "Make a PNG or JPEG of a frame",
    discussion: [
      "Shows a frame as its display window has it: exposure, then the sRGB curve or a simple filmic "
        + "one. Any layer or single channel can be shown; luminance-chroma images are turned into "
        + "colour, depth into grey with the nearest white."
    ],
    operands: [FrameWork.source.spec, target.spec],
    options: [
      layer.spec, exposure.spec, view.spec, size.spec, alpha.spec, quality.spec,
      FrameWork.part.spec,
    ],
    example: .init(
      command: "farmio preview shot.1001.exr shot.1001.png --view filmic --size 1280",
      output: "shot.1001.png: 1280 × 675, 1.12 MB in 0.09 s"),
    exits: [.init(.notWell, "the frame is damaged; nothing was written")],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var options = FramePreview.Options()
    options.part = session[FrameWork.part] ?? 0
    options.layer = session[layer]
    options.view = View(
      exposure: session[exposure]?.value ?? 0, curve: session[view] ?? .sRGB,
      keepsAlpha: session[alpha])
    if let size = session[size] {
      guard size > 0 else { throw .usage("--size \(size): expects a pixel at least") }
      options.width = size
      options.height = size
    }
    let path = session[target]
    let format = try PictureFormat(path, quality: session[quality])
    let stopwatch = Stopwatch()
    let disk = try session.makeDisk()
    let source = try FrameWork.open(session, disk, session[FrameWork.source])
    let bitmap = try opening { () throws(FrameWorkError) in
      try FramePreview(options).bitmap(of: source)
    }
    let bytes = try format.write(bitmap, to: path, FrameOutput(disk: disk))
    let time = stopwatch.elapsed
    session.report.line(
      "\(path): \(bitmap.width) × \(bitmap.height), \(Wording.size(Int64(bytes))) "
        + "in \(Wording.duration(time))")
    session.report.document {
      $0.path("path", path)
      $0.field("width", bitmap.width)
      $0.field("height", bitmap.height)
      $0.field("bytes", bytes)
      $0.field("seconds", time / .seconds(1))
    }
    return .success
  }
}

/// How a picture is packed, by the ending of its name.
struct PictureFormat {
  private let jpegQuality: Int?

  init(_ path: FileName, quality: Int? = nil) throws(CommandError) {
    let name = String(decoding: path.bytes, as: UTF8.self).lowercased()
    if name.hasSuffix(".png") {
      jpegQuality = nil
    } else if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
      let quality = quality ?? 90
      guard (1...100).contains(quality) else {
        throw .usage("--quality \(quality): expects 1 to 100")
      }
      jpegQuality = quality
    } else {
      throw .usage("\(path): a picture's name ends in .png, .jpg or .jpeg")
    }
  }

  /// The same for pictures that are packed row by row.
  var rows: PictureRows.Format { jpegQuality.map { .jpeg(quality: $0) } ?? .png }

  /// Packs and writes a picture; returns its bytes.
  func write(_ bitmap: Bitmap, to path: FileName, _ output: FrameOutput) throws(CommandError) -> Int
  {
    let bytes: [UInt8]
    do throws(ImageCodingError) {
      if let jpegQuality {
        var encoder = try JPEGEncoder()
        bytes = try encoder.encode(bitmap, quality: jpegQuality)
      } else {
        bytes = try PNGEncoder(isFast: true).encode(bitmap)
      }
    } catch {
      throw CommandError(at: path, "make the picture", error.reason)
    }
    do throws(DiskError) {
      try output.write(bytes, to: path)
    } catch {
      throw CommandError(error)
    }
    return bytes.count
  }
}
