/// Reads the headers of a file attribute by attribute, keeping every byte, and judging nothing but
/// what it needs to find the next one (OpenEXR file layout, "header").
struct HeaderReader: ~Escapable {
  private let bytes: RawSpan
  private let flags: VersionFlags
  private let limits: FrameLimits
  /// The next byte to be read.
  private(set) var offset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, from offset: Int, _ flags: VersionFlags, _ limits: FrameLimits) {
    self.bytes = bytes
    self.offset = offset
    self.flags = flags
    self.limits = limits
  }

  /// Whether the list of headers ends here; moves past its end. `nil` where the file ends first.
  mutating func endsList(_ findings: inout FindingList) -> Bool? {
    guard offset < bytes.byteCount else {
      findings.add(.headerTruncated, at: offset, "the file ends within the list of headers")
      return nil
    }
    guard bytes.byte(at: offset) == 0 else { return false }
    offset += 1
    return true
  }

  /// The attributes of the next header; `nil` where nothing behind can be read.
  mutating func header(part: Int, _ findings: inout FindingList) -> [Attribute]? {
    let place = FindingPlace(part: part)
    var attributes = [Attribute]()
    while true {
      guard offset < bytes.byteCount else {
        findings.add(.headerTruncated, place, at: offset, "the file ends within a header")
        return nil
      }
      if bytes.byte(at: offset) == 0 {
        offset += 1
        return attributes
      }
      guard attributes.count < limits.attributes, offset < limits.headerBytes else {
        findings.add(
          .limitExceeded, place, at: offset,
          "the header has more than \(limits.attributes) attributes or"
            + " \(limits.headerBytes) bytes")
        return nil
      }
      guard let attribute = attribute(place, &findings) else { return nil }
      attributes.append(attribute)
    }
  }

  private mutating func attribute(
    _ place: FindingPlace, _ findings: inout FindingList
  ) -> Attribute? {
    let start = offset
    guard let nameBytes = readName("an attribute", place, &findings) else { return nil }
    let name = String(decoding: nameBytes, as: UTF8.self)
    guard let type = readName("the type of \(name)", place, &findings) else { return nil }
    if type.isEmpty {
      findings.add(.headerMalformed, place, at: start, "attribute \(name) has no type")
    }
    guard bytes.byteCount - offset >= 4 else {
      findings.add(
        .headerTruncated, place, at: start, "the file ends within attribute \(name)")
      return nil
    }
    let count = Int(bytes.i32(at: offset))
    guard count >= 0 else {
      findings.add(
        .headerMalformed, place, at: offset, "attribute \(name) has a size of \(count) bytes")
      return nil
    }
    offset += 4
    guard count <= bytes.byteCount - offset else {
      findings.add(
        .headerTruncated, place, at: start,
        "attribute \(name) has \(counted(count, "byte")), of which \(bytes.byteCount - offset)"
          + " are left")
      return nil
    }
    guard count <= limits.headerBytes else {
      findings.add(
        .limitExceeded, place, at: start,
        "attribute \(name) has \(count) bytes; the limit is \(limits.headerBytes)")
      return nil
    }
    let value = bytes.copy(offset..<offset + count)
    offset += count
    return Attribute(nameBytes: nameBytes, typeBytes: type, value: value, byteOffset: start)
  }

  /// Bytes within which the end of a name is looked for: one that is too long is still read, so
  /// that what follows can be understood.
  private static let nameSearch = 4096

  /// A name and its zero byte.
  private mutating func readName(
    _ what: @autoclosure () -> String, _ place: FindingPlace, _ findings: inout FindingList
  ) -> [UInt8]? {
    let start = offset
    let stop = min(bytes.byteCount, start + HeaderReader.nameSearch)
    var end = start
    while end < stop && bytes.byte(at: end) != 0 { end += 1 }
    guard end < stop else {
      let isCut = stop == bytes.byteCount
      findings.add(
        isCut ? .headerTruncated : .headerMalformed, place, at: start,
        isCut
          ? "the file ends within the name of \(what())"
          : "the name of \(what()) does not end within \(HeaderReader.nameSearch) bytes")
      return nil
    }
    if end - start > flags.longestName {
      findings.add(
        .nameTooLong, place, at: start,
        "the name of \(what()) has \(end - start) bytes; this file allows \(flags.longestName)")
    }
    offset = end + 1
    return bytes.copy(start..<end)
  }
}
