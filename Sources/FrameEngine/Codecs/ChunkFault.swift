/// Why a chunk does not decode.
public struct ChunkFault: Error, Hashable, Sendable {
  /// What it is: `chunkCorrupt`, `chunkChecksum`, `chunkShort`, `chunkSize`, `deepCounts`,
  /// `deepTotal`, `codecUnsupported`, `limitExceeded`, `decoderCrashed` or `decoderTimeout`.
  public let code: FindingCode
  /// The byte of the packed chunk where it was seen, if known.
  public let byteOffset: Int?
  /// A sentence for a person.
  public let reason: String

  /// A fault of one of the kinds above.
  public init(_ code: FindingCode, at byteOffset: Int? = nil, _ reason: String) {
    self.code = code
    self.byteOffset = byteOffset
    self.reason = reason
  }
}
