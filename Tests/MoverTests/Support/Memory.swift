/// Page-aligned memory for lanes, held as long as a test holds it.
@safe final class Memory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) {
    unsafe bytes = .allocate(byteCount: count, alignment: 4096)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0xEE)
  }

  convenience init(_ array: [UInt8]) {
    self.init(count: array.count)
    unsafe bytes.copyBytes(from: array)
  }

  deinit { unsafe bytes.deallocate() }

  func array(_ count: Int) -> [UInt8] { unsafe Array(bytes.prefix(count)) }
}
