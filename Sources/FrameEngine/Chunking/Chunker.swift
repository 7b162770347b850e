import CKernels

/// Cuts bytes into chunks where their content says so (RKP-CDC/1), so that data which moved is found
/// again and an edit changes only the chunks around it.
///
/// A cut depends on the chunk's first byte and what follows it, at most `ChunkClass.maximum` bytes:
/// never on earlier data, nor on how the file was read. A value; use one on as many threads as you
/// like. Costs about 0.1 ns a byte where AVX-512 is at hand.
public struct Chunker: Sendable {
  /// The class that the chunks have.
  public let chunkClass: ChunkClass

  private let rule: farmio_cdc_rule

  /// - Parameters:
  ///   - chunkClass: how large the chunks are.
  ///   - key: the secret that decides the cuts.
  ///   - candidateBits: 8 to 12. Every position in 2^candidateBits is judged by the key; fewer bits
  ///     hide the cuts better and cost a third of the speed at 8. Part of the format: other bits,
  ///     other cuts.
  public init(class chunkClass: ChunkClass, key: CutKey, candidateBits: Int = 10) {
    precondition((8...12).contains(candidateBits), "candidateBits is 8 to 12")
    self.chunkClass = chunkClass
    var rule = farmio_cdc_rule()
    unsafe farmio_cdc_prepare(
      &rule, Int32(chunkClass.rawValue), Int32(candidateBits), key.bytes)
    self.rule = rule
  }

  /// The length of the chunk that begins at the first byte; 0 if there is none.
  ///
  /// `bytes` must hold at least `chunkClass.maximum` bytes, or all that is left of the file, and
  /// then `ended` is true.
  public func cut(_ bytes: RawSpan, ended: Bool) -> Int {
    precondition(
      ended || bytes.byteCount >= chunkClass.maximum, "too few bytes to decide on a cut")
    var end: UInt32 = 0
    let found = unsafe write(ends: &end, capacity: 1, of: bytes, ended: ended)
    return found == 0 ? 0 : Int(end)
  }

  /// Appends the end of every chunk of `bytes`, counted from its first byte, and returns the last:
  /// the number of bytes that are in whole chunks.
  ///
  /// Unless `ended`, it stops when fewer than `chunkClass.maximum` bytes are left; begin the next
  /// call with those. At most 4 GiB - 1 at once.
  public func cuts(_ bytes: RawSpan, ended: Bool, into ends: inout [UInt32]) -> Int {
    precondition(bytes.byteCount <= Int(UInt32.max), "at most 4 GiB - 1 at once")
    var consumed = 0
    while true {
      let base = UInt32(consumed)
      var batch = InlineArray<64, UInt32>(repeating: 0)
      var target = batch.mutableSpan
      let rest = bytes.extracting(consumed..<bytes.byteCount)
      let found = unsafe target.withUnsafeMutableBufferPointer { slots in
        guard let first = slots.baseAddress else { return 0 }
        return unsafe write(ends: first, capacity: slots.count, of: rest, ended: ended)
      }
      let written = batch.span
      for index in 0..<found { ends.append(base + written[index]) }
      if found > 0 { consumed += Int(written[found - 1]) }
      if found < written.count { return consumed }
    }
  }

  private func write(
    ends: UnsafeMutablePointer<UInt32>, capacity: Int, of bytes: RawSpan, ended: Bool
  ) -> Int {
    unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return 0 }
      return unsafe withUnsafePointer(to: rule) { rule in
        unsafe farmio_cdc_cuts(
          rule, base.assumingMemoryBound(to: UInt8.self), source.count, ended ? 1 : 0, ends,
          capacity)
      }
    }
  }
}
