public import FrameEngine

/// Loads the manifest of a Cryptomatte layer that lies in a file beside the frame.
public enum CryptomatteSidecar {
  /// Why there is no manifest, as a finding about the frame.
  public struct Refusal: Error, Hashable, Sendable {
    /// What to report: a `crypto-manifest`.
    public let finding: Finding
  }

  /// The manifest of a layer of part `number` of the frame at `path`; `nil` where the layer names
  /// no file.
  ///
  /// The name comes from the frame, so it may be hostile: only one below the frame's own folder is
  /// opened, never an absolute one nor one that climbs up, and nothing but a regular file.
  public static func load(
    _ layer: Cryptomatte, part number: Int, beside path: FileName, on disk: any Disk
  ) throws(Refusal) -> CryptomatteManifest? {
    guard let name = layer.manifestFile else { return nil }
    let place = FindingPlace(part: number)
    func refusal(_ reason: String) -> Refusal {
      let shown = FileName(name)
      return Refusal(
        finding: Finding(
          .cryptoManifest, place,
          "the manifest \(shown) of the Cryptomatte layer \(layer.name) \(reason)"))
    }
    let words = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard !words.contains(where: { $0.isEmpty || $0.elementsEqual("..".utf8) }) else {
      throw refusal("lies outside the frame's folder, and is not opened")
    }
    do {
      let bytes = try read(path.parentPath.appending(FileName(name)), on: disk)
      return try CryptomatteManifest(parsing: bytes)
    } catch let error as DiskError {
      throw refusal("cannot be read: \(error.cause)")
    } catch let error as FormatError {
      throw Refusal(finding: layer.unreadable(error, place))
    } catch {
      throw refusal("cannot be read: \(error)")
    }
  }

  private static func read(_ path: FileName, on disk: any Disk) throws -> [UInt8] {
    let file = try disk.open(path, in: .current, .read())
    defer { disk.abandon(file) }
    let status = try disk.status(of: file)
    guard status.kind == .regular else {
      throw FormatError(.foreign, at: 0, "it is no regular file")
    }
    guard status.size <= CryptomatteManifest.byteLimit else {
      throw FormatError(
        .limit, at: 0, "a manifest has at most \(CryptomatteManifest.byteLimit) bytes")
    }
    return try disk.read(file, at: 0, count: Int(status.size))
  }
}
