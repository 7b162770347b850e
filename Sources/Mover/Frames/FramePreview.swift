public import FrameEngine

/// Makes pictures of frames for people.
public struct FramePreview: Sendable {
  /// How a frame is shown.
  public struct Options: Sendable {
    /// The part that is shown.
    public var part = 0
    /// The layer, or a channel's full name; `nil` for what shows the frame best.
    public var layer: String?
    /// Exposure and curve.
    public var view = View()
    /// The most columns of the picture; `nil` for those of the display window.
    public var width: Int?
    /// The most rows; `nil` as above.
    public var height: Int?

    /// The whole frame as it is.
    public init() {}
  }

  private let options: Options

  /// Pictures made in this way.
  public init(_ options: Options) {
    self.options = options
  }

  /// The picture of the frame that `source` has open.
  public func bitmap(of source: FrameSource) throws(FrameWorkError) -> Bitmap {
    let part = try source.flatPart(options.part)
    let channels = try channels(of: part, source.path)
    let table = ViewTable(options.view)
    let isShrunken =
      (options.width ?? .max) < part.displayWindow.width
      || (options.height ?? .max) < part.displayWindow.height || part.pixelAspectRatio != 1
    guard isShrunken else {
      let places = channels.places
      let raster = try source.raster(options.part, keeping: places)
      return table.bitmap(
        of: raster, showing: channels.within(places), in: part.displayWindow)
    }
    let thumbnail = try source.thumbnail(
      options.part, showing: channels, width: options.width ?? 65_535,
      height: options.height ?? 65_535)
    return thumbnail.bitmap(table)
  }

  private func channels(of part: Part, _ path: FileName) throws(FrameWorkError) -> ViewChannels {
    let found: ViewChannels? =
      if let layer = options.layer {
        ViewChannels(of: part.channels, layer: layer)
          ?? ViewChannels(of: part.channels, named: layer)
      } else {
        ViewChannels(of: part.channels)
      }
    if let found { return found }
    let layers = Set(part.channels.map(\.layer)).filter { !$0.isEmpty }.sorted()
    let names = layers.isEmpty ? part.channels.map(\.name) : layers
    throw FrameWorkError(
      .unsuitable, path,
      "it has no layer or channel \(options.layer ?? ""); it has \(names.joined(separator: ", "))")
  }
}
