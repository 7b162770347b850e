import FrameEngine
import Mover

/// What the commands that make new files out of frames share.
enum FrameWork {
  static let source = Operand<FileName>("SRC", "The frame to read", .path)
  static let part = Option<Int>("part", nil, "N", "The part to read, from 0 (the default)")
  static let level = Option<Int>(
    "level", nil, "N", "How hard ZIP, ZIPS and PXR24 pack: 1 (fast) to 12 (small); 4 by default")

  /// Opens the frame that the command line names.
  static func open(_ session: Session, _ disk: any Disk, _ path: FileName) throws(CommandError)
    -> FrameSource
  {
    let source: FrameSource
    do throws(DiskError) {
      source = try FrameSource(
        disk: disk, decoder: .installed, threads: session.threads,
        cancellation: session.interrupt.token)
    } catch {
      throw CommandError(error)
    }
    try opening { () throws(FrameWorkError) in try source.open(path) }
    return source
  }

  /// The level of deflate that was asked for.
  static func level(_ session: Session) throws(CommandError) -> Int {
    let level = session[FrameWork.level] ?? 4
    guard (1...12).contains(level) else { throw .usage("--level \(level): expects 1 to 12") }
    return level
  }
}

/// Runs work on a frame, its failure told as a command's.
func opening<T>(_ body: () throws(FrameWorkError) -> T) throws(CommandError) -> T {
  do throws(FrameWorkError) { return try body() } catch { throw CommandError(error) }
}

extension CommandError {
  /// A failure of work on a frame.
  init(_ error: FrameWorkError) {
    switch error.code {
    case .disk(let error): self.init(error)
    case .interrupted: self = .interrupted
    case .damaged:
      self.init(
        .notWell, at: error.path, "", error.reason,
        remedy:
          "See all that is wrong, and save the rest: farmio verify --salvage DIR \(error.path)")
    case .decoderMissing:
      self.init(at: error.path, "", error.reason, remedy: DecoderMissing.remedy)
    case .unsuitable: self.init(.usage, at: error.path, "", error.reason)
    }
  }
}

extension PixelCodec: ArgumentValue {
  static var expectation: String {
    "a codec: none, rle, zips, zip, piz, pxr24, b44, b44a, dwaa or dwab"
  }

  init?(argument: FileName) {
    guard let text = String(argument: argument), let codec = PixelCodec(named: text),
      codec.decoding != .unsupported
    else { return nil }
    self = codec
  }

  /// Those that can be written, for completions.
  static var words: [String] {
    allCases.filter { $0.decoding != .unsupported }.map(\.name)
  }
}

extension MipFilter: ArgumentWord {}
extension WrapMode: ArgumentWord {}
extension NonFiniteRepair: ArgumentWord {}
extension View.Curve: ArgumentWord {}

/// What samples are converted to.
enum SampleType: String, ArgumentWord {
  case half
  case float
  case uint

  var pixelType: PixelType {
    switch self {
    case .half: .half
    case .float: .float
    case .uint: .uint
    }
  }
}

/// Which resolutions a texture has.
enum LevelChoice: String, ArgumentWord {
  case one
  case mip
  case rip

  var mode: LevelMode {
    switch self {
    case .one: .one
    case .mip: .mip
    case .rip: .rip
    }
  }
}

/// Two corners as typed: `x0,y0,x1,y1`, both inside.
struct CropWindow: ArgumentValue, Hashable {
  static let expectation = "two corners, both inside: left,top,right,bottom"

  let window: Window

  init?(argument: FileName) {
    guard let text = String(argument: argument) else { return nil }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 4,
      case let (left?, top?, right?, bottom?) =
        (numbers[0], numbers[1], numbers[2], numbers[3]),
      left <= right, top <= bottom, numbers.allSatisfy({ ($0 ?? 0).magnitude < 1 << 30 })
    else { return nil }
    window = Window(minX: left, minY: top, maxX: right, maxY: bottom)
  }
}

/// An exposure in stops as typed, such as `1.5` or `-2`.
struct Stops: ArgumentValue, Hashable {
  static let expectation = "stops from -100 to 100, such as 1.5 or -2"

  let value: Float

  init?(argument: FileName) {
    guard let text = String(argument: argument), let value = Float(text), abs(value) <= 100 else {
      return nil
    }
    self.value = value
  }
}

/// A limit of a profile as typed, such as `pixels.fireflies.floor=4`.
struct FrameLimit: ArgumentValue, Hashable {
  static let expectation = "a limit and its value, such as pixels.clipped-share=0.001"

  let key: String
  let value: String

  init?(argument: FileName) {
    guard let text = String(argument: argument), let equals = text.firstIndex(of: "=") else {
      return nil
    }
    key = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
    if key.isEmpty || value.isEmpty { return nil }
  }
}
