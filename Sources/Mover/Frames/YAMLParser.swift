import CYAML

/// Reads one YAML document into nodes, by the events of libyaml.
///
/// Plain data alone: anchors, aliases, tags, further documents and keys that occur twice are
/// refused, and so is everything beyond `YAMLLimits`.
@safe struct YAMLParser: ~Copyable {
  /// Points into itself, so it stays in one place.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var nodeCount = 0

  static func parse(_ text: [UInt8]) throws(YAMLError) -> YAMLNode {
    guard text.count <= YAMLLimits.bytes else {
      throw YAMLError(mark: nil, reason: "a profile has at most \(YAMLLimits.bytes) bytes")
    }
    var parser = YAMLParser()
    let result: Result<YAMLNode, YAMLError> = unsafe text.withUnsafeBufferPointer { bytes in
      unsafe yaml_parser_set_input_string(parser.parser, bytes.baseAddress, bytes.count)
      do throws(YAMLError) {
        return .success(try parser.document())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init() {
    unsafe parser = .allocate(capacity: 1)
    let isReady = unsafe yaml_parser_initialize(parser)
    precondition(isReady == 1, "out of memory for a parser")
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  /// What an event says, without the memory of libyaml.
  private enum Event {
    case scalar(String)
    case listStart, listEnd, mapStart, mapEnd, documentStart, documentEnd, streamStart, streamEnd
  }

  private mutating func document() throws(YAMLError) -> YAMLNode {
    _ = try next()
    let first = try next()
    guard case .documentStart = first.event else {
      throw YAMLError(mark: first.mark, reason: "the file is empty")
    }
    let (event, mark) = try next()
    let node = try node(event, mark, depth: 1)
    _ = try next()
    let last = try next()
    guard case .streamEnd = last.event else {
      throw YAMLError(mark: last.mark, reason: "a profile is one document")
    }
    return node
  }

  private mutating func node(
    _ event: Event, _ mark: YAMLMark, depth: Int
  ) throws(YAMLError) -> YAMLNode {
    nodeCount += 1
    guard nodeCount <= YAMLLimits.nodes else {
      throw YAMLError(mark: mark, reason: "a profile has at most \(YAMLLimits.nodes) values")
    }
    guard depth <= YAMLLimits.depth else {
      throw YAMLError(mark: mark, reason: "values lie in each other too deep")
    }
    switch event {
    case .scalar(let text): return YAMLNode(content: .scalar(text), mark: mark)
    case .listStart: return YAMLNode(content: .list(try list(depth: depth)), mark: mark)
    case .mapStart: return YAMLNode(content: .map(try map(depth: depth)), mark: mark)
    default: throw YAMLError(mark: mark, reason: "a value is missing")
    }
  }

  private mutating func list(depth: Int) throws(YAMLError) -> [YAMLNode] {
    var nodes = [YAMLNode]()
    while true {
      let (event, mark) = try next()
      if case .listEnd = event { return nodes }
      nodes.append(try node(event, mark, depth: depth + 1))
    }
  }

  private mutating func map(depth: Int) throws(YAMLError) -> [YAMLNode.Entry] {
    var entries = [YAMLNode.Entry]()
    var keys = Set<String>()
    while true {
      let (event, mark) = try next()
      if case .mapEnd = event { return entries }
      guard case .scalar(let key) = event else {
        throw YAMLError(mark: mark, reason: "a key is a text")
      }
      guard keys.insert(key).inserted else {
        throw YAMLError(mark: mark, reason: "the key \(key) occurs twice")
      }
      let (value, valueMark) = try next()
      let node = try node(value, valueMark, depth: depth + 1)
      entries.append(YAMLNode.Entry(key: key, mark: mark, value: node))
    }
  }

  private mutating func next() throws(YAMLError) -> (event: Event, mark: YAMLMark) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe YAMLMark(event.start_mark)
    return (try unsafe YAMLParser.event(event, mark), mark)
  }

  private static func event(
    _ event: yaml_event_t, _ mark: YAMLMark
  ) throws(YAMLError) -> Event {
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SEQUENCE_END_EVENT: return .listEnd
    case YAML_MAPPING_END_EVENT: return .mapEnd
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      guard unsafe start.anchor == nil && start.tag == nil else { throw decorated(mark) }
      return .listStart
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      guard unsafe start.anchor == nil && start.tag == nil else { throw decorated(mark) }
      return .mapStart
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      guard unsafe scalar.anchor == nil && scalar.tag == nil else { throw decorated(mark) }
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(String(decoding: unsafe Array(bytes), as: UTF8.self))
    default: throw decorated(mark)
    }
  }

  private static func decorated(_ mark: YAMLMark) -> YAMLError {
    YAMLError(mark: mark, reason: "anchors, aliases and tags are not used in profiles")
  }

  /// What libyaml says of a text that is no YAML.
  private func problem() -> YAMLError {
    let reason =
      unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "out of memory"
    return YAMLError(mark: unsafe YAMLMark(parser.pointee.problem_mark), reason: reason)
  }
}

extension YAMLMark {
  init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
