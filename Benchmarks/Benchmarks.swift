@main
struct Benchmarks {
  static func main() {
    switch CommandLine.arguments.dropFirst().first {
    case "kernels": KernelBenchmarks.run()
    default: print("usage: Benchmarks kernels")
    }
  }
}
