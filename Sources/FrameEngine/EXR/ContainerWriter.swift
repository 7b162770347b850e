/// Builds a whole EXR file in memory: the headers with their attributes as they are, the offset
/// tables, and the chunks in the order that `lineOrder` says.
///
/// Version flags, `chunkCount`, the offset tables and the leaders are computed. Chunks may come in
/// any order; in the order of the file (parts may alternate) they are copied once, else twice.
public struct ContainerWriter: Sendable {
  private struct Slot {
    /// Where the chunk's leader starts in `bytes`; 0 while the chunk is not there.
    var offset = 0
    var byteCount = 0
  }

  private let parts: [Part]
  private let grids: [ChunkGrid]
  private let isMultiPart: Bool
  private let tableStart: Int
  private let dataStart: Int
  /// The first slot of each part.
  private let firstSlots: [Int]
  private var slots: [Slot]
  private var order: [Int] = []
  private var lastPositions: [Int]
  private var isInOrder = true
  private var bytes: [UInt8]

  /// Starts a file of these parts, at least one, each within the limits; several have names that
  /// differ. `capacity` is what the file may grow to, in bytes, if known.
  public init(parts: [Part], limits: FrameLimits = .standard, capacity: Int = 0) {
    precondition(!parts.isEmpty, "a file has at least one part")
    self.parts = parts
    isMultiPart = parts.count > 1
    precondition(
      !isMultiPart || Set(parts.compactMap(\.name)).count == parts.count,
      "several parts have names that differ")
    grids = parts.map {
      guard let grid = ChunkGrid($0, limits: limits) else {
        preconditionFailure("a part exceeds the limits")
      }
      return grid
    }
    var firstSlots = [Int]()
    var count = 0
    for grid in grids {
      firstSlots.append(count)
      count += grid.count
    }
    self.firstSlots = firstSlots
    slots = Array(repeating: Slot(), count: count)
    lastPositions = Array(repeating: -1, count: parts.count)
    let header = ContainerWriter.header(parts, grids)
    tableStart = header.count
    dataStart = header.count + count * 8
    bytes = []
    bytes.reserveCapacity(max(capacity, dataStart))
    bytes.append(contentsOf: header)
    bytes.append(contentsOf: repeatElement(0, count: count * 8))
  }

  /// Adds a chunk of a part that is not deep. Each chunk comes once; its payload has 1 to 2^31 - 1
  /// bytes, or none where the chunk has no samples.
  public mutating func append(_ payload: RawSpan, part: Int, chunk: Int) {
    precondition(!parts[part].kind.isDeep, "a deep chunk has a table")
    let region = grids[part].region(at: chunk)
    precondition(
      payload.byteCount <= Int32.max
        && (payload.byteCount > 0 || grids[part].unpackedByteCount(of: region) == 0),
      "a payload has a 32-bit size, and is empty only without samples")
    let leader = ChunkLeader(part: part, region, packedSize: payload.byteCount)
    start(leader, part: part, chunk: chunk)
    append(payload)
    finishChunk(part: part, chunk: chunk)
  }

  /// Adds a chunk of a deep part: its packed table of sample counts, its packed samples, and how
  /// many bytes these have unpacked. Each chunk comes once.
  public mutating func append(
    table: RawSpan, samples: RawSpan, unpackedByteCount: Int, part: Int, chunk: Int
  ) {
    precondition(parts[part].kind.isDeep, "only a deep chunk has a table")
    var leader = ChunkLeader(
      part: part, grids[part].region(at: chunk), packedSize: samples.byteCount)
    leader.tableSize = table.byteCount
    leader.unpackedSize = unpackedByteCount
    start(leader, part: part, chunk: chunk)
    append(table)
    append(samples)
    finishChunk(part: part, chunk: chunk)
  }

  /// The file. Every chunk of every part was added.
  public consuming func finish() -> [UInt8] {
    precondition(order.count == slots.count, "a chunk was never added")
    if !isInOrder { layOutAgain() }
    for (index, slot) in slots.enumerated() {
      var rest = UInt64(slot.offset)
      for place in 0..<8 {
        bytes[tableStart + index * 8 + place] = UInt8(truncatingIfNeeded: rest)
        rest >>= 8
      }
    }
    return bytes
  }

  private mutating func start(_ leader: ChunkLeader, part: Int, chunk: Int) {
    let slot = firstSlots[part] + chunk
    precondition(
      chunk < grids[part].count && slots[slot].offset == 0, "a chunk comes once, and exists")
    slots[slot].offset = bytes.count
    order.append(slot)
    leader.append(to: &bytes, parts[part].kind, isMultiPart: isMultiPart)
  }

  private mutating func append(_ payload: RawSpan) {
    unsafe payload.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func finishChunk(part: Int, chunk: Int) {
    let slot = firstSlots[part] + chunk
    slots[slot].byteCount = bytes.count - slots[slot].offset
    let lineOrder = parts[part].lineOrder
    guard lineOrder != .random else { return }
    let position = grids[part].position(of: chunk, in: lineOrder)
    if position < lastPositions[part] { isInOrder = false }
    lastPositions[part] = position
  }

  /// Copies the chunks into the order of the file: part by part, and in a part as its line order
  /// says; a random order is the one they came in.
  private mutating func layOutAgain() {
    var ordered = [Int]()
    ordered.reserveCapacity(slots.count)
    for (part, grid) in grids.enumerated() {
      let range = firstSlots[part]..<firstSlots[part] + grid.count
      if parts[part].lineOrder == .random {
        ordered += order.filter(range.contains)
      } else {
        ordered += (0..<grid.count).map {
          range.lowerBound + grid.position(of: $0, in: parts[part].lineOrder)
        }
      }
    }
    var target = [UInt8]()
    target.reserveCapacity(bytes.count)
    target.append(contentsOf: bytes[..<dataStart])
    for slot in ordered {
      let source = slots[slot].offset..<slots[slot].offset + slots[slot].byteCount
      slots[slot].offset = target.count
      target.append(contentsOf: bytes[source])
    }
    bytes = target
  }

  /// Magic number, version and headers.
  private static func header(_ parts: [Part], _ grids: [ChunkGrid]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Container.magic)
    let headers = zip(parts, grids).map { part, grid in
      var written = part
      let needsCount = parts.count > 1 || part.kind.isDeep
      if needsCount || part.attribute("chunkCount") != nil {
        written.replace(Attribute("chunkCount", int: grid.count))
      }
      if needsCount && part.name == nil { written.name = "part" }
      written.attributes = written.attributesToWrite
      return written
    }
    writer.append(VersionFlags(of: headers).rawValue)
    for part in headers {
      for attribute in part.attributes {
        writer.append(contentsOf: attribute.nameBytes + [0])
        writer.append(contentsOf: attribute.typeBytes + [0])
        writer.append(Int32(attribute.value.count))
        writer.append(contentsOf: attribute.value)
      }
      writer.append(UInt8(0))
    }
    if parts.count > 1 { writer.append(UInt8(0)) }
    return writer.bytes
  }
}
