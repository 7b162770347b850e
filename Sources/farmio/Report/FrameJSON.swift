import FrameEngine
import Mover

/// Verified frames for programs: one record a frame, one a sequence, and a summary.
enum FrameJSON {
  /// The record of a frame.
  static func write(_ report: FrameReport, to json: inout JSONWriter) {
    json.field("type", "frame")
    json.path("path", report.file.path)
    json.field("frame", report.file.frame)
    json.field("status", report.status.rawValue)
    json.field("bytes", report.byteCount)
    json.field("seconds", report.duration / .seconds(1))
    if let failure = report.failure { json.field("cause", failure.description) }
    json.array("parts") { parts in
      for part in report.parts { parts.object { write(part, to: &$0) } }
    }
    json.array("findings") { findings in
      for finding in report.findings { findings.object { write(finding, to: &$0) } }
    }
  }

  /// The record of a sequence.
  static func write(
    _ sequence: FrameSequence, _ found: [SequenceFinding], to json: inout JSONWriter
  ) {
    json.field("type", "sequence")
    json.field("pattern", sequence.title)
    json.field("first", sequence.files.first?.frame)
    json.field("last", sequence.files.last?.frame)
    json.field("frames", sequence.files.count)
    json.array("findings") { findings in
      for entry in found {
        findings.object {
          write(entry.finding, to: &$0)
          if !entry.frames.isEmpty { $0.field("frames", entry.frames.description) }
          $0.array("names") { for name in entry.names { $0.text(name.description) } }
        }
      }
    }
  }

  /// The record of frames that the manifest knows and that are not there.
  static func write(missing found: SequenceFinding, to json: inout JSONWriter) {
    json.field("type", "manifest")
    json.array("findings") { findings in
      findings.object {
        write(found.finding, to: &$0)
        $0.array("names") { for name in found.names { $0.text(name.description) } }
      }
    }
  }

  /// The summary.
  static func write(_ counts: VerifyCounts, _ time: Duration, to json: inout JSONWriter) {
    json.field("type", "summary")
    json.field("frames", counts.frames)
    json.field("bytes", counts.bytes)
    json.field("sound", counts.sound)
    json.field("doubtful", counts.doubtful)
    json.field("bad", counts.bad)
    json.field("unreadable", counts.unreadable)
    json.field("errors", counts.errors)
    json.field("warnings", counts.warnings)
    json.field("seconds", time / .seconds(1))
  }

  private static func write(_ report: PartReport, to json: inout JSONWriter) {
    let part = report.part
    json.field("name", part.name)
    json.field("type", part.kind.rawValue)
    json.field("codec", part.codec.name)
    json.array("data_window") { write(part.dataWindow, to: &$0) }
    json.array("display_window") { write(part.displayWindow, to: &$0) }
    json.field("chunks", report.chunkCount)
    json.array("damaged_chunks") { for chunk in report.damaged { $0.number(chunk) } }
    json.field("digest", report.scan?.digest?.hex)
    json.array("channels") { channels in
      for (index, channel) in part.channels.enumerated() {
        channels.object { write(channel, report.scan?.statistics[index], to: &$0) }
      }
    }
  }

  private static func write(
    _ channel: Channel, _ statistics: ChannelStatistics?, to json: inout JSONWriter
  ) {
    json.field("name", channel.name)
    json.field("type", channel.type.name)
    guard let statistics else { return }
    json.field("samples", statistics.samples)
    json.exact("min", statistics.minimum)
    json.exact("max", statistics.maximum)
    json.exact("mean", statistics.mean)
    json.field("nan", statistics.nans.count)
    json.field("inf", statistics.infinities.count)
    json.field("negative", statistics.negatives.count)
    json.field("zero", statistics.zeros)
  }

  /// The fields of a finding.
  static func write(_ finding: Finding, to json: inout JSONWriter) {
    let place = finding.place
    json.field("code", finding.code.rawValue)
    json.field("severity", finding.severity.rawValue)
    json.field("depth", finding.code.depth.rawValue)
    if let part = place.part { json.field("part", part) }
    if let chunk = place.chunk { json.field("chunk", chunk) }
    if let level = place.level { json.array("level") { pair(level.x, level.y, to: &$0) } }
    if let tile = place.tile { json.array("tile") { pair(tile.x, tile.y, to: &$0) } }
    if let window = place.window { json.array("window") { write(window, to: &$0) } }
    if let channel = place.channel { json.field("channel", channel) }
    if let pixel = place.pixel { json.array("pixel") { pair(pixel.x, pixel.y, to: &$0) } }
    if let offset = finding.byteOffset { json.field("offset", offset) }
    if let count = finding.count { json.field("count", count) }
    json.field("text", finding.text)
  }

  private static func pair(_ x: Int, _ y: Int, to json: inout JSONWriter) {
    json.number(x)
    json.number(y)
  }

  private static func write(_ window: Window, to json: inout JSONWriter) {
    for corner in [window.minX, window.minY, window.maxX, window.maxY] { json.number(corner) }
  }
}
