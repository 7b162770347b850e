public import FrameEngine

/// How frames are verified.
public struct VerifyOptions: Sendable {
  /// How far each frame is looked at.
  public var depth = VerifyDepth.pixels
  /// What is expected of the frames, and how much each finding matters.
  public var profile = Profile.standard
  /// The frames that there should be; `nil` for those between the first and the last found.
  public var range: FrameRange?
  /// Digests from when the frames were good, which they are compared with.
  public var manifest: FrameManifest?
  /// The names that frames have in manifests; `nil` for their paths.
  public var manifestNames: ManifestNames?
  /// Whether digests of file and chunks are taken, for a manifest to be written.
  public var takesDigests = false
  /// The box in pixels that thumbnails fit; `nil` for none.
  public var thumbnails: ThumbnailBox?
  /// Threads; `nil` for one a core.
  public var threads: Int?

  /// Every pixel, without expectations.
  public init() {}
}

/// The most columns and rows of a thumbnail.
public struct ThumbnailBox: Hashable, Sendable {
  /// The most columns.
  public var width: Int
  /// The most rows.
  public var height: Int

  /// A box of a size.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}
