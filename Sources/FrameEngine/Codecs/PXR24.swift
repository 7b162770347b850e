import CKernels

/// How PXR24 arranges the samples of a row before they are deflated: each is replaced by its
/// difference to the one before it in the row, and the differences are split into planes, that of
/// their most significant bytes first. Halves make two planes, unsigned integers four; floats are
/// cut to their 24 most significant bits and make three (OpenEXR, "PXR24 compression").
enum PXR24 {
  /// Bytes of a sample in the planes.
  static func planeCount(_ type: PixelType) -> Int {
    switch type {
    case .uint: 4
    case .half: 2
    case .float: 3
    }
  }

  /// Bytes of all planes of a chunk.
  static func planesByteCount(_ shape: ChunkShape) -> Int { byteCounts(shape).planes }

  /// Bytes of a chunk, row by row as `join` and `split` go: of its planes, and of its samples.
  private static func byteCounts(_ shape: ChunkShape) -> (planes: Int, samples: Int) {
    var counts = (planes: 0, samples: 0)
    forEachRow(shape) { type, samples in
      counts.planes += samples * planeCount(type)
      counts.samples += samples * type.byteCount
    }
    return counts
  }

  /// Takes planes back, row by row; a float's lowest 8 bits become 0. The spans have the lengths
  /// that `shape` says.
  static func join(_ planes: RawSpan, _ shape: ChunkShape, into target: inout MutableRawSpan) {
    precondition(byteCounts(shape) == (planes.byteCount, target.byteCount))
    unsafe planes.withUnsafeBytes { source in
      unsafe target.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        var source = unsafe from.assumingMemoryBound(to: UInt8.self)
        var target = unsafe to.assumingMemoryBound(to: UInt8.self)
        forEachRow(shape) { type, samples in
          let planes = planeCount(type)
          unsafe farmio_exr_pxr24_join(source, samples, Int32(planes), target)
          unsafe source += samples * planes
          unsafe target += samples * type.byteCount
        }
      }
    }
  }

  /// Makes planes, row by row; floats are rounded to 24 bits. The spans have the lengths that
  /// `shape` says.
  static func split(_ source: RawSpan, _ shape: ChunkShape, into planes: inout MutableRawSpan) {
    precondition(byteCounts(shape) == (planes.byteCount, source.byteCount))
    unsafe source.withUnsafeBytes { source in
      unsafe planes.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        var source = unsafe from.assumingMemoryBound(to: UInt8.self)
        var target = unsafe to.assumingMemoryBound(to: UInt8.self)
        forEachRow(shape) { type, samples in
          let planes = planeCount(type)
          unsafe farmio_exr_pxr24_split(source, samples, Int32(planes), target)
          unsafe source += samples * type.byteCount
          unsafe target += samples * planes
        }
      }
    }
  }

  /// Calls `body` for every row of every channel in the order of the chunk's bytes.
  private static func forEachRow(
    _ shape: ChunkShape, _ body: (_ type: PixelType, _ samples: Int) -> Void
  ) {
    for y in shape.window.minY...shape.window.maxY {
      for index in shape.channels.indices where shape.channels[index].hasRow(y) {
        body(shape.channels[index].type, shape.samples(of: index))
      }
    }
  }
}

/// PXR24 one sample at a time: the specification that every kernel must agree with.
enum ScalarPXR24 {
  /// The planes of a row of samples, of which a float is 24 bits here.
  static func split(_ row: [UInt32], planes count: Int) -> [UInt8] {
    var planes = [UInt8](repeating: 0, count: row.count * count)
    var before: UInt32 = 0
    for (index, sample) in row.enumerated() {
      let difference = sample &- before
      before = sample
      for plane in 0..<count {
        let shift = UInt32(8 * (count - 1 - plane))
        planes[plane * row.count + index] = UInt8(truncatingIfNeeded: difference >> shift)
      }
    }
    return planes
  }

  /// The samples of a row, a float in 24 bits.
  static func join(_ planes: [UInt8], planes count: Int) -> [UInt32] {
    let samples = planes.count / count
    let mask = UInt32.max >> UInt32(8 * (4 - count))
    var sum: UInt32 = 0
    return (0..<samples).map { index in
      let difference = (0..<count).reduce(UInt32(0)) { value, plane in
        value << 8 | UInt32(planes[plane * samples + index])
      }
      sum = (sum &+ difference) & mask
      return sum
    }
  }

  /// The 24 most significant bits of a float, rounded half up in magnitude. What would round to
  /// infinity is cut instead, infinities stay, and no NaN becomes one.
  static func cut(_ bits: UInt32) -> UInt32 {
    let sign = bits & 0x8000_0000
    let magnitude = bits & 0x7FFF_FFFF
    var kept = magnitude >> 8
    if magnitude > 0x7F80_0000 {
      if kept & 0x7FFF == 0 { kept |= 1 }
    } else if magnitude < 0x7F7F_FF80 {
      kept = (magnitude + (magnitude & 0x80)) >> 8
    }
    return sign >> 8 | kept
  }
}
