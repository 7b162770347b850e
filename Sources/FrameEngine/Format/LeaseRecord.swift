/// The body of `leases/RID`: a run at work, and what it must not lose to a collector.
public struct LeaseRecord: Hashable, Sendable {
  /// What the run does.
  public enum Work: UInt8, Hashable, Sendable {
    case backup = 1
    case restore = 2
    case check = 3
    case collect = 4
    case look = 5
  }

  /// What the run does; it says whether the run may own packs.
  public var work: Work
  /// The name of the machine that the run is on.
  public var host: String
  /// The boot and process namespace in which `process` is a number: only there can anyone see
  /// that the process is gone.
  public var machine: String
  /// The number of the process, in the counting of `machine`.
  public var process: UInt64
  /// When the process began, in the machine's own ticks, so that a reused number is not it.
  public var processStart: UInt64
  /// When the run began, by its own clock. For people only.
  public var started: Timestamp
  /// The newest collection generation that the run had seen when it began; 0 for none.
  public var generation: UInt64
  /// Counts up while the run lives. A collector gives up on a run whose counter stands still.
  public var heartbeat: UInt64
  /// The pages that a reader reads from: kept by every collector until the run has ended.
  public var pins: [Digest]

  /// A lease with every field given.
  public init(
    work: Work, host: String, machine: String, process: UInt64, processStart: UInt64,
    started: Timestamp, generation: UInt64, heartbeat: UInt64, pins: [Digest]
  ) {
    self.work = work
    self.host = host
    self.machine = machine
    self.process = process
    self.processStart = processStart
    self.started = started
    self.generation = generation
    self.heartbeat = heartbeat
    self.pins = pins
  }

  /// The body's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 128)
    writer.append(work.rawValue)
    writer.append(text: host)
    writer.append(text: machine)
    writer.append(varint: process)
    writer.append(varint: processStart)
    writer.append(started)
    writer.append(varint: generation)
    writer.append(varint: heartbeat)
    writer.append(varint: UInt64(pins.count))
    for pin in pins { writer.append(pin) }
    return writer.bytes
  }

  /// Reads a body.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    let rawWork = try reader.u8()
    guard let work = Work(rawValue: rawWork) else {
      throw FormatError(.newer, at: 0, "work \(rawWork) is not known")
    }
    let host = try reader.text()
    let machine = try reader.text()
    let process = try reader.varint()
    let processStart = try reader.varint()
    let started = try reader.timestamp()
    let generation = try reader.varint()
    let heartbeat = try reader.varint()
    var pins = [Digest]()
    for _ in 0..<(try reader.count(limit: reader.remaining / 32, "the number of pins")) {
      pins.append(try reader.digest())
    }
    try reader.expectEnd()
    self.init(
      work: work, host: host, machine: machine, process: process, processStart: processStart,
      started: started, generation: generation, heartbeat: heartbeat, pins: pins)
  }
}
