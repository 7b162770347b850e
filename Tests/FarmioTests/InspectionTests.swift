import Testing

@testable import farmio

/// `ls`, `diff` and `stats`, run as a shell does.
@Suite struct InspectionTests {
  private static let tree = """
    cd t; mkdir -p shots/010/render empty; for i in $(seq 30); do echo "frame $i" > shots/010/f$i
    done; head -c 300000 /dev/urandom > shots/plate; ln -s plate shots/link
    ln shots/plate shots/hard; printf x > $'odd\\nname'; mkfifo pipe; chmod 4751 shots/010/f1
    setfattr -n user.note -v hi shots/010/f2 || true; cd ..
    """

  @Test func listsWhatFindFinds() throws {
    try Workshop.with { workshop in
      let id = try {
        try workshop.run(Self.tree)
        return try workshop.backup()
      }()
      try workshop.run(
        """
        farmio ls r latest --recursive | sed 's|/$||' | LC_ALL=C sort > listed
        (echo t; find t -mindepth 1 ! -name 'odd*' -printf '%p\\n'; echo 't/odd\\nname') |
          LC_ALL=C sort > found
        diff listed found
        """)
      #expect(try workshop.run("farmio ls r \(id):t/shots") == "010/\nhard\nlink\nplate\n")
      let long = try workshop.run("farmio ls --long r \(id.prefix(8)):t/shots/010/f1")
      #expect(long.hasPrefix("-rwsr-x--x  "))
      #expect(long.hasSuffix("  f1\n") && long.contains("  8 B  "))
      let link = try workshop.run("farmio ls -l r latest:t/shots | grep ^l")
      #expect(link.hasSuffix("link -> plate\n"))
      #expect(try workshop.run("ls r/leases") == "")
    }
  }

  @Test func anEntryIsAnObjectWithAllThatIsKnown() throws {
    try Workshop.with { workshop in
      try workshop.run(Self.tree)
      try workshop.run("touch -d '2020-02-03 04:05:06.7 UTC' t/shots/plate; farmio backup r t -q")
      let plate = try workshop.run("farmio ls --json r latest:t/shots/hard")
      #expect(plate.hasPrefix(#"{"path":"t/shots/hard","kind":"file","mode":"0644","user":"#))
      #expect(
        plate.contains(#""size":300000,"modified":"2020-02-03T04:05:06.700000000Z","links":2,"#))
      let link = try workshop.run("farmio ls --json -R r latest:t | grep link")
      #expect(link.contains(#"{"path":"t/shots/link","kind":"link""#))
      #expect(link.contains(#""target":"plate""#))
      let count = try workshop.run("farmio ls --json -R r latest | wc -l")
      #expect(count == (try workshop.run("find t -printf x | wc -c")))
    }
  }

  @Test func aPathThatIsNotThereIsWrongUsage() throws {
    try Workshop.with { workshop in
      _ = try workshop.backup()
      let child = try workshop.process("farmio ls r latest:t/nothing")
      #expect(child.status == 2 && child.output == "")
      #expect(child.errors.contains("t/nothing: snapshot"))
      #expect(child.errors.contains("farmio ls r"))
      #expect(try workshop.process("farmio ls r abcd").status == 2)
    }
  }

  @Test func diffShowsExactlyWhatChanged() throws {
    try Workshop.with { workshop in
      try workshop.run(Self.tree)
      let before = try workshop.backup()
      try workshop.run(
        """
        cd t; touch -d 2020-01-01 shots/010/f3; echo 'FRAME 4' > shots/010/f4
        chmod 600 shots/010/f5; rm shots/010/f6; ln -sfn hard shots/link; rm -r empty
        mkdir -p new; echo q > new/q; rm shots/010/f7; mkdir shots/010/f7
        rm shots/hard; setfattr -n user.note -v there shots/010/f8
        """)
      let after = try workshop.backup()
      let child = try workshop.process("farmio diff r \(before) \(after)")
      #expect(child.status == 1)
      #expect(
        child.output == """
          -  t/empty/
          +  t/new/
          +  t/new/q
          m  t/shots/010/f3
          M  t/shots/010/f4
          m  t/shots/010/f5
          -  t/shots/010/f6
          T  t/shots/010/f7/
          m  t/shots/010/f8
          -  t/shots/hard
          M  t/shots/link
          2 added (2 B), 3 removed (300 KB), 3 changed (8 B), 3 in metadata alone

          """)
      #expect(
        try workshop.process("farmio diff --stat r \(before) \(after)").output
          == "2 added (2 B), 3 removed (300 KB), 3 changed (8 B), 3 in metadata alone\n")
      let json = try workshop.process("farmio diff --json r \(before):t/new latest:t/new")
      #expect(json.status == 2)
      let link = try workshop.process(
        "farmio diff --json r \(before):t/shots latest:t/shots | grep '\"path\":\"link\"'")
      #expect(link.output.hasPrefix(#"{"mark":"M","path":"link","before":{"kind":"link""#))
      #expect(link.output.contains(#""target":"plate"},"after":"#))
      let equal = try workshop.process("farmio diff --json r \(after) latest")
      #expect(equal.status == 0)
      #expect(
        equal.output == #"{"summary":{"added":0,"added_bytes":0,"removed":0,"removed_bytes":0,"#
          + #""changed":0,"changed_bytes":0,"metadata":0}}"# + "\n")
    }
  }

  @Test func statsCountWhatIsStored() throws {
    try Workshop.with { workshop in
      try workshop.run("head -c 1000000 /dev/urandom > t/a; cp t/a t/b")
      let first = try workshop.backup()
      _ = try workshop.backup()
      let all = try workshop.run("farmio stats r")
      #expect(all.hasPrefix("snapshots        2\nfiles            4\nsize       4.00 MB\n"))
      #expect(all.contains("\ndistinct   1.00 MB  ") && all.contains("25.0 % of the size\n"))
      #expect(all.contains("\nunused         0 B  0.0 % of the packs\n"))
      let one = try workshop.run("farmio stats r --json \(first)")
      #expect(one.hasPrefix(#"{"snapshots":1,"files":2,"folders":1,"bytes":2000000,"chunks":"#))
      #expect(one.contains(#""chunk_bytes":1000000,"#) && one.contains(#""unused_bytes":null,"#))
    }
  }
}
