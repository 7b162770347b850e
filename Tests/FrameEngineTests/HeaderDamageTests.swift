import Testing

@testable import FrameEngine

/// Headers broken one rule at a time.
@Suite struct HeaderDamageTests {
  private let zip = Damage(.lines(.zip))
  private let tiled = Damage(.tiles(.zip, .mip))
  private let deep = Damage(.deepLines)
  private let several = Damage(.several)

  private func version(_ damage: Damage, _ flags: UInt32) -> [UInt8] {
    damage.with { $0.put(flags, at: 4) }
  }

  @Test func versions() {
    #expect(version(zip, 1).faults == [.versionUnsupported])
    #expect(version(zip, 3).faults == [.versionUnsupported])
    #expect(version(zip, 2 | 0x2000).faults == [.versionFlags])
    #expect(version(zip, 2 | 0x8000_0000).faults == [.versionFlags])
    #expect(version(zip, 2 | 0x400).faults == [])
    #expect(version(several, 2 | 0x1000 | 0x200).faults == [.versionFlags])
    #expect(version(several, 2 | 0x1000 | 0x800).faults == [.versionFlags])
    #expect(version(zip, 2 | 0x800).faults.contains(.attrMissing))
    #expect(version(zip, 2 | 0x200).faults == [.attrMissing])
  }

  @Test func everyCutOfAHeaderIsNamed() {
    for damage in [zip, several] {
      for count in 4..<damage.sound.headerByteCount {
        #expect(Array(damage.bytes.prefix(count)).faults == [.headerTruncated], "\(count)")
      }
    }
  }

  @Test func malformed() {
    let offset = zip.sound.parts[0].attribute("compression")!.byteOffset
    let size = offset + "compression".utf8.count + "compression".utf8.count + 2
    #expect(zip.with { $0.put(Int32(-1), at: size) }.faults == [.headerMalformed])
    #expect(zip.with { $0.put(Int32.max, at: size) }.faults == [.headerTruncated])
    let endless = zip.header { $0[0].name = String(repeating: "x", count: 5000) }
    #expect(endless.faults == [.headerMalformed])
    let noType = zip.header { $0.append(Attribute(name: "x", type: "", value: [])) }
    #expect(noType.faults == [.headerMalformed])
    #expect(Array(several.bytes.prefix(8) + [0, 0, 0]).faults == [.headerMalformed])
  }

  @Test func longNames() {
    let long = String(repeating: "n", count: 32)
    let longest = zip.header { $0.append(Attribute(String(repeating: "n", count: 300), int: 1)) }
    #expect(longest.faults == [.nameTooLong])
    let name = zip.header { $0.append(Attribute(long, int: 1)) }
    #expect(name.faults == [.nameTooLong])
    let type = zip.header { $0.append(Attribute(name: "n", type: long, value: [])) }
    #expect(type.faults == [.nameTooLong])
    let channel = zip.value("channels") { $0.insert(contentsOf: Array(long.utf8), at: 0) }
    #expect(channel.faults == [.nameTooLong, .channelOrder] || channel.faults == [.nameTooLong])
    var allowed = name
    allowed.put(UInt32(2 | 0x400), at: 4)
    #expect(allowed.faults == [])
  }

