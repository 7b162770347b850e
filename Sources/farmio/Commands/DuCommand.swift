import FrameEngine
import Mover

/// `farmio du`.
enum DuCommand {
  static let places = OperandList<Place>("PLACE", atLeast: 1, "A folder or file anywhere", .place)
  static let depth = Option<Int>(
    "depth", "d", "N", "Show the folders of the first N levels, too")

  static let spec = CommandSpec(
    "du", .transfer, "Tell how much a place holds",
    discussion: [
      "Counts files and their bytes: those that a reader gets, not those that a disk gives to "
        + "them. A file with several names counts at each."
    ],
    operands: [places.spec], options: [depth.spec],
    example: .init(
      command: "farmio du s3://farm-vault/dragon nfs://nas/show/dragon",
      output: """
        9.44 GB  40,004 files  s3://farm-vault/dragon
        9.44 GB  40,004 files  nfs://nas/show/dragon
        """),
    exits: [.init(.notWell, "some folders or files could not be read")],
    run: run)

  fileprivate struct Count {
    var bytes: Int64 = 0
    var files = 0
    var folders = 0
  }

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var isWhole = true
    for place in session[places] {
      if try !tell(place, session) { isWhole = false }
    }
    return isWhole ? .success : .notWell
  }

  private static func tell(_ place: Place, _ session: Session) throws(CommandError) -> Bool {
    let levels = session[depth] ?? 0
    var counts: [FileName: Count] = ["": Count()]
    // In the order in which they are found, which is that of paths.
    var order: [FileName] = [""]
    let isWhole = try session.look(
      at: try session.open(place, asksForMetadata: false), isRecursive: true
    ) { found in
      let isFolder = found.status.kind == .folder
      for above in found.path.folders(levels, isFolder: isFolder) {
        if counts[above] == nil { order.append(above) }
        counts[above, default: Count()].add(found.status)
      }
      return true
    }
    let report = session.report
    var table = Table(.init("SIZE", .right), .init("FILES", .right), .init("PLACE"))
    for path in order {
      let count = counts[path] ?? Count()
      let name = path.bytes.isEmpty ? place.text : place.text.appending(path)
      table.add(
        Wording.size(count.bytes), Wording.count(count.files, "file"), name.description)
      report.record {
        $0.path("path", name)
        $0.field("bytes", count.bytes)
        $0.field("files", count.files)
        $0.field("folders", count.folders)
      }
    }
    report.table(table, withHeadings: false)
    return isWhole
  }
}

extension DuCommand.Count {
  fileprivate mutating func add(_ status: FileStatus) {
    switch status.kind {
    case .folder: folders += 1
    case .regular:
      files += 1
      bytes += status.size
    default: files += 1
    }
  }
}

extension FileName {
  /// The folders of the first levels that this path counts in: the place itself, and those above
  /// it; a folder counts in itself as well.
  fileprivate func folders(_ levels: Int, isFolder: Bool) -> [FileName] {
    var folders: [FileName] = [""]
    guard levels > 0 else { return folders }
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") {
      if folders.count > levels { return folders }
      folders.append(FileName(Array(bytes[..<index])))
    }
    if isFolder, folders.count <= levels { folders.append(self) }
    return folders
  }
}
