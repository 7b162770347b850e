import FrameEngine

extension FrameSequence {
  /// The size of the pictures of this sequence that fit a box, by the headers of its first frame
  /// that can be understood; `nil` where none of the first few can.
  public func pictureSize(fitting box: ThumbnailBox, on disk: any Disk) -> ThumbnailBox? {
    for file in files.prefix(FrameSequence.triedFrames) {
      guard let part = file.firstPart(on: disk) else { continue }
      let size = Thumbnail.size(
        display: part.displayWindow, pixelAspectRatio: part.pixelAspectRatio,
        fittingWidth: box.width, height: box.height)
      return ThumbnailBox(width: size.width, height: size.height)
    }
    return nil
  }

  /// Frames whose headers are tried.
  private static let triedFrames = 8
}

extension FrameFile {
  /// Bytes within which headers are looked for.
  private static let headBytes = 1 << 20

  /// The first part as the headers have it; `nil` where that cannot be told.
  fileprivate func firstPart(on disk: any Disk) -> Part? {
    do throws(DiskError) {
      let handle = try disk.open(location, in: .current, .read())
      defer { disk.abandon(handle) }
      guard try disk.status(of: handle).kind == .regular else { return nil }
      let head = try disk.read(handle, at: 0, count: FrameFile.headBytes)
      return Container(reading: head.rawBytes).parts.first
    } catch {
      // Whoever verifies the file tells why it cannot be read.
      return nil
    }
  }
}
