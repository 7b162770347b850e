import FrameEngine
import Mover

/// The small picture of a verified frame.
enum FrameThumbnail {
  private static let table = ViewTable(View())

  /// The first picture of a frame's parts; `nil` where there is none.
  static func bitmap(of report: FrameReport) -> Bitmap? {
    report.parts.lazy.compactMap(\.thumbnail).first?.bitmap(table)
  }

  /// The same as a JPEG, and the pixels that it shows.
  static func picture(of report: FrameReport) -> FrameHTML.Thumbnail? {
    guard let part = report.parts.first(where: { $0.thumbnail != nil }),
      let bitmap = bitmap(of: report)
    else { return nil }
    do throws(ImageCodingError) {
      var encoder = try JPEGEncoder()
      let jpeg = try encoder.encode(bitmap, quality: 80)
      return FrameHTML.Thumbnail(jpeg: jpeg, window: part.part.displayWindow)
    } catch {
      // A page without one picture still says everything that was found.
      return nil
    }
  }
}
