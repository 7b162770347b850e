import CKernels

/// The kernels of one instruction set.
@safe struct KernelVariant: Sendable {
  typealias Cuts =
    @Sendable (
      UnsafePointer<farmio_cdc_rule>, UnsafePointer<UInt8>, Int, Int32,
      UnsafeMutablePointer<UInt32>,
      Int
    ) -> Int
  typealias Checksum = @Sendable (UInt32, UnsafePointer<UInt8>, Int) -> UInt32
  typealias Planes =
    @Sendable (UnsafePointer<UInt8>, Int, Int32, UnsafeMutablePointer<UInt8>) -> Void
  typealias InPlace = @Sendable (UnsafeMutablePointer<UInt8>, Int) -> Void

  let name: String
  let cuts: Cuts
  /// `nil` where the set has nothing of its own.
  let checksum: Checksum?
  let shuffle: Planes
  let unshuffle: Planes
  let difference: InPlace
  let sum: InPlace

  /// The variants that this CPU can run, the slowest first.
  static var supported: [KernelVariant] {
    Array(all.prefix(Int(farmio_kernel_supported()) + 1))
  }

  private static let portable = unsafe KernelVariant(
    name: "portable", cuts: farmio_cdc_cuts_portable, checksum: farmio_crc32c_portable,
    shuffle: farmio_shuffle_portable, unshuffle: farmio_unshuffle_portable,
    difference: farmio_difference_portable, sum: farmio_sum_portable)

  #if arch(x86_64)
    private static var all: [KernelVariant] { [portable, sse4, avx2, avx512] }

    private static let sse4 = unsafe KernelVariant(
      name: "sse4", cuts: farmio_cdc_cuts_sse4, checksum: farmio_crc32c_sse4,
      shuffle: farmio_shuffle_sse4, unshuffle: farmio_unshuffle_sse4,
      difference: farmio_difference_sse4, sum: farmio_sum_sse4)

    private static let avx2 = unsafe KernelVariant(
      name: "avx2", cuts: farmio_cdc_cuts_avx2, checksum: nil,
      shuffle: farmio_shuffle_avx2, unshuffle: farmio_unshuffle_avx2,
      difference: farmio_difference_avx2, sum: farmio_sum_avx2)

    private static let avx512 = unsafe KernelVariant(
      name: "avx512", cuts: farmio_cdc_cuts_avx512, checksum: farmio_crc32c_avx512,
      shuffle: farmio_shuffle_avx512, unshuffle: farmio_unshuffle_avx512,
      difference: farmio_difference_avx512, sum: farmio_sum_avx512)
  #else
    private static var all: [KernelVariant] { [portable] }
  #endif
}
