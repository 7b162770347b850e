@main
struct Benchmarks {
  static func main() {
    switch CommandLine.arguments.dropFirst().first {
    case "hash-oracle": HashOracle.run()
    case "hashing": HashBenchmarks.run()
    default: print("usage: Benchmarks hashing | hash-oracle")
    }
  }
}
