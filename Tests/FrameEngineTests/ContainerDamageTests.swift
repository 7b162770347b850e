import Testing

@testable import FrameEngine

/// Files broken in the ways that farms see, and what must be said of each: exactly this.
@Suite struct ContainerDamageTests {
  private let plain = Damage(.lines(.none))
  private let zip = Damage(.lines(.zip))
  private let several = Damage(.several)
  private let mips = Damage(.tiles(.zip, .mip))

  @Test func emptyAndForeign() {
    #expect([UInt8]().faults == [.fileEmpty])
    #expect([UInt8]("\u{89}PNG\r\n".utf8).faults == [.notEXR])
    let png = Container(reading: ([0x89] + Array("PNG\r\n".utf8)).rawBytes)
    #expect(png.findings.first?.text == "the file is a PNG image")
    #expect([UInt8](repeating: 0, count: 5000).faults == [.notEXR])
    #expect(zip.bytes.prefix(3).array.faults == [.headerTruncated])
  }

  @Test func cutCopies() {
    for damage in [plain, zip, several, mips] {
      let half = damage.bytes.prefix(damage.bytes.count / 2).array
      var expected: Set<FindingCode> = [.fileTruncated, .chunkMissing]
      if damage.sound.parts.contains(where: \.kind.isTiled) { expected.insert(.levelIncomplete) }
      #expect(half.faults == expected)
    }
    #expect(zip.bytes.dropLast().array.faults == [.fileTruncated, .chunkMissing])
    #expect(zip.bytes.prefix(200).array.faults == [.headerTruncated])
    let cut = Container(reading: zip.bytes.dropLast().array.rawBytes)
    #expect(cut.chunks[0].dropLast() == zip.sound.chunks[0].dropLast())
    #expect(cut.chunks[0].last! == nil)
  }

  @Test func cutBetweenChunks() {
    let cut = zip.bytes.prefix(zip.record(zip.middle).leaderOffset).array
    #expect(cut.faults == [.fileTruncated, .chunkMissing])
  }

  @Test func cutWithinTheTable() {
    #expect(zip.bytes.prefix(zip.entry(3) + 1).array.faults == [.chunkTableTruncated])
    let cut = Container(reading: zip.bytes.prefix(zip.entry(3)).array.rawBytes)
    #expect(cut.parts == zip.sound.parts && cut.chunks == [[]])
  }

  @Test func leaderOfAnotherLine() {
    for damage in [plain, zip] {
      let record = damage.record(damage.middle)
      let broken = damage.with { $0.put(Int32(99_999), at: record.leaderOffset) }
      #expect(broken.faults == [.chunkLeader])
      let container = Container(reading: broken.rawBytes)
      #expect(container.findings[0].place.chunk == damage.middle)
      #expect(container.findings[0].byteOffset == record.leaderOffset)
      #expect(container.chunks == damage.sound.chunks, "its payload is still used")
    }
  }

  @Test func leaderOfAnotherPart() {
    let record = several.record(4, 1)
    let broken = several.with { $0.put(Int32(0), at: record.leaderOffset) }
    #expect(broken.faults == [.chunkLeader])
    #expect(Container(reading: broken.rawBytes).findings[0].place.part == 1)
    #expect(several.with { $0.put(Int32(77), at: record.leaderOffset) }.faults == [.chunkLeader])
  }

  @Test func leaderOfAnotherTile() {
    let record = mips.record(mips.middle)
    let tile = mips.with { $0.put(Int32(500), at: record.leaderOffset + 4) }
    #expect(tile.faults == [.chunkLeader])
    let level = mips.with { $0.put(Int32(1), at: record.leaderOffset + 12) }
    #expect(level.faults == [.chunkLeader])
  }

  @Test func chunkOfZeros() {
    let record = zip.record(zip.middle)
    let whole = zip.with { $0.zero(record.leaderOffset..<record.payload.upperBound) }
    #expect(whole.faults == [.chunkLeader, .zeroPages])
    let payload = zip.with { $0.zero(record.payload) }
    #expect(payload.faults == [.zeroPages])
    let finding = Container(reading: payload.rawBytes).findings[0]
    #expect(finding.place.chunk == zip.middle && (finding.count ?? 0) > 2)
    #expect(finding.severity == .warning)
    #expect(plain.with { $0.zero(plain.record(plain.middle).payload) }.faults == [])
  }

  @Test func pagesOfZeros() {
    for damage in [plain, zip] {
      let start = (damage.record(damage.middle).leaderOffset + 4095) / 4096 * 4096
      let broken = damage.with { $0.zero(start..<start + 65536) }
      let container = Container(reading: broken.rawBytes)
      let codes = Set(container.findings.map(\.code))
      #expect(codes.isSuperset(of: [.zeroPages, .chunkLeader]))
      let lost = container.chunks[0].filter { $0 == nil }.count
      #expect(lost > 0 && lost <= 65536 / damage.record(0).payload.count + 2)
    }
  }