  @Test func missing() {
    let always = [
      "channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio",
      "screenWindowCenter", "screenWindowWidth",
    ]
    let all: [(Damage, [String])] = [
      (zip, always), (tiled, always + ["tiles"]),
      (deep, always + ["name", "type", "chunkCount", "version"]),
      (several, always + ["name", "type", "chunkCount"]),
    ]
    for (damage, names) in all {
      for name in names {
        let broken = damage.header { attributes in attributes.removeAll { $0.name == name } }
        let findings = Container(reading: broken.rawBytes).findings
        let missing = findings.filter { $0.code == .attrMissing }
        #expect(missing.count == 1 && missing[0].text.contains(name), "\(name): \(findings)")
        // Of a part among others, the name and the windows are shared knowledge.
        if damage.sound.parts.count == 1 { #expect(findings.count == 1, "\(name): \(findings)") }
      }
    }
  }

  @Test func twice() {
    for attribute in zip.sound.parts[0].attributes {
      #expect(zip.header { $0.append(attribute) }.faults == [.attrDuplicate], "\(attribute.name)")
    }
  }

  @Test func mistyped() {
    for damage in [zip, tiled, deep, several] {
      for (index, attribute) in damage.sound.parts[0].attributes.enumerated() {
        let broken = damage.header { $0[index].type = "box3i" }
        #expect(broken.faults.contains(.attrType), "\(attribute.name)")
      }
    }
    let codes = zip.header { $0.append(Attribute("timeCode", int: 1)) }.faults
    #expect(codes == [.attrType])
  }

  @Test func sizes() {
    for attribute in tiled.sound.parts[0].attributes {
      #expect(tiled.value(attribute.name) { $0.append(1) }.faults.contains(.attrSize))
      #expect(tiled.value(attribute.name) { $0.removeLast() }.faults.contains(.attrSize))
    }
    let wrong: [(String, [UInt8])] = [
      ("timecode", [1]), ("m44f", [1]), ("preview", [1, 0, 0, 0, 1, 0, 0, 0]),
      ("stringvector", [9, 0, 0, 0, 1]), ("stringvector", [1]), ("floatvector", [1]),
      ("preview", [UInt8](repeating: 255, count: 12)),
    ]
    for (type, value) in wrong {
      let broken = zip.header { $0.append(Attribute(name: "x", type: type, value: value)) }
      #expect(broken.faults == [.attrSize], "\(type)")
    }
    let unknown = zip.header { $0.append(Attribute(name: "x", type: "own", value: [1, 2, 3])) }
    #expect(unknown.faults == [])
  }

  @Test func ranges() {
    #expect(zip.value("lineOrder") { $0[0] = 3 }.faults == [.attrRange])
    for ratio in [0, -1, Float.nan, .infinity, 1e9] {
      let bits = ratio.bitPattern
      #expect(zip.value("pixelAspectRatio") { $0.put(bits, at: 0) }.faults == [.attrRange])
    }
    let infinite = Float.infinity.bitPattern
    #expect(zip.value("screenWindowWidth") { $0.put(infinite, at: 0) }.faults == [.attrRange])
    #expect(zip.value("screenWindowCenter") { $0.put(infinite, at: 4) }.faults == [.attrRange])
    #expect(zip.value("channels") { $0 = [0] }.faults == [.attrRange])
    #expect(deep.value("version") { $0.put(Int32(2), at: 0) }.faults == [.attrRange])
    #expect(deep.value("maxSamplesPerPixel") { $0.put(Int32(-2), at: 0) }.faults == [.attrRange])
    let rate = Attribute("framesPerSecond", rational: Rational(numerator: 24, denominator: 0))
    #expect(zip.header { $0.append(rate) }.faults == [.attrRange])
  }

  @Test func windows() {
    for name in ["dataWindow", "displayWindow"] {
      #expect(zip.value(name) { $0.put(Int32(-9), at: 8) }.faults == [.windowInvalid])
      let huge = zip.value(name) {
        $0.put(Int32.min, at: 0)
        $0.put(Int32.max, at: 8)
      }
      #expect(huge.faults == [.windowInvalid])
    }
    #expect(zip.value("dataWindow") { $0.put(Int32(1 << 29), at: 8) }.faults == [.limitExceeded])
    #expect(
      zip.value("dataWindow") { $0.put(Int32(1 << 20), at: 12) }.faults == [.chunkTableTruncated])
  }

  @Test func channelLists() {
    let entry = "A".utf8.count + 1 + 16
    #expect(zip.value("channels") { $0[0] = UInt8(ascii: "Z") }.faults == [.channelOrder])
    #expect(zip.value("channels") { $0[entry] = UInt8(ascii: "A") }.faults == [.channelDuplicate])
    #expect(zip.value("channels") { $0.put(Int32(3), at: 2) }.faults == [.pixelType])
    #expect(zip.value("channels") { $0.put(Int32(0), at: 10) }.faults == [.samplingInvalid])
    #expect(zip.value("channels") { $0.put(Int32(3), at: 10) }.faults == [.samplingInvalid])
    #expect(tiled.value("channels") { $0.put(Int32(2), at: 10) }.faults.contains(.samplingInvalid))
    #expect(deep.value("channels") { $0.put(Int32(2), at: 14) }.faults.contains(.samplingInvalid))
  }

