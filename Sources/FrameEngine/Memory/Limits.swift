/// Every maximum of the formats. A size read from outside is compared with its limit before
/// anything is allocated for it.
public enum Limits {
  /// Bytes of a data chunk before compression: the largest cut of the 1M class.
  public static let chunkBytes = 2 << 20
  /// Bytes of a metadata record (tree, chunk list) before compression.
  public static let metadataBytes = 8 << 20
  /// Bytes that encryption adds to a record: the authentication tag of AES-256-GCM.
  public static let sealBytes = 16
  /// Records of a pack.
  public static let packRecords = 1 << 20
  /// Bytes of a pack.
  public static let packBytes = 1 << 30
  /// The largest stride of the byte shuffle.
  public static let stride = 64
  /// UTF-8 bytes of a tag, a host's or user's name and other texts of a record.
  public static let textBytes = 4096
  /// Bytes of a path.
  public static let pathBytes = 4096
  /// Bytes of a file name.
  public static let nameBytes = 255
  /// Folders inside folders.
  public static let treeDepth = 1024
  /// Bytes of an index segment.
  public static let segmentBytes = 1 << 30
  /// Bytes of a configuration, a lease, a reference, a tombstone list.
  public static let recordBytes = 16 << 20
  /// Bytes of an extended attribute's value, as Linux has it.
  public static let attributeBytes = 64 << 10
  /// Bytes of all extended attributes of one file.
  public static let attributesBytes = 1 << 20
  /// Bytes of a compression dictionary.
  public static let dictionaryBytes = 1 << 20
}
