import Glibc

/// The published frames: `shared/corpus/exr` beside the package or further up.
enum FrameCorpus {
  /// The folder; `nil` where the corpus is not there.
  static let folder: String? = {
    var base = String(describing: #filePath)
    while let slash = base.lastIndex(of: "/"), slash != base.startIndex {
      base = String(base[..<slash])
      let candidate = "\(base)/shared/corpus/exr"
      if unsafe access(candidate, R_OK) == 0 { return candidate }
    }
    return nil
  }()

  /// The frames outside `Damaged`, by path below the folder; empty where the corpus is not there.
  static let sound: [String] = files(in: "").filter { $0.hasSuffix(".exr") && !isDamaged($0) }

  /// What crashed readers once.
  static let damaged: [String] = files(in: "").filter(isDamaged)

  private static func isDamaged(_ path: String) -> Bool { path.hasPrefix("Damaged/") }

  /// The bytes of a file below the folder.
  static func bytes(_ path: String) throws -> [UInt8] {
    guard let folder, let file = unsafe fopen("\(folder)/\(path)", "r") else {
      throw Unreadable(path: path)
    }
    defer { unsafe fclose(file) }
    unsafe fseek(file, 0, SEEK_END)
    let count = unsafe ftell(file)
    unsafe rewind(file)
    var bytes = [UInt8](repeating: 0, count: count)
    guard unsafe fread(&bytes, 1, count, file) == count else { throw Unreadable(path: path) }
    return bytes
  }

  private static func files(in path: String) -> [String] {
    guard let folder, let open = unsafe opendir("\(folder)/\(path)") else { return [] }
    defer { unsafe closedir(open) }
    var found = [String]()
    while let entry = unsafe readdir(open) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let below = path.isEmpty ? name : "\(path)/\(name)"
      if unsafe entry.pointee.d_type == UInt8(DT_DIR) {
        found += files(in: below)
      } else {
        found.append(below)
      }
    }
    return found.sorted()
  }

  struct Unreadable: Error {
    let path: String
  }
}
