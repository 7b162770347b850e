import FrameEngine
import Testing

@testable import Mover

struct TransferPlanTests {
  private static func status(
    _ kind: FileKind = .regular, size: Int64 = 1, seconds: Int64 = 100, nanoseconds: UInt32 = 0,
    mode: UInt32 = 0o644, user: UInt32 = 0, changed: Int64 = 0, device: UInt64 = 0
  ) -> FileStatus {
    FileStatus(
      kind: kind, mode: mode, user: user, group: 0, size: size, allocated: size,
      modified: Timestamp(seconds: seconds, nanoseconds: nanoseconds),
      changed: Timestamp(seconds: changed, nanoseconds: 0), inode: 1, volume: 1, linkCount: 1,
      device: device)
  }

  private static func action(
    _ source: FileStatus, _ target: FileStatus?, _ rules: TransferPlan.Rules = .init()
  ) -> TransferPlan.Action {
    TransferPlan(
      source: [ScannedEntry(name: "a", status: source)],
      target: target.map { [ScannedEntry(name: "a", status: $0)] } ?? [], rules: rules
    ).steps[0].action
  }

  @Test func `Each pair of statuses has its action`() {
    let file = Self.status()
    #expect(Self.action(file, nil) == .copy)
    #expect(Self.action(file, file) == .keep)
    #expect(Self.action(file, Self.status(size: 2)) == .copy)
    #expect(Self.action(file, Self.status(seconds: 101)) == .copy)
    #expect(Self.action(file, Self.status(mode: 0o600)) == .repair)
    #expect(Self.action(file, Self.status(user: 9)) == .repair)
    #expect(Self.action(file, Self.status(user: 9), .init(owner: false)) == .keep)
    #expect(Self.action(Self.status(changed: 5), Self.status(changed: 4)) == .repair)
    #expect(Self.action(file, file, .init(checksum: true)) == .compare)
    #expect(Self.action(file, Self.status(.folder)) == .blocked)
    #expect(Self.action(file, Self.status(.symbolicLink)) == .copy)
    #expect(Self.action(Self.status(.folder), file) == .enter)
    #expect(Self.action(Self.status(.symbolicLink), Self.status(.symbolicLink, mode: 0)) == .keep)
    #expect(Self.action(Self.status(.symbolicLink), Self.status(.symbolicLink, size: 9)) == .make)
    #expect(Self.action(Self.status(.fifo), Self.status(.fifo)) == .keep)
    #expect(Self.action(Self.status(.blockDevice, device: 1), Self.status(.blockDevice)) == .make)
  }

  @Test func `Extras are what only the target has`() {
    func entries(_ names: [FileName]) -> [ScannedEntry] {
      names.map { ScannedEntry(name: $0, status: Self.status()) }
    }
    let plan = TransferPlan(
      source: entries(["b", "d", "f"]), target: entries(["a", "b", "c", "e", "f", "g"]),
      rules: .init())
    #expect(plan.extras.map(\.name) == ["a", "c", "e", "g"])
    #expect(plan.steps.map(\.action) == [.keep, .copy, .keep])
  }

  @Test func `Names that differ in case clash where the target cannot tell`() {
    let names: [FileName] = ["A", "B", "a"]
    let source = names.map { ScannedEntry(name: $0, status: Self.status()) }
    var rules = TransferPlan.Rules()
    #expect(
      TransferPlan(source: source, target: [], rules: rules).steps.map(\.action) == [
        .copy, .copy, .copy,
      ])
    rules.target.isCaseSensitive = false
    #expect(
      TransferPlan(source: source, target: [], rules: rules).steps.map(\.action) == [
        .copy, .copy, .clash("A"),
      ])
    let accented: [FileName] = ["\u{C9}t", "\u{E9}T", FileName([0xE9])]
    #expect(
      TransferPlan(
        source: accented.map { ScannedEntry(name: $0, status: Self.status()) }, target: [],
        rules: rules
      ).steps.map(\.action) == [.copy, .clash("\u{C9}t"), .copy])
  }

  @Test func `Another spelling of a source's name is no extra where the target cannot tell`() {
    func entries(_ names: [FileName]) -> [ScannedEntry] {
      names.map { ScannedEntry(name: $0, status: Self.status()) }
    }
    var rules = TransferPlan.Rules()
    func extras() -> [FileName] {
      TransferPlan(source: entries(["file"]), target: entries(["FILE", "other"]), rules: rules)
        .extras.map(\.name)
    }
    #expect(extras() == ["FILE", "other"])
    rules.target.isCaseSensitive = false
    #expect(extras() == ["other"])
  }

  @Test func `Where a target has no modes, only times make a repair`() {
    var rules = TransferPlan.Rules()
    rules.target.holdsModes = false
    let source = Self.status(mode: 0o755, user: 7, changed: 500)
    #expect(Self.action(source, Self.status(), rules) == .keep)
    #expect(Self.action(source, Self.status(seconds: 101), rules) == .copy)
  }

  @Test(arguments: [(1, true), (100, false), (1_000, false)] as [(Int64, Bool)])
  func `A target's time step is measured, or guessed from the times`(step: Int64, isExact: Bool) {
    let source = Timestamp(seconds: 1_000_000_001, nanoseconds: 123_456_789)
    let cut = Timestamp(
      seconds: 1_000_000_001, nanoseconds: 123_456_789 / UInt32(step) * UInt32(step))
    #expect(TargetTraits.step(from: source, to: cut) == step)
    #expect(TargetTraits(timeStep: step).hold(source, as: cut))
    #expect(TargetTraits().hold(source, as: cut))
    #expect(TargetTraits(timeStep: 1).hold(source, as: cut) == isExact)
  }

  @Test func `FAT keeps even seconds, also before 1970`() {
    let traits = TargetTraits(timeStep: 2_000_000_000)
    #expect(
      traits.hold(Timestamp(seconds: 7, nanoseconds: 5), as: Timestamp(seconds: 6, nanoseconds: 0)))
    #expect(
      traits.hold(
        Timestamp(seconds: -7, nanoseconds: 5), as: Timestamp(seconds: -8, nanoseconds: 0)))
    #expect(
      !traits.hold(Timestamp(seconds: 8, nanoseconds: 0), as: Timestamp(seconds: 6, nanoseconds: 0))
    )
  }
}

