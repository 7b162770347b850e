/// One attribute of a header, kept byte for byte, known or not.
public struct Attribute: Hashable, Sendable {
  /// Its name; bytes that are no UTF-8 show as U+FFFD.
  public var name: String
  /// The name of its type, such as `chlist` or `timecode`.
  public var type: String
  /// The value's bytes, little-endian as in the file.
  public var value: [UInt8]
  /// Where the attribute starts in the file; 0 for one made here.
  public var byteOffset: Int

  /// An attribute with every field given.
  public init(name: String, type: String, value: [UInt8], byteOffset: Int = 0) {
    self.name = name
    self.type = type
    self.value = value
    self.byteOffset = byteOffset
  }
}
