/// The digests of frames, taken while they were good: what later checks hold them against, without
/// decoding anything.
///
/// A text of one line a frame, a part and a chunk; see the page on the manifest format.
public struct FrameManifest: Hashable, Sendable {
  /// The digest of one packed chunk.
  public struct Chunk: Hashable, Sendable {
    /// The chunk's number within its part.
    public var index: Int
    /// BLAKE3 of its packed bytes, without the leader.
    public var digest: Digest

    /// A chunk and its digest.
    public init(index: Int, digest: Digest) {
      self.index = index
      self.digest = digest
    }
  }

  /// The digests of one part.
  public struct Part: Hashable, Sendable {
    /// BLAKE3 of its decoded pixels, which does not depend on the codec; `nil` if not taken.
    public var pixels: Digest?
    /// Its chunks by rising index; those that could not be found are left out.
    public var chunks: [Chunk]

    /// A part's digests.
    public init(pixels: Digest? = nil, chunks: [Chunk] = []) {
      self.pixels = pixels
      self.chunks = chunks
    }
  }

  /// The digests of one file.
  public struct Frame: Hashable, Sendable {
    /// Its path, relative to wherever the manifest's readers and writers agree.
    public var name: FileName
    /// Its size.
    public var byteCount: Int
    /// BLAKE3 of all its bytes.
    public var digest: Digest
    /// Its parts in order.
    public var parts: [Part]

    /// A file's digests.
    public init(name: FileName, byteCount: Int, digest: Digest, parts: [Part] = []) {
      self.name = name
      self.byteCount = byteCount
      self.digest = digest
      self.parts = parts
    }
  }

  /// By rising bytes of the name, each name once.
  public let frames: [Frame]

  /// The most bytes of a manifest.
  public static let byteLimit = 1 << 30
  /// The most frames of a manifest.
  public static let frameLimit = 1 << 20
  /// The most parts of a frame.
  public static let partLimit = 1 << 12
  /// The largest number of a chunk.
  public static let chunkLimit = 1 << 30

  /// A manifest of these frames, sorted by name. Of frames with one name the last is kept.
  public init(_ frames: [Frame]) {
    let unique = Dictionary(frames.map { ($0.name, $0) }) { _, last in last }
    self.frames = unique.values.sorted { $0.name < $1.name }
  }

  /// Frames that are sorted already, each name once.
  init(sorted frames: [Frame]) { self.frames = frames }

  /// The frame of a name; `nil` where the manifest does not know it. Costs the logarithm of their
  /// number.
  public func frame(named name: FileName) -> Frame? {
    var low = 0
    var high = frames.count
    while low < high {
      let middle = (low + high) / 2
      if frames[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < frames.count && frames[low].name == name ? frames[low] : nil
  }
}
