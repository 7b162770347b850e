/// Brings what comes in any order into the order of its numbers, from 0: each element goes on as soon
/// as all before it have gone.
struct Reordering<Element> {
  private var waiting: [Int: Element] = [:]
  /// The number of the element that goes on next.
  private(set) var next = 0

  /// Takes the element of a number, once, and returns those whose turn it is now.
  mutating func add(_ element: Element, _ number: Int) -> [(number: Int, element: Element)] {
    waiting[number] = element
    var ready: [(number: Int, element: Element)] = []
    while let element = waiting.removeValue(forKey: next) {
      ready.append((next, element))
      next += 1
    }
    return ready
  }
}

extension Reordering: Sendable where Element: Sendable {}
