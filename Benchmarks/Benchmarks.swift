import Glibc

@main
struct Benchmarks {
  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    switch arguments.popFirst() {
    case "scan": try TreeCopy.scan(Array(arguments))
    case "hashing": HashBenchmarks.run()
    case "hash-oracle": HashOracle.run()
    default:
      print("usage: Benchmarks scan PATH [THREADS] | hashing | hash-oracle")
      exit(2)
    }
  }
}
