import Glibc

@main
struct Benchmarks {
  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    switch arguments.popFirst() {
    case "kernels": KernelBenchmarks.run()
    case "hashing": HashBenchmarks.run()
    case "pixels": PixelBenchmarks.run()
    case "one-pass": OnePassBenchmarks.run()
    case "frames": FrameBenchmarks.run()
    case "hash-oracle": HashOracle.run()
    case "sign-oracle": SignOracle.run()
    case "oci-sign-oracle": OCISignOracle.run()
    case "scan": try TreeCopy.scan(Array(arguments))
    case "copy": try TreeCopy.copy(Array(arguments))
    case "compression": try CompressionBenchmarks.run(Array(arguments))
    default:
      print("usage: Benchmarks kernels | hashing | one-pass | frames | pixels")
      print("       Benchmarks hash-oracle | sign-oracle | oci-sign-oracle")
      print("       Benchmarks scan PATH [THREADS]")
      print("       Benchmarks copy [OPTION]… SRC DST")
      print("       Benchmarks compression [--level N] [--class NAME] [--single] VERSION…")
      exit(2)
    }
  }
}
