import FrameEngine

@main
struct Benchmarks {
  static func main() {
    print(Limits.chunkBytes)
  }
}
