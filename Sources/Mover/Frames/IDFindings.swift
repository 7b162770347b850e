import FrameEngine
import Glibc

/// Compares the IDs in the pixels of a Cryptomatte layer with its manifest.
enum IDFindings {
  /// Bytes of a manifest in a file of its own.
  private static let manifestBytes = 64 << 20

  /// `crypto-id` and `crypto-manifest`. A manifest beside the frame is read from there, and from
  /// nowhere else, whatever path the header names.
  static func findings(
    _ layer: Cryptomatte, _ ids: Set<UInt32>, part: Int, of file: FrameFile
  ) -> [Finding] {
    do throws(FormatError) {
      guard let manifest = try manifest(of: layer, beside: file) else { return [] }
      let unknown = Cryptomatte.unknownIDs(among: ids, in: manifest)
      return [layer.finding(part: part, unknown: unknown)].compactMap { $0 }
    } catch {
      // One in the header is judged with the header.
      return layer.manifest == nil ? [layer.unreadable(error, FindingPlace(part: part))] : []
    }
  }

  private static func manifest(of layer: Cryptomatte, beside file: FrameFile) throws(FormatError)
    -> CryptomatteManifest?
  {
    if let text = layer.manifest { return try CryptomatteManifest(parsing: text) }
    guard let name = layer.manifestFile else { return nil }
    guard !name.contains("/"), name != "..", name != "." else {
      throw FormatError(.malformed, at: 0, "the manifest file '\(name)' lies in another folder")
    }
    return try CryptomatteManifest(parsing: try contents(file.location.parentPath, name))
  }

  private static func contents(_ folder: FileName, _ name: String) throws(FormatError) -> [UInt8] {
    let path = folder.bytes.isEmpty ? FileName(name) : folder.appending(FileName(name))
    let disk = ThreadDisk()
    do throws(DiskError) {
      let handle = try disk.open(path, in: .current, .read())
      defer { disk.abandon(handle) }
      let size = try disk.status(of: handle).size
      guard size <= manifestBytes else { throw DiskError(.read, code: EFBIG) }
      return try disk.read(handle, at: 0, count: Int(size))
    } catch {
      throw FormatError(.truncated, at: 0, "\(path): \(error.cause)")
    }
  }
}
