internal import CKernels

/// The row kernels over checked spans: the only place here that meets their pointers.
enum PixelKernels {
  /// What `count` samples from `offset` on hold.
  static func survey(
    _ bytes: RawSpan, at offset: Int, count: Int, _ type: PixelType, limit: Int32
  ) -> RowSurvey {
    check(bytes, offset, count, type)
    var row = farmio_pixel_row()
    unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let samples = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
      switch type {
      case .half: unsafe farmio_pixel_survey_half(samples, count, limit, &row)
      case .float: unsafe farmio_pixel_survey_float(samples, count, limit, &row)
      case .uint: unsafe farmio_pixel_survey_uint(samples, count, limit, &row)
      }
    }
    return RowSurvey(row)
  }

  /// The first and the last of `count` samples that belong to `wanted`; `nil` if none does.
  static func extent(
    of wanted: SampleClass, _ bytes: RawSpan, at offset: Int, count: Int, _ type: PixelType
  ) -> (first: Int, last: Int)? {
    check(bytes, offset, count, type)
    let members = farmio_pixel_class(mask: wanted.mask, first: wanted.first, span: wanted.span)
    return unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let samples = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
      let width = Int32(type.byteCount)
      let first = unsafe farmio_pixel_first(samples, count, width, members)
      guard first < count else { return nil }
      return (first, unsafe farmio_pixel_last(samples, count, width, members))
    }
  }

  /// Sets the marks of the 16-column groups that hold anything but zero; see `farmio_pixel_mark`.
  static func mark(
    _ bytes: RawSpan, at offset: Int, count: Int, _ type: PixelType, phase: Int,
    marks: inout [UInt8], from: Int
  ) {
    check(bytes, offset, count, type)
    guard count > 0 else { return }
    precondition(from + (phase + count + 15) / 16 <= marks.count, "a mark for every group")
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe marks.withUnsafeMutableBufferPointer { marks in
        guard let base = bytes.baseAddress, let target = marks.baseAddress else { return }
        unsafe farmio_pixel_mark(
          (base + offset).assumingMemoryBound(to: UInt8.self), count, Int32(type.byteCount),
          SampleKey.zeroMask(type), phase, target + from)
      }
    }
  }

  /// Sets a hit where `cover` is zero and `other` is not; returns the hits that are set.
  static func uncovered(
    _ bytes: RawSpan, cover: (offset: Int, type: PixelType), other: (offset: Int, type: PixelType),
    count: Int, hits: inout [UInt8]
  ) -> Int {
    check(bytes, cover.offset, count, cover.type)
    check(bytes, other.offset, count, other.type)
    precondition(hits.count >= count, "a hit for every sample")
    return unsafe bytes.withUnsafeBytes { bytes in
      unsafe hits.withUnsafeMutableBufferPointer { hits in
        guard let base = bytes.baseAddress, let target = hits.baseAddress else { return 0 }
        return unsafe farmio_pixel_uncovered(
          (base + cover.offset).assumingMemoryBound(to: UInt8.self), Int32(cover.type.byteCount),
          SampleKey.zeroMask(cover.type),
          (base + other.offset).assumingMemoryBound(to: UInt8.self), Int32(other.type.byteCount),
          SampleKey.zeroMask(other.type), count, target)
      }
    }
  }

  private static func check(_ bytes: RawSpan, _ offset: Int, _ count: Int, _ type: PixelType) {
    precondition(offset >= 0 && count >= 0, "a row lies inside its chunk")
    precondition(
      count <= (bytes.byteCount - offset) / type.byteCount, "a row lies inside its chunk")
  }
}

/// What one row holds; the fields are those of `farmio_pixel_row`.
struct RowSurvey: Hashable {
  var nans = 0
  var positiveInfinities = 0
  var negativeInfinities = 0
  var zeros = 0
  var negatives = 0
  var denormals = 0
  var clipped = 0
  var overLimit = 0
  var least = Int32.max
  var greatest = Int32.min
  var sum = 0.0

  var infinities: Int { positiveInfinities + negativeInfinities }

  init() {}

  init(_ row: farmio_pixel_row) {
    nans = Int(row.nans)
    positiveInfinities = Int(row.positive_infinities)
    negativeInfinities = Int(row.negative_infinities)
    zeros = Int(row.zeros)
    negatives = Int(row.negatives)
    denormals = Int(row.denormals)
    clipped = Int(row.clipped)
    overLimit = Int(row.over_limit)
    least = row.least
    greatest = row.greatest
    sum = row.sum
  }
}
