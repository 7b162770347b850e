/// `1 byte`, `2 bytes`.
package func counted(_ count: Int, _ noun: String) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}

/// `1 byte follows`, `2 bytes follow`: what one does, and what several do.
package func counted(_ count: Int, _ noun: String, _ one: String, _ several: String) -> String {
  "\(counted(count, noun)) \(count == 1 ? one : several)"
}
