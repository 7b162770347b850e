/// Sizes and randomness that a repository is worked on with, never written into it: tests make
/// them small and repeatable.
struct RepositoryTuning: Sendable {
  /// Bytes at which a pack is closed: few objects, and yet cheap to rewrite.
  var packByteCount = 64 << 20
  /// Records whose lists are kept in memory: at 48 bytes each, 9 MB.
  var cachedRecords = 192 << 10
  /// Where run IDs, secrets and nonces come from.
  var entropy = Entropy.system

  /// Packs of at most this size are joined by a collection.
  var smallPackByteCount: Int { packByteCount / 4 }
}