struct ResumeJournalTests {
  private static let journal = ResumeJournal(
    source: ResumeJournal.Source(
      FileStatus(
        kind: .regular, mode: 0, user: 0, group: 0, size: 1 << 30, allocated: 0,
        modified: Timestamp(seconds: -5, nanoseconds: 7),
        changed: Timestamp(seconds: 0, nanoseconds: 0),
        inode: 99, volume: 3, linkCount: 1, device: 0)),
    name: FileName([0xFF, 10, 65]))

  @Test func `What was noted is read back, torn tails and flipped bits are not`() {
    let journal = Self.journal
    let bytes = journal.header + journal.record(0..<100) + journal.record(200..<300)
    var expected = RangeSet()
    expected.insert(0..<100)
    expected.insert(200..<300)
    let read = ResumeJournal(bytes)
    #expect(read?.source == journal.source && read?.name == journal.name)
    #expect(read?.done == expected)
    #expect(ResumeJournal(Array(bytes.dropLast()))?.done.ranges == [0..<100])
    for bit in 0..<bytes.count * 8 {
      var bad = bytes
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = ResumeJournal(bad)?.done ?? RangeSet()
      #expect(found != expected && found.ranges.allSatisfy { expected.ranges.contains($0) })
    }
    for count in 0..<journal.header.count { #expect(ResumeJournal(Array(bytes[..<count])) == nil) }
  }

  @Test func `Ranges join and gaps are found as in a set of bytes`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      var set = RangeSet()
      var bytes = Set<Int64>()
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        let start = Int64.random(in: 0..<60, using: &generator)
        let range = start..<start + Int64.random(in: 0...9, using: &generator)
        set.insert(range)
        bytes.formUnion(range)
      }
      #expect(set.byteCount == Int64(bytes.count))
      var offset: Int64 = 0
      var missing = Set<Int64>()
      while let gap = set.nextGap(from: offset, end: 70, limit: 7) {
        #expect(!gap.isEmpty && gap.count <= 7)
        missing.formUnion(gap)
        offset = gap.upperBound
      }
      #expect(missing == Set(0..<70).subtracting(bytes))
    }
  }
}

struct PartNameTests {
  @Test func `Names carry their owner`() {
    let run = RunIdentity.begin()
    let part = PartName(run: run, number: 255, suffix: .journal)
    #expect(PartName(part.name) == part)
    #expect(part.name.description.hasSuffix("-ff.journal"))
    #expect(run.liveness == .alive)
    run.end()
    #expect(run.liveness == .dead)
    for name: FileName in [
      "a", ".farmio-", ".farmio-1-2-3.part", ".farmio-1-2-3-4-5-6.tmp", ".farmio-1-2-3-4-5-g.part",
    ] {
      #expect(PartName(name) == nil)
    }
  }

  @Test func `Other machines and earlier starts are told apart`() {
    let run = RunIdentity.begin()
    defer { run.end() }
    func other(host: UInt64? = nil, boot: UInt64? = nil, process: UInt64? = nil) -> RunIdentity {
      RunIdentity(
        host: host ?? run.host, boot: boot ?? run.boot, process: process ?? run.process,
        start: run.start, serial: run.serial)
    }
    #expect(other(host: run.host ^ 1).liveness == .unknown)
    #expect(other(boot: run.boot ^ 1).liveness == .dead)
    #expect(other(process: 1).liveness == .dead)
  }
}
