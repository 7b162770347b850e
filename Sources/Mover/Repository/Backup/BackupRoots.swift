import FrameEngine
import Glibc

/// The paths of a backup: absolute, and each with a name in the snapshot's top folder.
struct BackupRoots: Sendable {
  /// One path.
  struct Root: Sendable {
    /// As given, to open it by.
    let source: FileName
    /// Its name in the top folder.
    let name: FileName
    let status: FileStatus
  }

  /// Sorted by name.
  let roots: [Root]
  /// The numbers of those that are folders.
  var folders: [Int] { roots.indices.filter { roots[$0].status.kind == .folder } }
  /// Absolute, sorted: they tell which snapshots are of the same data.
  let paths: [FileName]

  /// Looks at every path; one that is missing is an error before anything is stored.
  init(_ sources: [FileName], on disk: any Disk) throws(RepositoryError) {
    var absolute = [(source: FileName, path: FileName, status: FileStatus)]()
    for source in sources {
      do throws(DiskError) {
        let path = try source.absolute()
        if absolute.contains(where: { $0.path == path }) { continue }
        absolute.append((source, path, try BackupRoots.status(of: source, on: disk)))
      } catch {
        throw RepositoryError(
          .file, source.description, "cannot back up: \(error.cause)",
          remedy: "check the path; nothing was stored")
      }
    }
    let bases = absolute.map { BackupRoots.baseName(of: $0.path) }
    var roots = [Root]()
    var taken = Set<FileName>()
    for (index, item) in absolute.enumerated().sorted(by: { $0.element.path < $1.element.path }) {
      let isUnique = bases.count { $0 == bases[index] } == 1
      let wanted = isUnique ? bases[index] : BackupRoots.flatName(of: item.path)
      let name = BackupRoots.freeName(wanted, taken: taken.union(isUnique ? [] : Set(bases)))
      taken.insert(name)
      roots.append(Root(source: item.source, name: name, status: item.status))
    }
    self.roots = roots.sorted { $0.name < $1.name }
    paths = absolute.map(\.path).sorted()
  }

  /// A folder is followed through a symbolic link; any other kind is taken as it is.
  private static func status(of path: FileName, on disk: any Disk) throws(DiskError) -> FileStatus {
    let status = try disk.status(of: path, in: .current)
    guard status.kind == .symbolicLink else { return status }
    do throws(DiskError) {
      let inside = try disk.status(of: path.appending("."), in: .current)
      return inside.kind == .folder ? inside : status
    } catch {
      // A link to a file, or to nothing, is stored as the link it is.
      return status
    }
  }

  private static func baseName(of path: FileName) -> FileName {
    let last = path.bytes.split(separator: UInt8(ascii: "/")).last
    return last.map { FileName(Array($0)) } ?? "root"
  }

  /// A name that nobody has: the wanted one, or with the first number that makes it so.
  private static func freeName(_ wanted: FileName, taken: Set<FileName>) -> FileName {
    var name = wanted
    var number = 2
    while taken.contains(name) {
      let suffix = Array("~\(number)".utf8)
      name = FileName(Array(wanted.bytes.prefix(Limits.nameBytes - suffix.count)) + suffix)
      number += 1
    }
    return name
  }

  /// For paths that end alike: `/a/tex` and `/b/tex` become `a_tex` and `b_tex`.
  private static func flatName(of path: FileName) -> FileName {
    let slash = UInt8(ascii: "/")
    let flat = path.bytes.drop { $0 == slash }.map { $0 == slash ? UInt8(ascii: "_") : $0 }
    return FileName(Array(flat.suffix(Limits.nameBytes)))
  }
}
