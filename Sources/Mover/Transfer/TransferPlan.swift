import FrameEngine

/// What is to be done for the names of one folder: two sorted listings in, steps out. No disk.
struct TransferPlan: Hashable, Sendable {
  /// What a name of the source needs.
  enum Action: Hashable, Sendable {
    /// Nothing.
    case keep
    /// Its metadata is to be set; the bytes are right.
    case repair
    /// Its bytes are to be compared, since both look the same.
    case compare
    /// It is a regular file, missing or different.
    case copy
    /// It is a link, FIFO, socket or device, missing or different.
    case make
    /// It is a folder, to be visited.
    case enter
    /// The target has a folder of this name.
    case blocked
    /// The target cannot tell it from this other name of the source.
    case clash(FileName)
  }

  /// A name of the source, what the target has of this name, and what is to be done.
  struct Step: Hashable, Sendable {
    let source: ScannedEntry
    let target: FileStatus?
    let action: Action
  }

  /// How listings are compared.
  struct Rules: Hashable, Sendable {
    var checksum = false
    var owner = true
    /// What the target can hold.
    var target = TargetTraits()
  }

  /// A step for each name of the source, in its order.
  private(set) var steps: [Step] = []
  /// What only the target has.
  private(set) var extras: [ScannedEntry] = []

  /// Compares two listings, both sorted by name bytes.
  init(source: [ScannedEntry], target: [ScannedEntry], rules: Rules) {
    steps.reserveCapacity(source.count)
    let clashes = rules.target.isCaseSensitive ? [:] : TransferPlan.clashes(source)
    var position = 0
    for entry in source {
      while position < target.count, target[position].name.sortsBefore(entry.name) {
        extras.append(target[position])
        position += 1
      }
      var existing: FileStatus?
      if position < target.count, target[position].name == entry.name {
        existing = target[position].status
        position += 1
      }
      let action =
        clashes[entry.name].map { Action.clash($0) }
        ?? TransferPlan.action(entry.status, existing, rules)
      steps.append(Step(source: entry, target: existing, action: action))
    }
    extras += target[position...]
    if !rules.target.isCaseSensitive {
      // To the target they are names of the source: removing them would remove what was just copied.
      let wanted = Set(source.map(\.name.folded))
      extras.removeAll { wanted.contains($0.name.folded) }
    }
  }

  private static func action(_ source: FileStatus, _ target: FileStatus?, _ rules: Rules)
    -> Action
  {
    if source.kind == .folder { return .enter }
    if target?.kind == .folder { return .blocked }
    let whenDifferent = source.kind == .regular ? Action.copy : .make
    guard let target, target.kind == source.kind else { return whenDifferent }
    switch source.kind {
    case .regular, .symbolicLink:
      guard source.size == target.size, rules.target.hold(source.modified, as: target.modified)
      else { return whenDifferent }
    default:
      guard source.device == target.device else { return .make }
    }
    if rules.checksum, source.kind == .regular { return .compare }
    return needsRepair(source, target, rules) ? .repair : .keep
  }

  /// Whether metadata differs, or may: attributes and ACLs are not in a status, but setting them on
  /// the source moves its time of change past that of the copy.
  static func needsRepair(_ source: FileStatus, _ target: FileStatus, _ rules: Rules) -> Bool {
    guard rules.target.holdsModes else {
      return !rules.target.hold(source.modified, as: target.modified)
    }
    let isSameMode = source.kind == .symbolicLink || source.mode == target.mode
    let isSameOwner = !rules.owner || source.user == target.user && source.group == target.group
    return !isSameMode || !isSameOwner || source.changed > target.changed
      || !rules.target.hold(source.modified, as: target.modified)
  }

  /// Names that differ in the case of letters only; each but the first of a set, with the first.
  private static func clashes(_ source: [ScannedEntry]) -> [FileName: FileName] {
    var first: [FileName: FileName] = [:]
    var clashes: [FileName: FileName] = [:]
    for entry in source {
      let folded = entry.name.folded
      if let other = first[folded] {
        clashes[entry.name] = other
      } else {
        first[folded] = entry.name
      }
    }
    return clashes
  }
}

/// What a target does with times and names.
struct TargetTraits: Hashable, Sendable {
  /// Whether names that differ in case are two.
  var isCaseSensitive = true
  /// Whether it has modes, owners, attributes and times of change at all.
  var holdsModes = true
  /// Nanoseconds to which the target cuts times; `nil` where it was not measured.
  var timeStep: Int64?
  /// Whether the kernel copies into it as well as a program does.
  var copiesInKernel = true

  /// Steps that file systems are known to have: exact, Windows (100 ns), FUSE and old servers
  /// (microseconds, milliseconds, seconds), FAT (2 seconds).
  private static let steps: [Int64] = [1, 100, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000]

  /// Whether the target would store the time `source` as `target`.
  func hold(_ source: Timestamp, as target: Timestamp) -> Bool {
    if source == target { return true }
    if let timeStep { return TargetTraits.cut(source, to: timeStep) == target }
    return TargetTraits.steps.contains { TargetTraits.cut(source, to: $0) == target }
  }

  /// The step that turned `source` into `target`; exact where none explains it.
  static func step(from source: Timestamp, to target: Timestamp) -> Int64 {
    steps.first { cut(source, to: $0) == target } ?? 1
  }

  private static func cut(_ time: Timestamp, to step: Int64) -> Timestamp {
    let second: Int64 = 1_000_000_000
    if step >= second {
      let seconds = step / second
      let rest = (time.seconds % seconds + seconds) % seconds
      return Timestamp(seconds: time.seconds - rest, nanoseconds: 0)
    }
    let nanoseconds = Int64(time.nanoseconds)
    return Timestamp(
      seconds: time.seconds, nanoseconds: UInt32(nanoseconds - nanoseconds % step))
  }
}

extension FileName {
  /// The name with all letters in lower case; of what is no UTF-8, the ASCII letters.
  var folded: FileName {
    if !bytes.allSatisfy({ $0 < 0x80 }), let text = String(validating: bytes, as: UTF8.self) {
      return FileName(text.lowercased())
    }
    return FileName(
      bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 })
  }

  /// The name with ASCII letters in upper case.
  var uppercased: FileName {
    FileName(bytes.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 & 0xDF : $0 })
  }
}
