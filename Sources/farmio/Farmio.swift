import Mover

@main
struct Farmio {
  static func main() {
    print("farmio")
  }
}
