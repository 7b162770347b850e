import CKernels
import Glibc
import Testing

@Suite(.serialized) struct KernelDispatchTests {
  @Test func levelIsWhatTheProcessorSupportsUnlessCapped() {
    let level = farmio_kernel_level()
    #expect(level >= Int32(FARMIO_PORTABLE))
    #expect(level <= farmio_kernel_supported())
  }

  /// In a process of its own that starts with the variable, because it is read once, maybe before
  /// any test.
  @Test func environmentCapsTheLevel() async {
    defer { unsafe unsetenv("FARMIO_KERNELS") }
    unsafe setenv("FARMIO_KERNELS", "portable", 1)
    await #expect(processExitsWith: .success) {
      precondition(farmio_kernel_level() == Int32(FARMIO_PORTABLE))
    }
    unsafe setenv("FARMIO_KERNELS", "sse4", 1)
    await #expect(processExitsWith: .success) {
      precondition(farmio_kernel_level() == min(Int32(FARMIO_SSE4), farmio_kernel_supported()))
    }
    unsafe setenv("FARMIO_KERNELS", "avx512", 1)
    await #expect(processExitsWith: .success) {
      precondition(farmio_kernel_level() == farmio_kernel_supported())
    }
  }
}
