import FrameEngine
import Glibc
import Mover

/// Lines for entries of a snapshot: names alone, or with what `ls --long` shows.
struct EntryLines {
  private let report: Report
  private let isLong: Bool
  private var names = AccountNames()
  private var table = EntryLines.emptyTable

  /// Rows that are aligned with each other: a listing of any length takes the memory of these.
  private static let rowsTogether = 1_000

  /// Lines on a report.
  init(_ report: Report, isLong: Bool) {
    self.report = report
    self.isLong = isLong
  }

  private static var emptyTable: Table {
    Table(
      .init("MODE"), .init("USER"), .init("GROUP"), .init("SIZE", .right), .init("MODIFIED"),
      .init("NAME"))
  }

  /// Adds a line for an entry at a path.
  mutating func add(_ path: FileName, _ entry: TreeEntry) {
    guard report.form == .text else { return }
    guard isLong else { return report.result(entry.shownPath(path)) }
    var name = entry.shownPath(path)
    if case .link(let target) = entry.content { name += " -> \(FileName(target))" }
    table.add(
      entry.modeText, names.user(entry.user), names.group(entry.group),
      entry.kind == .regular ? Wording.size(entry.size) : "-", Moment(entry.modified).local, name)
    if table.rows.count >= EntryLines.rowsTogether { finish() }
  }

  /// Prints the lines that are still held back for alignment.
  mutating func finish() {
    report.table(table, withHeadings: false)
    table = EntryLines.emptyTable
  }
}

/// The names of this machine for the numbers that a snapshot holds.
struct AccountNames {
  private var users: [UInt32: String] = [:]
  private var groups: [UInt32: String] = [:]

  /// The user's name; the number where it has none here.
  mutating func user(_ number: UInt32) -> String {
    if let known = users[number] { return known }
    let name = unsafe getpwuid(number).map { unsafe String(cString: $0.pointee.pw_name) }
    users[number] = name ?? String(number)
    return name ?? String(number)
  }

  /// The group's name; the number where it has none here.
  mutating func group(_ number: UInt32) -> String {
    if let known = groups[number] { return known }
    let name = unsafe getgrgid(number).map { unsafe String(cString: $0.pointee.gr_name) }
    groups[number] = name ?? String(number)
    return name ?? String(number)
  }
}

extension TreeEntry {
  /// The path as a person reads it; that of a folder ends in a slash.
  func shownPath(_ path: FileName) -> String {
    path.description + (kind == .folder ? "/" : "")
  }

  /// Kind and permissions as `ls` shows them: `drwxr-x---`.
  var modeText: String {
    var text = kind.letter
    let special: [(bit: UInt32, letter: String)] = [(0o4000, "s"), (0o2000, "s"), (0o1000, "t")]
    for (index, mark) in special.enumerated() {
      let bits = mode >> UInt32(6 - 3 * index) & 0o7
      text += bits & 4 != 0 ? "r" : "-"
      text += bits & 2 != 0 ? "w" : "-"
      let runs = bits & 1 != 0
      text +=
        mode & mark.bit == 0
        ? (runs ? "x" : "-") : (runs ? mark.letter : mark.letter.uppercased())
    }
    return text
  }
}

extension FileKind {
  /// The letter before the permissions.
  fileprivate var letter: String {
    switch self {
    case .regular: "-"
    case .folder: "d"
    case .symbolicLink: "l"
    case .fifo: "p"
    case .socket: "s"
    case .characterDevice: "c"
    case .blockDevice: "b"
    }
  }

  /// The word for programs.
  fileprivate var word: String {
    switch self {
    case .regular: "file"
    case .folder: "folder"
    case .symbolicLink: "link"
    case .fifo: "fifo"
    case .socket: "socket"
    case .characterDevice: "character_device"
    case .blockDevice: "block_device"
    }
  }
}

extension JSONWriter {
  /// The fields of an entry, without its name.
  mutating func entry(_ entry: TreeEntry) {
    field("kind", entry.kind.word)
    field("mode", "0" + String(entry.mode, radix: 8))
    field("user", entry.user)
    field("group", entry.group)
    if entry.kind == .regular { field("size", entry.size) }
    field("modified", Moment(entry.modified).utc)
    switch entry.content {
    case .link(let target): path("target", FileName(target))
    case .device(let number): field("device", number)
    default: break
    }
    if entry.linkCount > 1, entry.kind != .folder {
      field("links", entry.linkCount)
      field("inode", entry.inode)
    }
    if !entry.attributes.isEmpty {
      array("attributes") {
        for attribute in entry.attributes { $0.text(FileName(attribute.name).description) }
      }
    }
  }
}
