import FrameEngine
import Mover
import Synchronization

/// The counters of a job at one moment, with its speed.
struct ProgressSample: Hashable, Sendable {
  var verb = ""
  /// Seconds since the start.
  var elapsed = 0.0
  var filesDone = 0
  /// `nil` while unknown.
  var filesTotal: Int?
  var bytesDone: Int64 = 0
  /// `nil` while unknown.
  var bytesTotal: Int64?
  var bytesStored: Int64 = 0
  var bytesPerSecond = 0.0
  var errors = 0
  var name: FileName = ""
}

extension ProgressSample {
  /// The counters as they stand.
  init(_ counters: ProgressCounters, verb: String, elapsed: Double, bytesPerSecond: Double) {
    self.verb = verb
    self.elapsed = elapsed
    self.bytesPerSecond = bytesPerSecond
    filesDone = counters.filesDone.load(ordering: .relaxed)
    bytesDone = counters.bytesDone.load(ordering: .relaxed)
    bytesStored = counters.bytesStored.load(ordering: .relaxed)
    errors = counters.errors.load(ordering: .relaxed)
    name = counters.currentName
    if !counters.isCounting.load(ordering: .relaxed) {
      let files = counters.filesTotal.load(ordering: .relaxed)
      let bytes = counters.bytesTotal.load(ordering: .relaxed)
      if files > 0 { filesTotal = max(files, filesDone) }
      if bytes > 0 { bytesTotal = max(bytes, bytesDone) }
    }
  }

  /// The done share of the whole, 0 to 1; `nil` while unknown.
  var share: Double? {
    if let bytesTotal { return Double(bytesDone) / Double(bytesTotal) }
    return filesTotal.map { Double(filesDone) / Double($0) }
  }

  /// Seconds until the end at this speed; `nil` while nobody can know.
  var secondsLeft: Double? {
    guard let bytesTotal, bytesPerSecond > 0 else { return nil }
    return Double(bytesTotal - bytesDone) / bytesPerSecond
  }

  /// The record of `--progress json`.
  var record: JSONWriter {
    var json = JSONWriter()
    json.object {
      $0.object("progress") {
        $0.field("command", verb)
        $0.field("seconds", elapsed)
        $0.field("files_done", filesDone)
        $0.field("files_total", filesTotal)
        $0.field("bytes_done", bytesDone)
        $0.field("bytes_total", bytesTotal)
        $0.field("bytes_stored", bytesStored)
        $0.field("bytes_per_second", bytesPerSecond.rounded())
        $0.field("seconds_left", secondsLeft)
        $0.field("errors", errors)
        if !name.bytes.isEmpty { $0.path("path", name) }
      }
    }
    return json
  }
}

/// The speed of late: a moving average that forgets with a time constant of three seconds, so that
/// one slow file does not make the time left jump.
struct RateMeter: Sendable {
  private var average: Double?
  private var lastSeconds = 0.0
  private var lastBytes: Int64 = 0

  private static let timeConstant = 3.0

  /// Bytes a second, after `bytes` were done at `seconds` since the start.
  mutating func update(seconds: Double, bytes: Int64) -> Double {
    let span = seconds - lastSeconds
    guard span > 0 else { return average ?? 0 }
    let rate = Double(bytes - lastBytes) / span
    (lastSeconds, lastBytes) = (seconds, bytes)
    guard let old = average else {
      average = rate
      return rate
    }
    // The weight of a step grows with its span: 1 - e^(-t/T), by its nearest simple fraction.
    let weight = span / (span + RateMeter.timeConstant)
    let new = old + (rate - old) * weight
    average = new
    return new
  }
}
