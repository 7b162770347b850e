import FrameEngine
import Mover

/// `farmio tile`.
enum TileCommand {
  static let target = Operand<FileName>("DST", "The texture to write", .path)
  static let tileSize = Option<Int>(
    "tile-size", nil, "N", "Columns and rows of a tile; 64 by default")
  static let levels = Option<LevelChoice>(
    "levels", nil, "MODE", "Resolutions: one, mip (the default) or rip",
    .words(LevelChoice.words))
  static let filter = Option<MipFilter>(
    "filter", nil, "FILTER", "How a resolution is made of the one before; box by default",
    .words(MipFilter.words))
  static let wrap = Option<WrapMode>(
    "wrap", nil, "MODE", "What lies beyond the edges: black (the default), clamp, periodic, mirror",
    .words(WrapMode.words))
  static let codec = Option<PixelCodec>(
    "codec", nil, "CODEC", "How tiles are packed; zip by default", .words(PixelCodec.words))
  static let type = Option<SampleType>(
    "type", nil, "TYPE", "Convert all samples: half, float or uint", .words(SampleType.words))
  static let repair = Option<NonFiniteRepair>(
    "fix", nil, "RULE", "Replace NaN and infinity first: none (the default), black or box3",
    .words(NonFiniteRepair.words))
  static let latLong = Flag("latlong", nil, "Mark it as a latitude-longitude environment")

  static let spec = CommandSpec(
    "tile", .frames, "Make a tiled, mip-mapped texture of a frame",
    discussion: [
      "Cuts a frame into tiles, makes the smaller resolutions, and writes the attributes by which "
        + "renderers' texture systems know a texture. All other attributes are kept byte for byte. "
        + "The finished file is read back and decoded before it gets its name."
    ],
    operands: [FrameWork.source.spec, target.spec],
    options: [
      tileSize.spec, levels.spec, filter.spec, wrap.spec, codec.spec, FrameWork.level.spec,
      type.spec, repair.spec, latLong.spec, FrameWork.part.spec,
    ],
    example: .init(
      command: "farmio tile tex/bark.exr tex/bark.tx --filter lanczos3 --wrap periodic",
      output: "tex/bark.tx: 4096 × 4096, tiles of 64, 13 levels, 41.7 MB in 1.21 s"),
    exits: [.init(.notWell, "the frame is damaged; nothing was written")],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var options = FrameTiler.Options()
    let size = session[tileSize] ?? 64
    guard (1...4096).contains(size) else { throw .usage("--tile-size \(size): expects 1 to 4096") }
    options.tiles = TileDescription(
      width: size, height: size, mode: (session[levels] ?? .mip).mode)
    options.filter = session[filter] ?? .box
    options.wrapAcross = session[wrap] ?? .black
    options.wrapDown = session[wrap] ?? .black
    options.codec = session[codec] ?? .zip
    options.level = try FrameWork.level(session)
    options.type = session[type]?.pixelType
    options.repair = session[repair]
    options.part = session[FrameWork.part] ?? 0
    if session[latLong] { options.format = .latLong }
    let stopwatch = Stopwatch()
    let disk = try session.makeDisk()
    let source = try FrameWork.open(session, disk, session[FrameWork.source])
    let tiler = FrameTiler(
      options, output: FrameOutput(disk: disk), cancellation: session.interrupt.token)
    let path = session[target]
    let bytes = try opening { () throws(FrameWorkError) in try tiler.tile(source, to: path) }
    let window = source.container.parts[options.part].dataWindow
    let time = stopwatch.elapsed
    session.report.line(
      "\(path): \(window.width) × \(window.height), tiles of \(size), "
        + "\(Wording.size(Int64(bytes))) in \(Wording.duration(time))")
    session.report.document {
      $0.path("path", path)
      $0.field("width", window.width)
      $0.field("height", window.height)
      $0.field("tile_size", size)
      $0.field("bytes", bytes)
      $0.field("seconds", time / .seconds(1))
    }
    return .success
  }
}
