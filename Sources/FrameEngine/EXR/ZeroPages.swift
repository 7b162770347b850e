/// Whole pages of zeros, which storage leaves where data was lost.
enum ZeroPages {
  /// Bytes of a page, on whose multiples file systems and networks lose data.
  static let byteCount = 4096

  /// How many pages of the file lie whole in `range` and are all zero.
  ///
  /// Costs one cache line for each page that is not zero.
  static func count(in range: Range<Int>, _ bytes: RawSpan) -> Int {
    var page = (range.lowerBound + byteCount - 1) / byteCount * byteCount
    var count = 0
    while page + byteCount <= range.upperBound {
      if isZero(page..<page + byteCount, bytes) { count += 1 }
      page += byteCount
    }
    return count
  }

  /// Whether no packer leaves pages of zeros in the payloads of a part: everywhere but in raw
  /// samples, which black pictures fill with zeros, and which B44 keeps for channels that are not
  /// half.
  static func meanLoss(in part: Part) -> Bool {
    switch part.codec {
    case .none: false
    case .b44, .b44a: part.channels.allSatisfy { $0.type == .half }
    default: true
    }
  }

  /// Whether every byte of `range`, which lies inside, is zero.
  static func isZero(_ range: Range<Int>, _ bytes: RawSpan) -> Bool {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      if bytes.u64(at: offset) != 0 { return false }
      offset += 8
    }
    while offset < range.upperBound {
      if bytes.byte(at: offset) != 0 { return false }
      offset += 1
    }
    return true
  }
}

extension ChunkSurvey {
  /// Pages of zeros in payloads where no packer leaves any.
  mutating func judgeZeroPages(_ bytes: RawSpan) {
    for layout in layouts where ZeroPages.meanLoss(in: layout.part) {
      for index in records[layout.number].indices {
        guard let record = records[layout.number][index],
          states[layout.number][index] != .damagedLeader
        else { continue }
        let zeros = ZeroPages.count(in: record.payload, bytes)
        guard zeros > 0 else { continue }
        findings.add(
          .zeroPages, place(layout.number, index), at: record.payload.lowerBound, count: zeros,
          "\(counted(zeros, "page")) of zeros in the packed bytes of chunk \(index)")
      }
    }
  }
}