  @Test func writerDied() {
    for damage in [plain, zip, mips] {
      let offset = damage.record(damage.middle).leaderOffset
      for cut in [offset, offset + 5, offset + 300] {
        let broken = damage.withoutTable(damage.bytes.prefix(cut).array)
        var expected: Set<FindingCode> = [.writerDied, .chunkMissing]
        if damage.sound.parts[0].kind.isTiled { expected.insert(.levelIncomplete) }
        #expect(broken.faults == expected)
        let container = Container(reading: broken.rawBytes)
        #expect(
          container.chunks[0].prefix(damage.middle) == damage.sound.chunks[0][..<damage.middle])
        let died = container.findings.first { $0.code == .writerDied }
        #expect(died?.count == damage.count() - damage.middle)
      }
    }
  }

  @Test func writerDiedBeforeTheFirstChunk() {
    let cut = zip.withoutTable(zip.bytes.prefix(zip.record(0).leaderOffset).array)
    #expect(cut.faults == [.writerDied, .chunkMissing])
  }

  @Test(arguments: SampleFrame.all) func writerDiedInEveryLayout(frame: SampleFrame) {
    let damage = Damage(frame)
    let records = damage.sound.chunks.joined().map { $0! }
      .sorted { $0.leaderOffset < $1.leaderOffset }
    let cut = damage.bytes.prefix(records.last!.leaderOffset).array
    #expect(damage.withoutTable(cut).faults.contains(.writerDied), "\(frame.name)")
    let start = damage.bytes.prefix(records[0].payload.upperBound).array
    let garbage = damage.withoutTable(start + TestBytes.x(4, 999))
    #expect(garbage.faults.contains(.writerDied), "\(frame.name)")
  }

  @Test func aDamagedLastChunkIsNoDeath() {
    let last = zip.record(zip.count() - 1)
    let broken = zip.withoutTable(zip.with { $0.put(Int32(99_999), at: last.leaderOffset) })
    #expect(broken.faults == [.chunkTableZero, .chunkMissing, .trailingBytes])
  }

  /// Three leaders lost, and no table: every other chunk is found.
  @Test func aHoleInAFileWithoutTable() {
    let (first, last) = (zip.record(3), zip.record(5))
    let broken = zip.withoutTable(
      zip.with { $0.zero(first.leaderOffset + 2..<last.payload.upperBound - 7) })
    let container = Container(reading: broken.rawBytes)
    #expect(
      Set(container.findings.map(\.code)) == [
        .chunkTableZero, .chunkMissing, .chunkGap, .zeroPages,
      ])
    for index in 0..<zip.count() {
      let expected = (3...5).contains(index) ? nil : zip.sound.chunks[0][index]
      #expect(container.chunks[0][index] == expected)
    }
  }

  @Test func writerDiedInAFileOfFullLength() {
    let offset = zip.record(zip.middle).leaderOffset
    let broken = zip.withoutTable(zip.with { $0.zero(offset..<$0.count) })
    #expect(broken.faults == [.writerDied, .chunkMissing, .trailingBytes, .zeroPages])
  }

  @Test func writerDiedTellsTheDeepHeader() {
    let damage = Damage(.deepLines)
    let cut = damage.bytes.prefix(damage.record(damage.middle).leaderOffset).array
    let container = Container(reading: damage.withoutTable(cut).rawBytes)
    let died = container.findings.first { $0.code == .writerDied }
    #expect(died?.text.contains("maxSamplesPerPixel") == true)
  }

  @Test(arguments: SampleFrame.all) func tableOfZeros(frame: SampleFrame) {
    let damage = Damage(frame)
    let container = Container(reading: damage.withoutTable(damage.bytes).rawBytes)
    #expect(Set(container.findings.map(\.code)) == [.chunkTableZero], "\(frame.name)")
    #expect(container.chunks == damage.sound.chunks, "\(frame.name)")
  }

  @Test(arguments: SampleFrame.all) func halfATableOfZeros(frame: SampleFrame) {
    let damage = Damage(frame)
    let broken = damage.with { $0.zero(damage.entry(damage.middle)..<damage.entry(damage.count())) }
    let container = Container(reading: broken.rawBytes)
    #expect(Set(container.findings.map(\.code)) == [.chunkTablePartial], "\(frame.name)")
    #expect(container.findings.first?.count == damage.count() - damage.middle)
    #expect(container.chunks == damage.sound.chunks, "\(frame.name)")
  }

  @Test(arguments: SampleFrame.all) func twoEntriesForOneChunk(frame: SampleFrame) {
    let damage = Damage(frame)
    let m = damage.middle
    let broken = damage.with {
      $0.put(UInt64(damage.record(m - 1).leaderOffset), at: damage.entry(m))
    }
    let container = Container(reading: broken.rawBytes)
    #expect(Set(container.findings.map(\.code)) == [.chunkTableDuplicate], "\(frame.name)")
    #expect(container.findings[0].place.chunk == m)
    #expect(container.chunks == damage.sound.chunks, "\(frame.name)")
  }

  @Test func entriesThatLeadElsewhere() {
    let m = zip.middle
    let swapped = zip.with {
      $0.put(UInt64(zip.record(m).leaderOffset), at: zip.entry(m + 1))
      $0.put(UInt64(zip.record(m + 1).leaderOffset), at: zip.entry(m))
    }
    #expect(swapped.faults == [.chunkTableWrong])
    #expect(Container(reading: swapped.rawBytes).chunks == zip.sound.chunks)
    let shifted = zip.with { $0.put(UInt64(zip.record(m).leaderOffset + 7), at: zip.entry(m)) }
    #expect(shifted.faults == [.chunkTableWrong])
    for entry in [3, UInt64(zip.bytes.count) + 1, UInt64.max, 1 << 63] {
      let outside = zip.with { $0.put(entry, at: zip.entry(m)) }
      #expect(outside.faults == [.chunkTableRange])
      #expect(Container(reading: outside.rawBytes).chunks == zip.sound.chunks)
    }
  }

  @Test func wrongTableOfAWholeFile() {
    let broken = mips.with {
      for index in 0..<mips.count() {
        $0.put(UInt64(mips.record(index).leaderOffset + 1), at: mips.entry(index))
      }
    }
    #expect(broken.faults == [.chunkTableWrong])
    #expect(Container(reading: broken.rawBytes).chunks == mips.sound.chunks)
  }

  @Test func bytesBehindAndBetween() {
    let more = TestBytes.x(5, 100_000)
    #expect((zip.bytes + more).faults == [.trailingBytes])
    let gap = zip.inserting(TestBytes.x(6, 32), at: zip.record(zip.middle).leaderOffset)
    #expect(gap.faults == [.chunkGap])
    let finding = Container(reading: gap.rawBytes).findings[0]
    #expect(finding.count == 32 && finding.byteOffset == zip.record(zip.middle).leaderOffset)
  }

  @Test func impossibleSizes() {
    let m = plain.middle
    let record = plain.record(m)
    var short = plain.bytes
    short.removeSubrange(record.payload.upperBound - 50..<record.payload.upperBound)
    short.put(Int32(record.payload.count - 50), at: record.leaderOffset + 4)
    for index in m + 1..<plain.count() {
      short.put(UInt64(plain.record(index).leaderOffset - 50), at: plain.entry(index))
    }
    #expect(short.faults == [.chunkSize])
    for size in [0, -1, Int32.max, Int32.min] {
      let place = zip.record(zip.middle).leaderOffset + 4
      let broken = zip.with { $0.put(Int32(size), at: place) }
      #expect(broken.faults == [.chunkSize])
      #expect(Container(reading: broken.rawBytes).chunks[0][zip.middle] == nil)
      #expect(zip.withoutTable(broken).faults.isSuperset(of: [.chunkTableZero, .chunkMissing]))
    }
  }

  @Test func sharedBytes() {
    let record = zip.record(zip.middle)
    let broken = zip.with {
      $0.put(Int32(record.payload.count + 100), at: record.leaderOffset + 4)
    }
    #expect(broken.faults == [.chunkOverlap])
    let finding = Container(reading: broken.rawBytes).findings[0]
    #expect(finding.place.chunk == zip.middle + 1 && finding.count == 100)
  }

  @Test func chunksInAnotherOrder() {
    let m = zip.middle
    let (first, second) = (zip.record(m), zip.record(m + 1))
    let broken = zip.with {
      let a = Array(zip.bytes[first.leaderOffset..<first.payload.upperBound])
      let b = Array(zip.bytes[second.leaderOffset..<second.payload.upperBound])
      $0.replaceSubrange(first.leaderOffset..<second.payload.upperBound, with: b + a)
      $0.put(UInt64(first.leaderOffset), at: zip.entry(m + 1))
      $0.put(UInt64(first.leaderOffset + b.count), at: zip.entry(m))
    }
    #expect(broken.faults == [.chunkOrder])
    #expect(Container(reading: broken.rawBytes).findings[0].severity == .warning)
  }

  @Test func tilesThatAreNowhere() {
    let m = mips.middle
    let record = mips.record(m)
    let broken = mips.with {
      $0.zero(record.leaderOffset..<record.payload.upperBound)
      $0.zero(mips.entry(m)..<mips.entry(m + 1))
    }
    #expect(
      broken.faults == [.chunkTablePartial, .chunkMissing, .levelIncomplete, .chunkGap, .zeroPages])
    let level = Container(reading: broken.rawBytes).findings.first { $0.code == .levelIncomplete }
    #expect(level?.count == 1)
  }

  @Test func deepSizesBeyondLimits() {
    let damage = Damage(.deepLines)
    let offset = damage.record(damage.middle).leaderOffset
    let huge = damage.with { $0.put(UInt64.max, at: offset + 20) }
    #expect(huge.faults == [.limitExceeded])
    let packed = damage.with { $0.put(UInt64.max / 2, at: offset + 12) }
    #expect(packed.faults == [.chunkSize])
  }
}

extension Sequence<UInt8> {
  fileprivate var array: [UInt8] { Array(self) }
}
