public import FrameEngine
import Glibc

/// Where `farmio-smb` is: the program that holds one connection to a share.
public struct SMBProgram: Hashable, Sendable {
  /// The program's path.
  public let path: FileName

  /// The program at `path`, which is not looked for before it is needed.
  public init(path: FileName) { self.path = path }

  /// Finds the program: where the environment's FARMIO_SMB says and nowhere else, if it is set; else
  /// beside the running program, else in `../libexec/farmio` from there. `nil` if it is nowhere.
  public static func find() -> SMBProgram? {
    let candidates: [FileName]
    if let told = unsafe getenv("FARMIO_SMB").map({ unsafe String(cString: $0) }) {
      candidates = [FileName(told)]
    } else {
      candidates = HelperProgram.places(of: "farmio-smb", beside: SystemFile.link("/proc/self/exe"))
    }
    return candidates.first { path in
      unsafe path.withCString { unsafe access($0, X_OK) } == 0
    }.map(SMBProgram.init(path:))
  }
}
