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
  /// Whether digests of file and chunks are taken, for a manifest to be written.
  public var takesDigests = false
  /// The width in pixels that thumbnails get at least; `nil` for none.
  public var thumbnailWidth: Int?
  /// Threads; `nil` for one a core.
  public var threads: Int?

  /// Every pixel, without expectations.
  public init() {}
}
