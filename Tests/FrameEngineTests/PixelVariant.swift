import CKernels

@testable import FrameEngine

/// The pixel kernels of one instruction set, over checked arguments.
@safe struct PixelVariant: Sendable {
  typealias Survey =
    @Sendable (
      UnsafePointer<UInt8>, Int, Int32, UnsafeMutablePointer<farmio_pixel_row>
    ) -> Void
  typealias Compare =
    @Sendable (
      UnsafePointer<UInt8>, UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Float>?,
      UnsafeMutablePointer<farmio_pixel_distance>
    ) -> Void
  typealias Peaks = @Sendable (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<UInt16>) -> Void
  typealias Sparks =
    @Sendable (
      UnsafePointer<UInt16>?, UnsafePointer<UInt16>, UnsafePointer<UInt16>?, Int, UInt16, UInt16,
      UnsafeMutablePointer<UInt32>
    ) -> Int

  let name: String
  private let surveys: (half: Survey, float: Survey, uint: Survey)
  private let compares: (half: Compare, float: Compare)
  private let peaks: (half: Peaks, float: Peaks)
  private let sparks: Sparks

  /// The variants that this CPU can run, and what is chosen by itself.
  static var supported: [PixelVariant] {
    var all = [
      unsafe PixelVariant(
        name: "dispatched",
        surveys: (farmio_pixel_survey_half, farmio_pixel_survey_float, farmio_pixel_survey_uint),
        compares: (farmio_pixel_compare_half, farmio_pixel_compare_float),
        peaks: (farmio_pixel_peaks_half, farmio_pixel_peaks_float), sparks: farmio_pixel_sparks),
      unsafe PixelVariant(
        name: "portable",
        surveys: (
          farmio_pixel_survey_half_portable, farmio_pixel_survey_float_portable,
          farmio_pixel_survey_uint_portable
        ),
        compares: (farmio_pixel_compare_half_portable, farmio_pixel_compare_float_portable),
        peaks: (farmio_pixel_peaks_half_portable, farmio_pixel_peaks_float_portable),
        sparks: farmio_pixel_sparks_portable),
    ]
    #if arch(x86_64)
      if farmio_kernel_supported() >= Int32(FARMIO_AVX2) { all.append(avx2) }
      if farmio_kernel_supported() >= Int32(FARMIO_AVX512) { all.append(avx512) }
    #endif
    return all
  }

  #if arch(x86_64)
    private static let avx2 = unsafe PixelVariant(
      name: "avx2",
      surveys: (
        farmio_pixel_survey_half_avx2, farmio_pixel_survey_float_avx2,
        farmio_pixel_survey_uint_avx2
      ),
      compares: (farmio_pixel_compare_half_avx2, farmio_pixel_compare_float_avx2),
      peaks: (farmio_pixel_peaks_half_avx2, farmio_pixel_peaks_float_avx2),
      sparks: farmio_pixel_sparks_avx2)

    private static let avx512 = unsafe PixelVariant(
      name: "avx512",
      surveys: (
        farmio_pixel_survey_half_avx512, farmio_pixel_survey_float_avx512,
        farmio_pixel_survey_uint_avx512
      ),
      compares: (farmio_pixel_compare_half_avx512, farmio_pixel_compare_float_avx512),
      peaks: (farmio_pixel_peaks_half_avx512, farmio_pixel_peaks_float_avx512),
      sparks: farmio_pixel_sparks_avx512)
  #endif

  /// What a row holds.
  func survey(_ row: GuardedBytes, _ type: PixelType, limit: Int32) -> RowSurvey {
    let count = row.count / type.byteCount
    var seen = farmio_pixel_row()
    switch type {
    case .half: unsafe surveys.half(row.start, count, limit, &seen)
    case .float: unsafe surveys.float(row.start, count, limit, &seen)
    case .uint: unsafe surveys.uint(row.start, count, limit, &seen)
    }
    return RowSurvey(seen)
  }

  /// How far two rows of halves or floats are apart; `columns` are raised, if there are any.
  func compare(
    _ left: GuardedBytes, _ right: GuardedBytes, _ type: PixelType, columns: inout [Float]
  ) -> farmio_pixel_distance {
    let count = left.count / type.byteCount
    precondition(left.count == right.count)
    var seen = farmio_pixel_distance()
    unsafe columns.withUnsafeMutableBufferPointer { columns in
      precondition(columns.isEmpty || columns.count == count)
      let raised = columns.isEmpty ? nil : columns.baseAddress
      if type == .half {
        unsafe compares.half(left.start, right.start, count, raised, &seen)
      } else {
        unsafe compares.float(left.start, right.start, count, raised, &seen)
      }
    }
    return seen
  }

  /// Raises `light` to the samples of a row of halves or floats.
  func raise(_ light: inout [UInt16], to samples: [UInt8], _ type: PixelType) {
    precondition(samples.count == light.count * type.byteCount)
    let row = GuardedBytes(samples)
    if type == .half {
      unsafe peaks.half(row.start, light.count, &light)
    } else {
      unsafe peaks.float(row.start, light.count, &light)
    }
  }

  /// The columns of `row` that outshine their neighbours.
  func sparks(
    _ above: [UInt16]?, _ row: [UInt16], _ below: [UInt16]?, floor: UInt16, stops: UInt16
  ) -> [Int] {
    var found = [UInt32](repeating: 0, count: row.count)
    let count = unsafe sparks(above, row, below, row.count, floor, stops, &found)
    return found[..<count].map { Int($0) }
  }
}
