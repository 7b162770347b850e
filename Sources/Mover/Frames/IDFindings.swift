import FrameEngine

/// Compares the IDs in the pixels of a Cryptomatte layer with its manifest.
enum IDFindings {
  /// `crypto-id`, and `crypto-manifest` for a manifest beside the frame; one in the header that
  /// cannot be read was judged with the header.
  static func findings(
    _ layer: Cryptomatte, _ ids: Set<UInt32>, part: Int, of file: FrameFile, on disk: any Disk
  ) -> [Finding] {
    let manifest: CryptomatteManifest?
    if let text = layer.manifest {
      manifest = try? CryptomatteManifest(parsing: text)
    } else {
      do throws(CryptomatteSidecar.Refusal) {
        manifest = try CryptomatteSidecar.load(layer, part: part, beside: file.location, on: disk)
      } catch {
        return [error.finding]
      }
    }
    guard let manifest else { return [] }
    let unknown = Cryptomatte.unknownIDs(among: ids, in: manifest)
    return [layer.finding(part: part, unknown: unknown)].compactMap { $0 }
  }
}
