public import FrameEngine

/// The names that frames have in a manifest: relative to the folder that the manifest lies in, for
/// those below it, so that both may move together; the whole path for others.
public struct ManifestNames: Sendable {
  private let folder: FileName

  /// Names for the manifest at `path`.
  public init(_ path: FileName) throws(DiskError) {
    folder = try path.absolute().parentPath
  }

  /// The name of the frame at `path`.
  public func name(of path: FileName) throws(DiskError) -> FileName {
    let whole = try path.absolute()
    let slash = UInt8(ascii: "/")
    let start = folder.bytes.last == slash ? folder.bytes : folder.bytes + [slash]
    guard whole.bytes.starts(with: start) else { return whole }
    return FileName(Array(whole.bytes.dropFirst(start.count)))
  }
}
