/// One attribute of a header, kept byte for byte, known or not.
public struct Attribute: Hashable, Sendable {
  /// Its name; bytes that are no UTF-8 show as U+FFFD.
  public var name: String { didSet { foreignName = nil } }
  /// The name of its type, such as `chlist` or `timecode`.
  public var type: String { didSet { foreignType = nil } }
  /// The value's bytes, little-endian as in the file.
  public var value: [UInt8]
  /// Where the attribute starts in the file; 0 for one made here.
  public var byteOffset: Int
  /// The bytes of a name that is no UTF-8.
  private var foreignName: [UInt8]?
  /// The bytes of a type that is no UTF-8.
  private var foreignType: [UInt8]?

  /// An attribute with every field given.
  public init(name: String, type: String, value: [UInt8], byteOffset: Int = 0) {
    self.name = name
    self.type = type
    self.value = value
    self.byteOffset = byteOffset
  }

  /// An attribute as a file has it.
  init(nameBytes: [UInt8], typeBytes: [UInt8], value: [UInt8], byteOffset: Int) {
    self.init(
      name: String(decoding: nameBytes, as: UTF8.self),
      type: String(decoding: typeBytes, as: UTF8.self), value: value, byteOffset: byteOffset)
    if !name.utf8.elementsEqual(nameBytes) { foreignName = nameBytes }
    if !type.utf8.elementsEqual(typeBytes) { foreignType = typeBytes }
  }

  /// The bytes of the name, as a file has them.
  var nameBytes: [UInt8] { foreignName ?? Array(name.utf8) }
  /// The bytes of the type's name, as a file has them.
  var typeBytes: [UInt8] { foreignType ?? Array(type.utf8) }
}
