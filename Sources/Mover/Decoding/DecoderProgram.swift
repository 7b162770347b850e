public import FrameEngine
import Glibc

/// Where `farmio-decoder` is: the program that runs OpenEXR apart from this process.
///
/// It is not looked for before a frame needs it: work on frames of other codecs does without.
public struct DecoderProgram: Hashable, Sendable {
  /// Where the program may be, the first place first.
  let places: [FileName]
  /// More arguments, by which tests make the program suffer.
  let arguments: [String]

  /// The program at `path`.
  public init(path: FileName) { self.init(path: path, arguments: []) }

  init(path: FileName, arguments: [String]) {
    self.init(places: [path], arguments: arguments)
  }

  private init(places: [FileName], arguments: [String] = []) {
    self.places = places
    self.arguments = arguments
  }

  /// The program where it belongs: where the environment's FARMIO_DECODER says and nowhere else, if
  /// it is set; else beside the running program, else in `../libexec/farmio` from there.
  public static var installed: DecoderProgram {
    if let told = unsafe getenv("FARMIO_DECODER").map({ unsafe String(cString: $0) }) {
      return DecoderProgram(path: FileName(told))
    }
    return DecoderProgram(places: beside(SystemFile.link("/proc/self/exe")))
  }

  /// The path of the program, which is looked for now; `nil` if it is nowhere.
  public var path: FileName? {
    places.first { path in unsafe path.withCString { unsafe access($0, X_OK) } == 0 }
  }

  /// Fails unless chunks of `codec` can be unpacked: with or without the program.
  func require(for codec: PixelCodec) throws(DecoderMissing) {
    guard codec.decoding == .isolated, path == nil else { return }
    throw DecoderMissing(codec: codec, tried: places)
  }

  /// Where the program is, for a running program at `executable`.
  static func beside(_ executable: [UInt8]) -> [FileName] {
    HelperProgram.places(of: "farmio-decoder", beside: executable)
  }
}

/// `farmio-decoder` is in none of the places where it belongs, and a frame needs it.
public struct DecoderMissing: Error, Hashable, Sendable {
  /// The codec that it is needed for.
  public let codec: PixelCodec
  /// The paths that were tried, in order.
  public let tried: [FileName]
}

extension DecoderMissing: CustomStringConvertible {
  /// What needs it, and where it was looked for.
  public var description: String {
    let places = tried.isEmpty ? "nowhere" : tried.map(\.description).joined(separator: ", ")
    return "\(codec.name) needs farmio-decoder, which was not found (tried: \(places))"
  }

  /// What a person can do.
  public static let remedy = "Install it beside farmio, or set FARMIO_DECODER to its path."
}
