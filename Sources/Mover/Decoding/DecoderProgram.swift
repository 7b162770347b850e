public import FrameEngine
import Glibc

/// Where `farmio-decoder` is: the program that runs OpenEXR apart from this process.
public struct DecoderProgram: Hashable, Sendable {
  /// The program's path.
  public let path: FileName
  /// More arguments, by which tests make the program suffer.
  let arguments: [String]

  /// The program at `path`, which is not looked for before it is needed.
  public init(path: FileName) { self.init(path: path, arguments: []) }

  init(path: FileName, arguments: [String]) {
    self.path = path
    self.arguments = arguments
  }

  /// Finds the program: where the environment's FARMIO_DECODER says and nowhere else, if it is
  /// set; else beside the running program, else in `../libexec/farmio` from there.
  public static func find() throws(DecoderMissing) -> DecoderProgram {
    let candidates: [FileName]
    if let told = unsafe getenv("FARMIO_DECODER").map({ unsafe String(cString: $0) }) {
      candidates = [FileName(told)]
    } else {
      candidates = beside(SystemFile.link("/proc/self/exe"))
    }
    for path in candidates where unsafe path.withCString({ unsafe access($0, X_OK) }) == 0 {
      return DecoderProgram(path: path)
    }
    throw DecoderMissing(tried: candidates)
  }

  /// Where the program is, for a running program at `executable`.
  static func beside(_ executable: [UInt8]) -> [FileName] {
    HelperProgram.places(of: "farmio-decoder", beside: executable)
  }
}

/// `farmio-decoder` is in none of the places where it belongs.
public struct DecoderMissing: Error, Hashable, Sendable {
  /// The paths that were tried, in order.
  public let tried: [FileName]
}

extension DecoderMissing: CustomStringConvertible {
  /// What was tried, and what to do.
  public var description: String {
    let places = tried.isEmpty ? "nowhere" : tried.map(\.description).joined(separator: ", ")
    return """
      farmio-decoder, which reads PIZ, B44 and DWA frames, was not found (tried: \(places)). \
      Install it beside farmio, or set FARMIO_DECODER to its path.
      """
  }
}
