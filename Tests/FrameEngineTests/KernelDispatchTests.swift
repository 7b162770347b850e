import CKernels
import Glibc
import Testing

@Suite struct KernelDispatchTests {
  @Test func levelIsWhatTheProcessorSupportsUnlessCapped() {
    let level = farmio_kernel_level()
    #expect(level >= Int32(FARMIO_PORTABLE))
    #expect(level <= farmio_kernel_supported())
  }

  /// In a process of its own, because the variable is read once.
  @Test func environmentCapsTheLevel() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_KERNELS", "portable", 1)
      precondition(farmio_kernel_level() == Int32(FARMIO_PORTABLE))
    }
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_KERNELS", "sse4", 1)
      precondition(farmio_kernel_level() == min(Int32(FARMIO_SSE4), farmio_kernel_supported()))
    }
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_KERNELS", "avx512", 1)
      precondition(farmio_kernel_level() == farmio_kernel_supported())
    }
  }
}
