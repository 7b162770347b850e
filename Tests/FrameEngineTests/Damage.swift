@testable import FrameEngine

/// A sound frame and ways to break it.
struct Damage {
  let bytes: [UInt8]
  let sound: Container

  init(_ frame: SampleFrame) {
    let bytes = frame.bytes()
    let container = Container(reading: bytes.rawBytes)
    precondition(container.findings.isEmpty, "\(frame.name): \(container.findings)")
    self.bytes = bytes
    sound = container
  }

  /// Chunks of a part.
  func count(_ part: Int = 0) -> Int { sound.chunks[part].count }
  /// The middle chunk of the first part.
  var middle: Int { count() / 2 }
  func record(_ index: Int, _ part: Int = 0) -> ChunkRecord { sound.chunks[part][index]! }

  /// Where an entry of an offset table lies.
  func entry(_ index: Int, _ part: Int = 0) -> Int {
    sound.headerByteCount + 8 * (sound.chunks[..<part].reduce(0) { $0 + $1.count } + index)
  }

  /// The file with some of its bytes changed.
  func with(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var copy = bytes
    change(&copy)
    return copy
  }

  /// The file with `more` at `offset`, and what the table says behind it moved along.
  func inserting(_ more: [UInt8], at offset: Int) -> [UInt8] {
    var copy = bytes
    copy.insert(contentsOf: more, at: offset)
    for part in sound.chunks.indices {
      for index in sound.chunks[part].indices where record(index, part).leaderOffset >= offset {
        copy.put(UInt64(record(index, part).leaderOffset + more.count), at: entry(index, part))
      }
    }
    return copy
  }

  /// The file with the header of a part changed, and the table moved along.
  func header(_ part: Int = 0, _ change: (inout [Attribute]) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: Array(bytes[..<8]))
    for (number, original) in sound.parts.enumerated() {
      var attributes = original.attributes
      if number == part { change(&attributes) }
      for attribute in attributes {
        writer.append(contentsOf: Array(attribute.name.utf8) + [0])
        writer.append(contentsOf: Array(attribute.type.utf8) + [0])
        writer.append(Int32(attribute.value.count))
        writer.append(contentsOf: attribute.value)
      }
      writer.append(UInt8(0))
    }
    if sound.parts.count > 1 { writer.append(UInt8(0)) }
    let shift = writer.count - sound.headerByteCount
    for part in sound.chunks.indices {
      for index in sound.chunks[part].indices {
        writer.append(UInt64(record(index, part).leaderOffset + shift))
      }
    }
    return writer.bytes + bytes[(sound.headerByteCount + totalCount * 8)...]
  }

  /// The file with the value of an attribute changed in place.
  func value(_ name: String, _ part: Int = 0, _ change: (inout [UInt8]) -> Void) -> [UInt8] {
    header(part) { attributes in
      let index = attributes.firstIndex { $0.name == name }!
      change(&attributes[index].value)
    }
  }

  /// Every offset table zero.
  func withoutTable(_ bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    copy.zero(sound.headerByteCount..<sound.headerByteCount + totalCount * 8)
    return copy
  }

  private var totalCount: Int { sound.chunks.reduce(0) { $0 + $1.count } }
}

extension [UInt8] {
  /// Stores an integer, the least significant byte first.
  mutating func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    for place in 0..<MemoryLayout<T>.size {
      self[offset + place] = UInt8(truncatingIfNeeded: value >> (8 * T(place)))
    }
  }

  mutating func zero(_ range: Range<Int>) {
    for index in range { self[index] = 0 }
  }

  /// What is wrong with the structure of the file that these bytes are.
  var faults: Set<FindingCode> { Set(Container(reading: rawBytes).findings.map(\.code)) }
}
