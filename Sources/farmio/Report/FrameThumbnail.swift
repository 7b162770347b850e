import FrameEngine
import Mover

/// The small picture of a verified frame, from what the look at its pixels kept.
enum FrameThumbnail {
  /// A JPEG of the first part that has a thumbnail; `nil` where there is none.
  static func picture(of report: FrameReport) -> FrameHTML.Thumbnail? {
    for part in report.parts {
      guard let grid = part.scan?.thumbnail else { continue }
      let raster = Raster(grid, channels: part.part.channels)
      guard let channels = ViewChannels(of: raster.channels) else { continue }
      let bitmap = ViewTable(View()).bitmap(of: raster, showing: channels)
      do {
        var encoder = try JPEGEncoder()
        return FrameHTML.Thumbnail(
          jpeg: try encoder.encode(bitmap, quality: 80), window: part.part.dataWindow)
      } catch {
        // A page without one picture still says everything that was found.
        return nil
      }
    }
    return nil
  }
}
