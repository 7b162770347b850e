import FrameEngine
import Mover

/// Which snapshots `--tag`, `--host` and `--path` choose.
struct SnapshotSelection: Sendable {
  private let tags: [String]
  private let host: String?
  private let path: FileName?

  init(_ session: Session) {
    tags = session[Common.tag]
    host = session[Common.host]
    path = session[Common.path]
  }

  /// Whether a snapshot has one of the tags, the host and the path, as far as they were given.
  func contains(_ snapshot: Snapshot) -> Bool {
    let record = snapshot.record
    return (tags.isEmpty || record.tags.contains { tags.contains($0) })
      && (host == nil || host == record.host)
      && (path == nil || record.paths.contains { $0 == path })
  }

  /// The newest `count` of each host and paths, in the order given.
  static func newest(_ count: Int, of snapshots: [Snapshot]) -> [Snapshot] {
    var left: [Snapshot.Line: Int] = [:]
    let chosen = snapshots.reversed().filter { snapshot in
      let key = snapshot.line
      left[key, default: count] -= 1
      return left[key, default: 0] >= 0
    }
    return chosen.reversed()
  }
}

extension Moment {
  init(_ time: Timestamp) {
    self.init(seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
  }
}

extension JSONWriter {
  /// The fields of a snapshot.
  mutating func snapshot(_ snapshot: Snapshot) {
    let record = snapshot.record
    let statistics = record.statistics
    field("id", snapshot.id.hex)
    field("time", Moment(record.time).utc)
    field("host", record.host)
    field("user", record.user)
    field("program", record.program)
    array("tags") { for tag in record.tags { $0.text(tag) } }
    array("paths") { for path in record.paths { $0.object { $0.path("path", path) } } }
    field("parent", record.parent?.hex)
    field("files", statistics.files)
    field("folders", statistics.folders)
    field("bytes", statistics.bytes)
    field("new_bytes", statistics.newBytes)
    field("stored_bytes", statistics.storedBytes)
    field("failures", statistics.failures)
    field("seconds", Double(statistics.nanoseconds) / 1e9)
  }
}
