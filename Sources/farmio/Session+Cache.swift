import FrameEngine
import Mover

/// Reading a repository through the cache of this machine.
extension Session {
  /// Whether the cache was asked for: by `--cache`, or by naming its folder.
  private var wantsCache: Bool { self[Common.cache] || environment["FARMIO_CACHE_DIR"] != nil }

  /// The store as a command that only reads should see it: through the cache, where the place is
  /// far and the cache is wanted. `always`: wanted without being asked for.
  func cached(
    _ store: any Store, always: Bool
  ) throws(CommandError) -> any Store {
    guard always || wantsCache, store.isRemote || self[Common.cache] else { return store }
    let limit = try cacheLimit()
    guard limit > 0 else { return store }
    guard let folder = cacheFolder else {
      report.warning("no cache: neither FARMIO_CACHE_DIR nor HOME says where; going on without")
      return store
    }
    let id = try working { () throws(RepositoryError) in try Repository.identity(at: store) }
    guard let id else { return store }
    let cache = BlockCache(
      disk: try uninterrupted.makeDisk(), path: folder, byteLimit: limit,
      clock: SystemClock()
    ) { [report] in report.warning($0) }
    return CachingStore(store, cache: cache, repository: id)
  }

  /// Bytes of the cache; 0 for none.
  private func cacheLimit() throws(CommandError) -> Int64 {
    guard let text = environment["FARMIO_CACHE_SIZE"] else { return BlockCache.usualByteLimit }
    guard let size = ByteSize(argument: text) else {
      throw .usage(
        "FARMIO_CACHE_SIZE is '\(text)', which is no size",
        remedy: "Give bytes such as 20G, or 0 for no cache.")
    }
    guard size.bytes == 0 || size.bytes >= BlockCache.leastByteLimit else {
      throw .usage(
        "FARMIO_CACHE_SIZE is '\(text)', too little to be of use",
        remedy: "Give 64M or more, or 0 for no cache.")
    }
    return size.bytes
  }

  private var cacheFolder: FileName? {
    if let folder = environment["FARMIO_CACHE_DIR"] { return folder }
    let base = environment["XDG_CACHE_HOME"] ?? environment["HOME"]?.appending(".cache")
    return base?.appending("farmio")
  }
}
