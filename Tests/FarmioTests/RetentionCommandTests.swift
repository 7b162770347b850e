import Testing

@testable import farmio

/// `forget` and `prune`, run as a shell does.
@Suite struct RetentionCommandTests {
  @Test func aLostSnapshotIsNamedAndBlocksNothingElse() throws {
    try Workshop.with { workshop in
      try workshop.run("echo 1 > t/a")
      let first = try workshop.backup()
      let second = try workshop.backup()
      try workshop.run(
        """
        for f in r/refs/\(second) r/copies/refs/\(second); do
          chmod u+w $f; printf XXXX | dd of=$f bs=1 seek=50 conv=notrunc status=none
        done
        """)
      let list = try workshop.process("farmio snapshots r -q")
      #expect(list.status == 1 && list.output == "\(first)\n")
      #expect(list.errors.contains("is lost") && list.errors.contains("farmio forget REPO"))
      let restored = try workshop.process("farmio restore r latest:t -o out; diff -r t out")
      #expect(restored.status == 0 && restored.errors.contains("is lost"))
      #expect(try workshop.process("farmio check r --repair").status == 1)
      let prune = try workshop.process("farmio prune r")
      #expect(prune.status == 1 && prune.errors.contains(second))
      let third = try workshop.backup()
      let forgotten = try workshop.run("farmio forget r \(second.prefix(12))")
      #expect(forgotten.hasPrefix("forget  \(second.prefix(12))  lost\n"))
      try workshop.run("farmio prune r -q; farmio check r -q")
      #expect(try workshop.run("farmio snapshots r -q") == "\(first)\n\(third)\n")
    }
  }

  @Test func rulesForgetAndPruneGivesTheSpaceBack() throws {
    try Workshop.with { workshop in
      try workshop.run("head -c 2000000 /dev/urandom > t/first; echo kept > t/kept")
      let first = try workshop.backup("--tag final")
      try workshop.run("rm t/first; head -c 2000000 /dev/urandom > t/second")
      let second = try workshop.backup()
      try workshop.run("rm t/second; head -c 2000000 /dev/urandom > t/third")
      let third = try workshop.backup()

      let preview = try workshop.run(
        "farmio forget r --keep-last 1 --keep-tag final --dry-run --prune")
      let lines = preview.split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("keep    \(first.prefix(12))  20"))
      #expect(lines[0].hasSuffix("  tag final"))
      #expect(lines[1].hasPrefix("forget  \(second.prefix(12))  20"))
      #expect(lines[2].hasSuffix("  last"))
      #expect(lines[3] == "2 kept, 1 to forget")
      #expect(lines[4].hasPrefix("would remove 2 packs") && lines[4].contains("; 2.0"))
      #expect(try workshop.run("farmio snapshots r -q") == "\(first)\n\(second)\n\(third)\n")

      let done = try workshop.run("farmio forget r --keep-last 1 --keep-tag final")
      #expect(done.hasSuffix("2 kept, 1 forgotten\n"))
      #expect(try workshop.run("farmio snapshots r -q") == "\(first)\n\(third)\n")
      let before = try packBytes(workshop)
      let pruned = try workshop.run("farmio prune r --json")
      #expect(pruned.hasPrefix(#"{"dry_run":false,"removed_packs":"#))
      #expect(pruned.contains(#""waiting_for":[],"#))
      #expect(try packBytes(workshop) < before - 1_990_000)
      try workshop.run("farmio restore r latest:t --target out -q; diff -r t out")
      try workshop.run("farmio restore r \(first):t --target old -q; test -s old/first")
      let child = try workshop.process("farmio diff r \(second) latest")
      #expect(child.status == 2)
    }
  }

  private func packBytes(_ workshop: Workshop) throws -> Int {
    let sum = try workshop.run("(echo 0; find r/packs -type f -printf '%s\\n') | paste -sd+ | bc")
    return try #require(Int(sum.dropLast()))
  }

  @Test func namedSnapshotsAreForgotten() throws {
    try Workshop.with { workshop in
      try workshop.run("echo x > t/x")
      let first = try workshop.backup()
      let second = try workshop.backup()
      #expect(try workshop.run("farmio forget r \(second.prefix(10)) -q") == "\(second)\n")
      #expect(try workshop.run("farmio snapshots r -q") == "\(first)\n")
      let json = try workshop.run("farmio forget r latest --prune --json")
      #expect(json.hasPrefix(#"{"dry_run":false,"kept":0,"forgotten":1,"snapshots":[{"id":"#))
      #expect(json.contains(#""prune":{"dry_run":false,"#))
      #expect(try packBytes(workshop) == 0)
    }
  }

  @Test func rulesSeeOnlyWhatIsSelected() throws {
    try Workshop.with { workshop in
      let first = try workshop.backup("--tag nightly")
      let second = try workshop.backup("--tag final")
      let third = try workshop.backup("--tag nightly")
      let other = try workshop.backup("--tag nightly --host other")
      try workshop.run("farmio forget r --tag nightly --keep-last 1")
      #expect(try workshop.run("farmio snapshots r -q") == "\(second)\n\(third)\n\(other)\n")
      #expect(first != second)
    }
  }

  @Test(arguments: ["", "latest --keep-last 3", "latest --tag a", "--prune"])
  func whatSaysTooLittleOrTooMuchIsWrongUsage(arguments: String) throws {
    try Workshop.with { workshop in
      let id = try workshop.backup()
      let child = try workshop.process("farmio forget r \(arguments)")
      #expect(child.status == 2)
      #expect(try workshop.run("farmio snapshots r -q") == "\(id)\n")
    }
  }
}
