import Testing

@testable import farmio

/// `backup` and `restore`, run as a shell does.
@Suite struct BackupCommandTests {
  @Test func anInterruptedBackupGoesOnWhenItIsRunAgain() throws {
    try Workshop.with { workshop in
      try workshop.run(
        "for i in 1 2 3 4 5 6 7 8; do head -c 32M /dev/urandom > t/plate.$i.exr; done")
      // A signal that whoever runs the tests ignores would stay ignored. The first whole pack shows
      // that the backup is at work, with three quarters of it to come.
      let script = """
        env --default-signal=INT farmio backup r t > output 2> errors & process=$!
        until [ -n "$(find r/packs -type f ! -name '.tmp*' 2> /dev/null)" ]; do
          kill -0 $process || { cat errors; exit 9; }
          sleep 0.01
        done
        kill -INT $process
        set +e; wait $process; echo $?
        """
      #expect(try workshop.run(script) == "130\n")
      #expect(try workshop.run("cat output") == "")
      #expect(try workshop.run("cat errors").contains("farmio: stopping"))
      #expect(try workshop.run("farmio snapshots r -q") == "")
      #expect(try workshop.run("ls r/leases") == "")

      let again = try workshop.run("farmio backup r t --json")
      let new = try #require(again.firstRange(of: /"new_bytes":([0-9]+)/))
      let bytes = try #require(Int(again[new].drop { !$0.isNumber }))
      #expect(bytes < 230_000_000)
      try workshop.run("farmio restore r latest:t --target out -q; diff -r t out")
    }
  }

  @Test func aDryRunSaysWhatWouldBeRead() throws {
    try Workshop.with { workshop in
      try workshop.run("echo 12345 > t/a; mkdir t/d; echo 1 > t/d/b")
      let text = try workshop.run("farmio backup r t --dry-run --verbose")
      #expect(text.contains("would read t/a\n") && text.contains("would read t/d/b\n"))
      #expect(text.hasSuffix("/t: 2 files, 8 B; would read 2 of them, 8 B\n"))
      let json = try workshop.run("farmio backup r t -n --json --exclude d")
      #expect(json.hasPrefix(#"{"dry_run":true,"files":1,"folders":1,"others":0,"#))
      #expect(try workshop.run("farmio snapshots r -q") == "")
    }
  }

  @Test func theRepositoryIsLeftOutOfATreeThatHoldsIt() throws {
    try Workshop.with { workshop in
      try workshop.run("mkdir t/d; echo 1 > t/d/a; farmio init t/d/vault -q; ln -s t/d/vault v")
      let text = try workshop.run("farmio backup v t")
      #expect(text.hasPrefix("t/d/vault: left out, it is the repository itself\n"))
      #expect(try workshop.run("farmio ls v latest -R") == "t/\nt/d/\nt/d/a\n")
      let json = try workshop.run("farmio backup t/d/vault t --json")
      #expect(json.contains(#""files":1,"folders":2,"others":0,"#))
      #expect(json.contains(#""own_folder":"t/d/vault""#))
      #expect(try workshop.run("farmio backup v t -n --json").contains(#""own_folder":"#))
      let itself = try workshop.process("farmio backup v t/d/vault")
      #expect(itself.status == 3 && itself.errors.contains("it is the repository itself"))
      #expect(try workshop.run("farmio backup r t --json").contains("own_folder") == false)
    }
  }

  @Test func aRestoreBringsBackWhatIsIncluded() throws {
    try Workshop.with { workshop in
      try workshop.run("mkdir -p t/a/b t/c; touch t/a/b/x.exr t/a/y.nk t/c/z.nk")
      _ = try workshop.backup()
      try workshop.run("farmio restore r latest -o out --include '*.exr' --include /t/c -q")
      #expect(
        try workshop.run("cd out; find . -type f | sort") == "./t/a/b/x.exr\n./t/c/z.nk\n")
      let both = try workshop.process("farmio restore r latest -o out -i '*.nk' --delete")
      #expect(both.status == 2)
      let none = try workshop.process("farmio restore r latest -o out -i '*.mov'")
      #expect(none.status == 2 && none.errors.contains("patterns to include"))
    }
  }

  @Test func asManyFilesMayBeOpenAsTheSystemAllows() throws {
    try Workshop.with { workshop in
      // The command for the passphrase inherits what the program has.
      try workshop.run(
        """
        ulimit -Sn 64
        export FARMIO_PASSWORD_COMMAND='ulimit -Sn > limit; echo secret'
        farmio init sealed --encrypt -q
        test "$(cat limit)" = "$(ulimit -Hn)"
        """)
    }
  }
}