  @Test func codecs() {
    #expect(zip.value("compression") { $0[0] = 12 }.faults == [.codecUnknown])
    #expect(zip.value("compression") { $0[0] = 255 }.faults == [.codecUnknown])
    #expect(deep.value("compression") { $0[0] = 4 }.faults.contains(.codecUnknown))
  }

  @Test func tileSizes() {
    #expect(tiled.value("tiles") { $0.put(UInt32(0), at: 0) }.faults == [.tilesInvalid])
    #expect(tiled.value("tiles") { $0[8] = 3 }.faults == [.tilesInvalid])
    #expect(tiled.value("tiles") { $0[8] = 0x21 }.faults == [.tilesInvalid])
    #expect(tiled.value("tiles") { $0.put(UInt32.max, at: 4) }.faults == [.limitExceeded])
  }

  @Test func partsOfOneFile() {
    let name = several.value("name", 1) { $0 = Array("beauty".utf8) }
    #expect(name.faults == [.partNameDuplicate])
    #expect(several.value("type", 0) { $0 = Array("image".utf8) }.faults == [.partType])
    let window = several.value("displayWindow", 1) { $0.put(Int32(400), at: 8) }
    #expect(window.faults == [.partsDisagree])
    let aspect = several.value("pixelAspectRatio", 2) { $0.put(Float(2).bitPattern, at: 0) }
    #expect(aspect.faults == [.partsDisagree])
    let time = Attribute(
      "timeCode", timeCode: TimeCode(hours: 1, minutes: 2, seconds: 3, frames: 4))
    #expect(several.header(1) { $0.append(time) }.faults == [.partsDisagree])
    #expect(several.header(0) { $0.append(time) }.faults == [])
    let contrary = zip.header { $0.append(Attribute("type", text: "tiledimage")) }
    #expect(contrary.faults == [.partType])
  }

  @Test func aPartThatCannotBeUnderstoodHidesOnlyThoseBehindIt() {
    let broken = several.value("compression", 1) { $0[0] = 99 }
    let container = Container(reading: broken.rawBytes)
    #expect(container.findings.map(\.code) == [.codecUnknown])
    #expect(container.parts.map(\.name) == ["beauty"])
    #expect(container.chunks[0].allSatisfy { $0 != nil })
  }

  @Test func chunkCounts() {
    let broken = several.value("chunkCount", 1) { $0.put(Int32(7), at: 0) }
    let container = Container(reading: broken.rawBytes)
    #expect(container.findings.map(\.code) == [.chunkCount])
    #expect(container.findings[0].severity == .warning)
    #expect(container.chunks.map(\.count) == several.sound.chunks.map(\.count))
  }

  @Test func limits() {
    let bytes = several.bytes
    func codes(_ change: (inout FrameLimits) -> Void) -> Set<FindingCode> {
      var limits = FrameLimits()
      change(&limits)
      return Set(Container(reading: bytes.rawBytes, limits: limits).findings.map(\.code))
    }
    #expect(codes { _ in } == [])
    #expect(codes { $0.parts = 2 } == [.limitExceeded])
    #expect(codes { $0.attributes = 9 } == [.limitExceeded])
    #expect(codes { $0.headerBytes = 100 } == [.limitExceeded])
    #expect(codes { $0.channels = 3 } == [.limitExceeded])
    #expect(codes { $0.tileSide = 31 } == [.limitExceeded])
    #expect(codes { $0.imageBytes = 100_000 } == [.limitExceeded])
    #expect(codes { $0.chunkBytes = 10_000 } == [.limitExceeded])
    #expect(codes { $0.chunks = 40 } == [.limitExceeded])
    #expect(codes { $0.windowSide = 256 } == [.windowInvalid])
  }
}
