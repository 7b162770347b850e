import CKernels

/// The Castagnoli cyclic redundancy check: finds rotten bytes cheaply, before anything decodes them.
/// No defence against intent; that is what `Digest` is for.
public enum CRC32C {
  /// The checksum of `bytes`, or, with the checksum of what came before, of both in a row.
  ///
  /// The usual CRC-32C: polynomial 1EDC6F41 reflected, start and final exclusive-or FFFFFFFF.
  /// `123456789` gives E3069283. Costs about 0.02 ns a byte from the cache.
  public static func checksum(_ bytes: RawSpan, continuing: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return continuing }
      return unsafe farmio_crc32c(
        continuing, base.assumingMemoryBound(to: UInt8.self), source.count)
    }
  }
}

/// CRC-32C one bit at a time: the specification that every kernel must agree with.
enum ScalarCRC32C {
  static func checksum(_ bytes: some Sequence<UInt8>, continuing: UInt32 = 0) -> UInt32 {
    ~bytes.reduce(~continuing) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in
        rest >> 1 ^ (rest & 1 == 0 ? 0 : 0x82F6_3B78)
      }
    }
  }
}
