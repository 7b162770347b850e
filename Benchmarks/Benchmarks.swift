import Glibc

@main
struct Benchmarks {
  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    switch arguments.popFirst() {
    case "scan": try TreeCopy.scan(Array(arguments))
    case "copy": try TreeCopy.copy(Array(arguments))
    default:
      print("usage: Benchmarks scan PATH [THREADS] | copy [OPTION]… SRC DST")
      exit(2)
    }
  }
}
