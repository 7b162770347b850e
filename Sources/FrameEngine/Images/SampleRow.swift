internal import CKernels

/// Rows of stored samples to floats and back: the border to the kernels, crossed once a row.
enum SampleRow {
  /// The samples of a row as floats, into the places of `floats` from `start` on. Halves and floats
  /// keep their value, whole numbers beyond 2^24 are rounded.
  static func read(
    _ row: RawSpan, as type: PixelType, into floats: inout [Float], from start: Int = 0
  ) {
    let count = row.byteCount / type.byteCount
    precondition(start >= 0 && count <= floats.count - start, "a row fits its scratch")
    unsafe row.withUnsafeBytes { source in
      unsafe floats.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let base = target.baseAddress else { return }
        let to = unsafe base + start
        switch type {
        case .half: unsafe farmio_image_widen(from, count, to)
        case .float: unsafe UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: count * 4)
        case .uint:
          for index in 0..<count {
            let value = unsafe from.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            unsafe to[index] = Float(value)
          }
        }
      }
    }
  }

  /// The samples of a row as halves, into the first places of `halves`: those that are halves bit
  /// for bit, the others rounded to the nearest.
  static func readHalves(
    _ row: RawSpan, as type: PixelType, scratch: inout [Float], into halves: inout [UInt16]
  ) {
    guard type == .half else {
      read(row, as: type, into: &scratch)
      narrow(scratch, count: row.byteCount / type.byteCount, into: &halves)
      return
    }
    precondition(row.byteCount <= 2 * halves.count, "a row fits its scratch")
    unsafe row.withUnsafeBytes { source in
      unsafe halves.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
    }
  }

  /// The first `count` floats as halves: to the nearest, ties to even.
  static func narrow(_ floats: [Float], count: Int, into halves: inout [UInt16]) {
    precondition(count <= floats.count && count <= halves.count, "a row fits its scratch")
    unsafe floats.withUnsafeBufferPointer { source in
      unsafe halves.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe farmio_image_narrow(from, count, to)
      }
    }
  }

  /// The samples of `floats` from `start` on as stored samples that fill `row`. Halves are rounded to
  /// the nearest, beyond 65,520 infinite; whole numbers to the nearest of those that fit, NaN as 0.
  static func write(
    _ floats: [Float], from start: Int = 0, as type: PixelType, into row: inout MutableRawSpan
  ) {
    let count = row.byteCount / type.byteCount
    precondition(start >= 0 && count <= floats.count - start, "a row fits its scratch")
    unsafe floats.withUnsafeBufferPointer { source in
      unsafe row.withUnsafeMutableBytes { target in
        guard let base = source.baseAddress, let to = target.baseAddress else { return }
        let from = unsafe base + start
        switch type {
        case .half:
          unsafe farmio_image_narrow(from, count, to.assumingMemoryBound(to: UInt16.self))
        case .float: unsafe to.copyMemory(from: from, byteCount: count * 4)
        case .uint:
          for index in 0..<count {
            let value = unsafe whole(from[index])
            unsafe to.storeBytes(of: value, toByteOffset: 4 * index, as: UInt32.self)
          }
        }
      }
    }
  }

  /// Adds the samples of a row to the first places of `sums`; what is not finite counts as 0.
  static func add(_ row: RawSpan, as type: PixelType, to sums: inout [Float]) {
    let count = row.byteCount / type.byteCount
    precondition(count <= sums.count, "a row fits its sums")
    unsafe row.withUnsafeBytes { source in
      unsafe sums.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        switch type {
        case .half: unsafe farmio_image_add_halves(from, count, to)
        case .float: unsafe farmio_image_add_floats(from, count, to)
        case .uint:
          for index in 0..<count {
            let value = unsafe from.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            unsafe to[index] += Float(value)
          }
        }
      }
    }
  }

  /// The whole number nearest to a float, ties to even, within what 32 bits hold.
  static func whole(_ value: Float) -> UInt32 {
    let rounded = value.rounded(.toNearestOrEven)
    if !(rounded > 0) { return 0 }
    return rounded >= 4_294_967_296 ? .max : UInt32(rounded)
  }
}
