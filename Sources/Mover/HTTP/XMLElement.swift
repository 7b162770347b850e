import CExpat

/// A small XML document as a tree of elements, read by Expat. Attributes are dropped, and names keep
/// the prefix they were written with: answers of object stores need neither.
struct XMLElement: Hashable, Sendable {
  let name: String
  private(set) var text = ""
  private(set) var children: [XMLElement] = []

  /// Elements inside elements.
  private static let depthLimit = 32

  private init(_ name: String) { self.name = name }

  /// The root of a document; `nil` if it is none, is nested too deeply, or has a document type.
  init?(document: [UInt8]) {
    guard let parser = unsafe XML_ParserCreate(nil) else { fatalError("no memory for Expat") }
    defer { unsafe XML_ParserFree(parser) }
    let builder = unsafe Builder(parser)
    unsafe XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
    unsafe XML_SetElementHandler(
      parser,
      { context, name, _ in
        let builder = unsafe Unmanaged<Builder>.fromOpaque(context!).takeUnretainedValue()
        builder.begin(unsafe String(cString: name!))
      },
      { context, _ in
        unsafe Unmanaged<Builder>.fromOpaque(context!).takeUnretainedValue().close()
      })
    unsafe XML_SetCharacterDataHandler(parser) { context, bytes, count in
      let builder = unsafe Unmanaged<Builder>.fromOpaque(context!).takeUnretainedValue()
      let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
      builder.append(unsafe String(decoding: buffer, as: UTF8.self))
    }
    // No answer has a document type; only it could declare entities, which grow or reach out.
    unsafe XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      unsafe Unmanaged<Builder>.fromOpaque(context!).takeUnretainedValue().stop()
    }
    let status = unsafe document.withUnsafeBytes { bytes in
      unsafe XML_Parse(
        parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 1)
    }
    guard status == XML_STATUS_OK, let root = builder.root else { return nil }
    self = root
  }

  /// The first child of a name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// Every child of a name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The text of the first child of a name.
  func text(_ name: String) -> String? { self[name]?.text }

  /// Whether XML has a form for a text: control characters have none but tab and line ends.
  static func canHold(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 0x20 && scalar.value & 0xFFFE != 0xFFFE
        || [0x09, 0x0A, 0x0D].contains(scalar.value)
    }
  }

  /// A text as the content of an element: what stands for markup is named, and so are control
  /// characters, which a parser would change or refuse.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case _ where scalar.value < 0x20: escaped += "&#\(scalar.value);"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Puts the tree together while the parser calls.
  @safe private final class Builder {
    private let parser: XML_Parser
    private var open: [XMLElement] = []
    private(set) var root: XMLElement?

    init(_ parser: XML_Parser) { unsafe self.parser = parser }

    func begin(_ name: String) {
      if open.count == XMLElement.depthLimit { return stop() }
      open.append(XMLElement(name))
    }

    func append(_ text: String) {
      if !open.isEmpty { open[open.count - 1].text += text }
    }

    func close() {
      guard let done = open.popLast() else { return }
      if open.isEmpty { root = done } else { open[open.count - 1].children.append(done) }
    }

    /// Ends the parse, which then fails.
    func stop() { _ = unsafe XML_StopParser(parser, 0) }
  }
}
