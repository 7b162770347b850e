import Testing

/// What people do wrong and what machines do to them: each gets a clear message and the right exit
/// status, and nothing is lost.
@Suite struct BadInputTests {
  /// Runs a script that must end with `status`; returns what it said on stderr.
  private func fails(_ status: Int32, _ script: String, in workshop: Workshop) throws -> String {
    let child = try workshop.process(script)
    #expect(child.status == status, "\(script)\n\(child.output)\(child.errors)")
    return child.errors
  }

  @Test func missingPathsAreNamed() throws {
    try Workshop.with { workshop in
      _ = try workshop.backup()
      for (script, name) in [
        ("farmio backup r t /no/such", "/no/such"), ("farmio backup /no/repo t", "/no/repo"),
        ("farmio copy /no/such out", "/no/such"), ("farmio sync no out --delete", "no"),
        ("farmio check t/none", "t/none"), ("farmio restore none latest -o out", "none"),
        ("FARMIO_PASSWORD_FILE=/no/secret farmio init e --encrypt", "/no/secret"),
      ] {
        let errors = try fails(3, script, in: workshop)
        #expect(
          errors.contains(" \(name): ") && errors.lowercased().contains("check "), "\(errors)")
      }
      #expect(try fails(2, "farmio restore r latest:t/no -o out", in: workshop).contains("t/no: "))
      #expect(try fails(2, "farmio restore r abcdef -o out", in: workshop).contains("abcdef: "))
      #expect(try workshop.run("ls; farmio snapshots r -q | wc -l") == "r\nt\n1\n")
    }
  }

  @Test func whatIsNoRepositoryIsLeftAlone() throws {
    try Workshop.with { workshop in
      try workshop.run("mkdir other; echo hello > other/config; cp -a r newer; cp -a other before")
      #expect(try fails(3, "farmio check t", in: workshop).contains("t: there is no repository"))
      let foreign = try fails(3, "farmio backup other t", in: workshop)
      #expect(foreign.contains("other/config: this is no farmio repository"))
      #expect(try fails(3, "farmio init other", in: workshop).contains("repository already"))
      try workshop.run(
        """
        printf '\\2' | dd of=newer/config bs=1 seek=8 conv=notrunc status=none
        cp -a newer after
        """)
      for command in ["backup newer t", "check newer --repair", "prune newer"] {
        let newer = try fails(3, "farmio \(command)", in: workshop)
        #expect(newer.contains("newer/config: the repository has format 2, this program knows up"))
      }
      try workshop.run("diff -r other before; diff -r newer after")
    }
  }

  @Test func aWrongPassphraseIsNoDamage() throws {
    try Workshop.with { workshop in
      try workshop.run(
        """
        echo right > right; echo wrong > wrong; : > empty; echo x > t/x
        farmio init e --encrypt --password-file right -q
        farmio backup e t --password-file right -q
        """)
      for command in ["check e", "backup e t", "restore e latest -o out", "prune e"] {
        let wrong = try fails(3, "farmio \(command) --password-file wrong", in: workshop)
        #expect(wrong.contains("e: the passphrase is not the right one"))
      }
      let empty = try fails(3, "farmio check e --password-file empty", in: workshop)
      #expect(empty.contains(" empty: ") && empty.contains("the file is empty"))
      let command = try fails(3, "FARMIO_PASSWORD_COMMAND=false farmio check e", in: workshop)
      #expect(command.contains("false") && !command.contains(".."))
      let none = try fails(3, "farmio check e", in: workshop)
      #expect(none.contains("FARMIO_PASSWORD_FILE") && !none.contains(".."))
      try workshop.run("farmio check e --read-data --password-file right; ! test -e out")
    }
  }

  @Test func whatMayNotBeReadIsLeftOutAndNamed() throws {
    try Workshop.with { workshop in
      try workshop.run(
        """
        test $(id -u) = 0 || exit 0
        echo a > t/a; mkdir t/secret; echo b > t/secret/b; chmod 700 t/secret
        echo c > t/c; chmod 600 t/c; chmod 777 .; chmod 755 t r
        farmio backup r t -q
        cat > other <<'END'
        #!/bin/sh
        exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
        END
        chmod 755 other; ./other mkdir n
        """)
      guard try workshop.run("id -u") == "0\n" else { return }
      try workshop.run("./other farmio init n -q")
      let backup = try fails(1, "./other farmio backup n t", in: workshop)
      #expect(backup.contains("t/c: not stored: Permission denied"))
      #expect(backup.contains("t/secret: not stored: Permission denied"))
      try workshop.run("farmio restore n latest:t -o back -q; test $(ls back) = a")
      let copy = try fails(1, "./other farmio copy t copied", in: workshop)
      #expect(copy.contains("t/c: open: Permission denied") && copy.contains("t/secret: "))
      try workshop.run("test $(ls copied) = a")
      // A place that another user may only read is restored from and checked, and never written.
      try workshop.run("./other farmio restore r latest:t/a -o mine; ./other farmio check r")
      for command in ["backup r t/a", "prune r", "forget r latest", "init r/inner"] {
        #expect(
          try fails(3, "./other farmio \(command)", in: workshop).contains("Permission denied"))
      }
      #expect(try workshop.run("ls r/leases; farmio snapshots r -q | wc -l") == "1\n")
    }
  }

  @Test func aFullDiskLosesNothing() throws {
    try Workshop.with { workshop in
      guard try workshop.run("id -u") == "0\n" else { return }
      let small = "mkdir m; mount -t tmpfs -o size=4M none m"
      try workshop.run("\(small); echo kept > t/kept")
      defer { _ = try? workshop.process("umount m") }
      try workshop.run("farmio init m/r -q; farmio backup m/r t -q; mv t/kept .")
      try workshop.run("head -c 9M /dev/urandom > t/plate.exr")
      let full = try fails(3, "farmio backup m/r t", in: workshop)
      #expect(full.contains(" m/r/") && full.contains("No space left on device"))
      #expect(full.contains("run the command again"))
      try workshop.run(
        """
        farmio check m/r --read-data; test $(farmio snapshots m/r -q | wc -l) = 1
        farmio restore m/r latest:t -o back -q; cmp back/kept kept; test -z "$(ls m/r/leases)"
        farmio backup r t -q
        """)
      for command in ["restore r latest:t -o m/out", "copy t m/out", "init m/second"] {
        try workshop.run("head -c 4M /dev/zero > m/fill 2> /dev/null || true")
        let errors = try fails(3, "farmio \(command)", in: workshop)
        #expect(errors.contains(" m/") && errors.contains("No space left on device"), "\(errors)")
        #expect(errors.contains("pace and run") || errors.contains("ake room"), "\(errors)")
      }
      try workshop.run("mount -o remount,size=40M m; rm m/fill; farmio backup m/r t -q")
      try workshop.run("farmio restore m/r latest:t -o m/out -q; diff -r t m/out")
      try workshop.run("farmio copy t m/out2 -q; diff -r t m/out2")
    }
  }

  @Test func whatIsMountedReadOnlyIsReadAndNotWritten() throws {
    try Workshop.with { workshop in
      guard try workshop.run("id -u") == "0\n" else { return }
      try workshop.run("mkdir m; mount -t tmpfs none m; echo x > t/x")
      defer { _ = try? workshop.process("umount m") }
      try workshop.run("farmio init m/r -q; farmio backup m/r t -q; farmio backup r t -q")
      try workshop.run("mkdir m/out; mount -o remount,ro m")
      try workshop.run(
        "farmio check m/r --read-data; farmio restore m/r latest:t -o back -q; diff -r t back")
      for command in [
        "backup m/r t", "prune m/r", "forget m/r latest", "check m/r --repair", "init m/new",
        "restore r latest -o m/out", "copy t m/out", "sync t m/out --delete",
      ] {
        let errors = try fails(3, "farmio \(command)", in: workshop)
        #expect(errors.contains(" m/") && errors.contains("Read-only file system"))
        #expect(errors.contains("read-only"), "\(errors)")
      }
    }
  }

  @Test func corruptPacksAreNamedAndTheRestComesBack() throws {
    try Workshop.with { workshop in
      try workshop.run("head -c 300000 /dev/urandom > t/bad.exr; echo good > t/good.txt")
      _ = try workshop.backup()
      try workshop.run(
        """
        pack=$(find r/packs -type f -size +100k); echo ${pack#r/} > name
        printf 'XXXXXXXX' | dd of=$pack bs=1 seek=150000 conv=notrunc status=none
        """)
      let name = String(try workshop.run("cat name").dropLast())
      let restore = try fails(1, "farmio restore r latest:t -o out", in: workshop)
      #expect(restore.contains("bad.exr: not restored: \(name)"))
      try workshop.run("test $(ls out) = good.txt; cmp t/good.txt out/good.txt")
      let check = try workshop.process("farmio check r --read-data")
      #expect(check.status == 1 && check.output.contains("record  \(name), byte "))
      #expect(check.output.contains("t/bad.exr: it cannot be restored whole"))
      let repair = try workshop.process("farmio check r --read-data --repair")
      #expect(repair.status == 1 && repair.output.contains("t/bad.exr"))
      try workshop.run("farmio backup r t -q; farmio check r --read-data")
      try workshop.run("farmio restore r latest:t -o out -q; diff -r t out")
    }
  }
}
