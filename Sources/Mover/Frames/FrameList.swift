public import FrameEngine
import Glibc

/// The frames that a person asked for, in order: patterns, wildcards, folders and names expanded.
public struct FrameList: Sendable {
  /// The sequences: those of the first place first, within a place by name.
  public let sequences: [FrameSequence]

  /// Frames of all sequences.
  public var count: Int { sequences.reduce(0) { $0 + $1.files.count } }

  /// The most files that one list may have.
  public static let fileLimit = 1_000_000
  /// Folders inside folders that are looked into.
  public static let depthLimit = 64
  /// The endings, in lower case, of the files that are taken from folders.
  public static let endings = [".exr", ".sxr", ".mxr"]

  /// Expands places, each one of:
  ///
  /// - a file's name, with or without wildcard characters in it: that file. Names of one folder
  ///   are grouped into sequences, so that a shell may expand the wildcards;
  /// - a pattern (see `FramePattern`): its frames;
  /// - wildcards `*`, `?` and `[a-z]` in the last name: the files that match, grouped;
  /// - a folder: every EXR file in it and in the folders below, grouped. Hidden files, hidden
  ///   folders and links to folders below are left out.
  ///
  /// With `range` only these frames are taken, and those that lack are named. A file that several
  /// places name is taken once. Throws for a place where nothing is found, naming it, for a
  /// pattern that cannot be understood, and for a folder that cannot be read. Symbolic links to
  /// files are followed; one that leads nowhere is listed, without a size.
  public init(
    _ places: [FileName], range: FrameRange? = nil, on disk: any Disk
  ) throws(FrameListError) {
    var expansion = try FrameExpansion(range: range, on: disk)
    for place in places { try expansion.expand(place) }
    sequences = try expansion.finish()
  }
}

/// Expands places one after the other.
private struct FrameExpansion {
  private let disk: any Disk
  private let range: FrameRange?
  private let reader: FrameFolderReader
  private var folders: [FileName: FrameFolder] = [:]
  private var taken: Set<FileName> = []
  private var sequences: [FrameSequence] = []
  /// Plain names that follow each other, which are grouped together.
  private var names: [(folder: FileName, names: [FileName])] = []

  init(range: FrameRange?, on disk: any Disk) throws(FrameListError) {
    self.disk = disk
    self.range = range
    do throws(DiskError) {
      reader = try FrameFolderReader(disk: disk)
    } catch {
      throw FrameListError(error, at: "")
    }
  }

  mutating func expand(_ place: FileName) throws(FrameListError) {
    guard !place.bytes.isEmpty else { throw FrameListError(place, "an empty name is no place") }
    switch try kind(of: place) {
    case .folder:
      try flush()
      guard try expandFolder(place.withoutEmptyNames, depth: 0) else {
        throw FrameListError(
          place, "no EXR file is in the folder, nor in those below",
          remedy: "name the files by a pattern such as \(place)/*.ext")
      }
    case .symbolicLink, .regular: append(place)
    case .none: try expandPattern(place)
    default: throw FrameListError(place, "it is neither a file nor a folder")
    }
  }

  mutating func finish() throws(FrameListError) -> [FrameSequence] {
    try flush()
    return sequences
  }

  /// What is there under this name; a link to a folder counts as a folder.
  private func kind(of place: FileName) throws(FrameListError) -> FileKind? {
    do throws(DiskError) {
      let kind = try disk.status(of: place, in: .current).kind
      guard kind == .symbolicLink else { return kind }
      return reader.isFolder(place) ? .folder : kind
    } catch {
      guard error.code == ENOENT || error.code == ENOTDIR else {
        throw FrameListError(error, at: place)
      }
      return nil
    }
  }

  /// Adds a plain name to those that are to be grouped.
  private mutating func append(_ place: FileName) {
    let folder = place.parentPath.withoutEmptyNames
    if let index = names.firstIndex(where: { $0.folder == folder }) {
      names[index].names.append(place.lastName)
    } else {
      names.append((folder, [place.lastName]))
    }
  }

  private mutating func flush() throws(FrameListError) {
    let waiting = names
    names = []
    for (folder, wanted) in waiting {
      for group in FramePattern.groups(of: wanted) { try take(group, in: folder) }
    }
  }

  /// Whether there is a frame in the folder or in those below.
  private mutating func expandFolder(
    _ path: FileName, depth: Int
  ) throws(FrameListError) -> Bool {
    let folder = try self.folder(at: path)
    let frames = folder.files.filter { $0.isVisible && $0.isFrame }
    for group in FramePattern.groups(of: frames) { try take(group, in: path) }
    var isFull = !frames.isEmpty
    guard depth < FrameList.depthLimit else { return isFull }
    for inner in folder.folders where inner.isVisible {
      if try expandFolder(path.appending(inner), depth: depth + 1) { isFull = true }
    }
    return isFull
  }

