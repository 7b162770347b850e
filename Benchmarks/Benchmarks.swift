import Glibc

@main
struct Benchmarks {
  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    switch arguments.popFirst() {
    case "scan": try TreeCopy.scan(Array(arguments))
    default:
      print("usage: Benchmarks scan PATH [THREADS]")
      exit(2)
    }
  }
}
