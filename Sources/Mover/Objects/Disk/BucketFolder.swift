import FrameEngine
import Glibc
import Synchronization

/// A folder that is open, and what it holds once it was listed.
final class BucketFolder: Sendable {
  /// What the keys of its objects begin with: empty, or ending in a slash.
  let prefix: String
  private let listing = Mutex<Listing?>(nil)

  struct Listing: Sendable {
    /// Names without slashes.
    var files: [FileName: ObjectInfo] = [:]
    var folders: Set<FileName> = []
    /// The marker of the folder itself.
    var marker: ObjectInfo?

    var isEmpty: Bool { files.isEmpty && folders.isEmpty && marker == nil }
  }

  private let root: String
  /// The bytes of small objects that came with their status.
  private let bytes = Mutex<[FileName: [UInt8]]>([:])
  private let room: SmallObjects?

  init(prefix: String, on root: String, room: SmallObjects? = nil) {
    self.prefix = prefix
    self.root = root
    self.room = room
  }

  deinit {
    for waiting in bytes.withLock({ $0.values.map(\.count) }) { room?.release(waiting) }
  }

  /// A small object with its bytes, which are kept for whoever opens it; `nil` if there is no room,
  /// or it is another by now.
  func fetch(_ info: ObjectInfo, as name: FileName, from service: any ObjectService)
    throws(ServiceError) -> ObjectInfo?
  {
    let count = Int(clamping: info.size)
    guard let room, count <= SmallObjects.byteLimit, room.reserve(count) else { return nil }
    do throws(ServiceError) {
      let (told, found) = try service.get(info.key, limit: SmallObjects.byteLimit)
      room.release(count - found.count)
      let before = bytes.withLock { $0.updateValue(found, forKey: name) }
      room.release(before?.count ?? 0)
      return told
    } catch {
      room.release(count)
      // What else is wrong, whoever asks without its bytes is told.
      if error.isTransient { throw error }
      return nil
    }
  }

  /// The bytes of an object that came with its status, once.
  func takeBytes(_ name: FileName) -> [UInt8]? {
    let taken = bytes.withLock { $0.removeValue(forKey: name) }
    room?.release(taken?.count ?? 0)
    return taken
  }

  /// What is known without asking.
  var known: Listing? { listing.withLock { $0 } }

  /// Keeps what the service told of an object, for whoever opens it next.
  func note(_ info: ObjectInfo, as name: FileName) {
    listing.withLock { $0?.files[name] = info }
  }

  /// What the folder holds, asked for once.
  func contents(of service: any ObjectService) throws(DiskError) -> Listing {
    if let known { return known }
    let found = try list(service)
    listing.withLock { $0 = found }
    return found
  }

  private func list(_ service: any ObjectService) throws(DiskError) -> Listing {
    var found = Listing()
    var position = ObjectPosition.start
    while true {
      let page: ObjectPage
      do throws(ServiceError) {
        page = try service.page(prefix, folded: true, from: position)
      } catch {
        throw DiskError(error, .list, path, remedy: service.remedy(for: error))
      }
      for object in page.objects { try add(object, to: &found) }
      for prefix in page.prefixes {
        found.folders.insert(try name(prefix.utf8.dropLast(), of: prefix))
      }
      guard let next = page.next else { break }
      position = next
    }
    if let both = found.folders.first(where: { found.files[$0] != nil }) {
      throw refusal("it has both an object and a folder called \(both)")
    }
    return found
  }

  private func add(_ object: ObjectInfo, to found: inout Listing) throws(DiskError) {
    if object.key == prefix, !prefix.isEmpty {
      guard object.size == 0 else { throw refusal("an object with content has the folder's name") }
      found.marker = object
      return
    }
    // A writer's note of an upload under way is no file.
    let name = try name(object.key.utf8[...], of: object.key)
    if TemporaryName(name) == nil { found.files[name] = object }
  }

  /// The name in this folder, of a key or of what keys begin with, as `listed`. Texts that look alike
  /// may differ in their bytes, and keys are bytes.
  private func name(_ key: Substring.UTF8View, of listed: String) throws(DiskError) -> FileName {
    let name = FileName(Array(key.dropFirst(prefix.utf8.count)))
    guard !name.bytes.isEmpty, name != ".", name != "..", !name.bytes.contains(0) else {
      throw refusal("the key '\(listed)' is no path that a folder can hold")
    }
    return name
  }

  private var path: FileName { FileName(root + "/" + prefix) }

  private func refusal(_ detail: String) -> DiskError {
    DiskError(.list, code: EINVAL, name: path, detail: detail)
  }
}