  private mutating func expandPattern(_ place: FileName) throws(FrameListError) {
    try flush()
    let path = place.parentPath.withoutEmptyNames
    let name = place.lastName
    let pattern = try pattern(name, of: place)
    let isWild = name.bytes.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    guard pattern == nil || !isWild else {
      throw FrameListError(
        place, "it has a place for the frame number and wildcards, too",
        remedy: "write * for the number: frames are numbered all the same")
    }
    guard pattern != nil || isWild || name.bytes.contains(UInt8(ascii: "[")) else {
      throw FrameListError(place, "there is no such file or folder")
    }
    let folder = try self.folder(at: path)
    let groups: [FrameGroup]
    if let pattern {
      groups = [pattern.group(of: folder.files)].filter { !$0.members.isEmpty }
    } else {
      groups = FramePattern.groups(of: try matches(name, in: folder, place))
    }
    guard !groups.isEmpty else {
      throw FrameListError(
        place, "no file matches",
        remedy: "check the folder and the number of digits; a pattern takes wider numbers as well")
    }
    for group in groups { try take(group, in: path) }
  }

  private func pattern(
    _ name: FileName, of place: FileName
  ) throws(FrameListError) -> FramePattern? {
    do throws(FrameSyntaxError) {
      return try FramePattern(parsing: name)
    } catch {
      throw FrameListError(place, error.reason)
    }
  }

  private func matches(
    _ name: FileName, in folder: FrameFolder, _ place: FileName
  ) throws(FrameListError) -> [FileName] {
    let glob: Glob
    do throws(FilterError) {
      // The slash keeps a name that starts with an exclamation mark from being turned around.
      glob = try FilterRule([UInt8(ascii: "/")] + name.bytes).glob
    } catch {
      throw FrameListError(place, error.reason)
    }
    let showsHidden = !name.isVisible
    return folder.files.filter {
      (showsHidden || $0.isVisible) && glob.matches(name: $0.bytes)
    }
  }

  /// Adds a group as a sequence, without the files that are in the list already.
  private mutating func take(_ group: FrameGroup, in path: FileName) throws(FrameListError) {
    let members = group.members.filter { taken.insert(path.appending($0.name)).inserted }
    var files = [FrameFile]()
    var outside = [FrameFile]()
    for file in reader.files(members, in: path) {
      let isWanted = file.frame.flatMap { frame in range.map { $0.contains(frame) } } ?? true
      if isWanted { files.append(file) } else { outside.append(file) }
    }
    guard !files.isEmpty || !outside.isEmpty else { return }
    guard taken.count <= FrameList.fileLimit else {
      throw FrameListError(path, "there are more than \(FrameList.fileLimit) files")
    }
    let found = files.compactMap(\.frame)
    let missing =
      group.pattern == nil
      ? [] : range.map { FrameRange.gaps(in: found, expected: $0) } ?? FrameRange.gaps(in: found)
    sequences.append(
      FrameSequence(
        folder: path, pattern: group.pattern, files: files, outside: outside,
        missing: FrameRange(joining: missing)))
  }

  private mutating func folder(at path: FileName) throws(FrameListError) -> FrameFolder {
    if let known = folders[path] { return known }
    do throws(DiskError) {
      let folder = try reader.read(path)
      folders[path] = folder
      return folder
    } catch {
      let remedy =
        error.code == ENOENT ? "the frame number stands in the file's name, not in a folder's" : ""
      throw FrameListError(error, at: path.bytes.isEmpty ? "." : path, remedy: remedy)
    }
  }
}

extension FileName {
  /// The same path without `.` and doubled slashes, so that a file has one path, however it was
  /// asked for. The current folder is empty.
  fileprivate var withoutEmptyNames: FileName {
    let slash = UInt8(ascii: "/")
    let names = bytes.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
    let root: [UInt8] = bytes.first == slash ? [slash] : []
    return FileName(root + names.joined(separator: [slash]))
  }

  fileprivate var isVisible: Bool { bytes.first != UInt8(ascii: ".") }

  /// Whether it ends as EXR files do.
  fileprivate var isFrame: Bool {
    FrameList.endings.contains { ending in
      bytes.count > ending.utf8.count
        && zip(bytes.suffix(ending.utf8.count), ending.utf8).allSatisfy { byte, wanted in
          byte == wanted || byte | 0x20 == wanted && byte >= UInt8(ascii: "A")
        }
    }
  }
}
