import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

struct TransferTests {
  /// Makes files, links, FIFOs, devices, attributes, ACLs, odd names, holes and hard links.
  static let everything = """
    mkdir -p a/b/c empty 'odd folder' shots/010 shots/020
    echo data > a/file; head -c 300000 /dev/urandom > a/b/medium; : > a/b/c/nothing
    head -c 5000 /dev/urandom > $'odd folder/new\\nline'; echo x > $'odd folder/\\xff\\xfe'
    echo y > 'odd folder/-rf *'; echo z > "$(printf 'n%.0s' $(seq 255))"
    ln -s nowhere a/link; ln -s . a/loop; mkfifo -m 640 a/pipe; mknod a/null c 1 3
    ln a/file a/b/hard; ln a/file hard2; ln a/pipe a/pipe2
    truncate -s 3000000 a/hole; echo end | dd of=a/hole bs=1 seek=2000000 conv=notrunc 2>/dev/null
    truncate -s 1000000 shots/allhole
    setfattr -n user.shot -v 010 a/b/medium; setfattr -n trusted.t -v 1 shots
    setfacl -m u:1234:rw a/file; setfacl -d -m g:77:rwx shots/010
    for f in $(seq 1 40); do echo $f > shots/020/frame.$f.exr; done
    chown 1:2 a/b/medium; chown -h 3:4 a/link; chmod 4755 a/b/medium; chmod 0400 shots/020/frame.1.exr
    chmod 1777 empty; chmod 0500 a/b/c
    touch -d '1999-12-31 23:59:59.987654321' a/file shots/020/frame.2.exr; touch -h -d '2000-01-01' a/link
    touch -d '2001-01-01 00:00:00.5' a/b empty shots/010 shots/020 shots
    """

  @discardableResult
  static func transfer(
    _ scratch: ScratchTree, from: String = "src", to: String = "dst",
    on disk: any Disk = ThreadDisk(),
    cancel: CancelToken = CancelToken(), _ configure: (inout TransferOptions) -> Void = { _ in }
  ) -> TransferSummary {
    var options = TransferOptions()
    options.transfers = 3
    configure(&options)
    return Transfer(on: disk, options: options).run(
      from: FileName(scratch(from)), to: FileName(scratch(to)), cancel: cancel)
  }

  /// What rsync would still do to make the target equal, everything compared; empty if nothing.
  static func differences(_ scratch: ScratchTree, _ a: String = "src", _ b: String = "dst")
    -> String
  {
    scratch.run("rsync -aHAXni --delete --checksum \(a)/ \(b)/ 2>&1 || true")
  }

  static func source(_ script: String) -> ScratchTree {
    let scratch = ScratchTree()
    scratch.run("mkdir src; cd src\n\(script)")
    return scratch
  }

  @Test(arguments: [1, 2, 16], TransferModes.all)
  func `Copies everything, and finds nothing to do the second time`(
    threads: Int, mode: TransferModes
  ) {
    let scratch = Self.source(Self.everything)
    let first = Self.transfer(scratch) {
      mode.apply(to: &$0)
      $0.transfers = threads
    }
    #expect(first.failures.isEmpty)
    #expect(Self.differences(scratch) == "")
    #expect(scratch.run("find dst -name '.farmio*'") == "")
    let second = Self.transfer(scratch) {
      mode.apply(to: &$0)
      $0.transfers = threads
    }
    #expect(second.isComplete)
    #expect(second.filesCopied == 0 && second.specialsMade == 0 && second.linksMade == 0)
    #expect(second.filesRepaired == 0 && second.foldersMade == 0)
    #expect(second.filesUnchanged == first.filesCopied + first.specialsMade + first.linksMade)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `Keeps holes`() {
    let scratch = Self.source(
      "truncate -s 200M big; echo x | dd of=big bs=1 seek=150M conv=notrunc 2>/dev/null")
    #expect(Self.transfer(scratch).isComplete)
    #expect(
      scratch.run("cmp src/big dst/big; du -k dst/big | cut -f1 | xargs test 100 -gt && echo few")
        == "few\n")
  }

  @Test func `Copies only what changed`() {
    let scratch = Self.source(Self.everything)
    Self.transfer(scratch)
    scratch.run(
      """
      cd src; echo more >> a/b/medium; rm a/link; ln -s elsewhere a/link; echo new > shots/new
      mkdir more; echo 1 > more/1; touch -d '2002-02-02' shots/020/frame.3.exr
      """)
    let summary = Self.transfer(scratch)
    #expect(summary.isComplete)
    #expect(summary.filesCopied == 4)
    #expect(summary.specialsMade == 1)
    #expect(summary.foldersMade == 1)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `Repairs metadata without copying`() {
    let scratch = Self.source(Self.everything)
    Self.transfer(scratch)
    scratch.run(
      """
      cd src; chmod 711 shots/020/frame.4.exr; chown 9:9 shots/020/frame.5.exr
      setfattr -n user.new -v value shots/020/frame.6.exr; setfacl -m u:5:r shots/020/frame.7.exr
      setfattr -n user.shot -v 020 a/b/medium; chmod 700 empty; chmod 600 a/pipe
      """)
    let summary = Self.transfer(scratch)
    #expect(summary.isComplete)
    #expect(summary.filesCopied == 0)
    #expect(summary.filesRepaired == 6)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `Copies anew a file that has attributes too many`() {
    let scratch = Self.source("echo x > a")
    Self.transfer(scratch)
    scratch.run(
      "sleep 0.02; setfattr -n user.extra -v 1 dst/a; touch -c -r src/a dst/a; sleep 0.02; chmod 600 src/a"
    )
    #expect(Self.transfer(scratch).isComplete)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `Finds changed bytes behind equal size and time with checksum only`() {
    let scratch = Self.source("head -c 3000000 /dev/urandom > a; echo same > b")
    Self.transfer(scratch)
    scratch.run(
      "cp -p src/a saved; printf X | dd of=src/a bs=1 seek=2500000 conv=notrunc 2>/dev/null; touch -r saved src/a"
    )
    #expect(Self.transfer(scratch).filesCopied == 0)
    let summary = Self.transfer(scratch) { $0.checksum = true }
    #expect(summary.filesCopied == 1)
    #expect(summary.filesUnchanged == 1)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `Hard links stay one file when they come and go`() {
    let scratch = Self.source("echo 1 > a; ln a b; ln a c; mkdir d; ln a d/e")
    Self.transfer(scratch)
    scratch.run("cd src; ln a f; rm c; cp b c; echo 2 > a; rm d/e; echo other > d/e; ln d/e d/g")
    let summary = Self.transfer(scratch)
    #expect(summary.isComplete)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `Only sync removes, and never what a filter excludes`() {
    let scratch = Self.source("mkdir keep; echo a > a; echo b > keep/b; echo log > x.log")
    scratch.run(
      """
      mkdir -p dst/keep dst/old/deep dst/half; echo 1 > dst/old/deep/f; echo 2 > dst/keep/extra
      echo 3 > dst/y.log; echo 4 > dst/half/z.log; echo 5 > dst/half/gone; ln -s / dst/link
      """)
    let copied = Self.transfer(scratch) { $0.filter = try! Filter(excluding: ["*.log"]) }
    #expect(copied.removed == 0)
    let synced = Self.transfer(scratch) {
      $0.filter = try! Filter(excluding: ["*.log"])
      $0.deleteExtra = true
    }
    #expect(synced.isComplete)
    #expect(
      scratch.run("cd dst; find . -mindepth 1 | LC_ALL=C sort | tr '\\n' ' '")
        == "./a ./half ./half/z.log ./keep ./keep/b ./y.log ")
    #expect(scratch.run("test / -ef /; stat -c %y src/keep") == scratch.run("stat -c %y dst/keep"))
  }

  @Test func `An unreadable source folder costs nothing in the target`() {
    let scratch = Self.source("mkdir secret open; echo s > secret/s; echo o > open/o")
    Self.transfer(scratch)
    scratch.run("echo extra > dst/extra; echo more > dst/secret/more; echo new > src/open/new")
    let summary = Self.transfer(scratch, on: RefusingDisk(name: "secret")) { $0.deleteExtra = true }
    #expect(!summary.isComplete)
    #expect(summary.failures.map(\.path.description) == [scratch("src/secret")])
    #expect(summary.removed == 0)
    #expect(
      scratch.run("cat dst/extra dst/secret/s dst/secret/more dst/open/new")
        == "extra\ns\nmore\nnew\n")
  }

  @Test func `A folder in the way of a file is refused, and removed by sync`() {
    let scratch = Self.source("echo file > name; mkdir folder; echo in > folder/in")
    scratch.run("mkdir -p dst/name/deep; echo x > dst/name/deep/x; echo file > dst/folder")
    let refused = Self.transfer(scratch)
    #expect(refused.failures.map(\.reason) == [.folderInTheWay])
    #expect(scratch.run("cat dst/name/deep/x dst/folder/in") == "x\nin\n")
    #expect(Self.transfer(scratch) { $0.deleteExtra = true }.isComplete)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `A single file goes to a file or into a folder`() {
    let scratch = Self.source("echo one > one; ln -s one link; chmod 640 one")
    scratch.run("mkdir into; echo stays > into/other")
    for (from, to) in [
      ("src/one", "as"), ("src/one", "into"), ("src/one", "new/deep/"), ("src/one", "new/name"),
      ("src/link", "into"),
    ] {
      #expect(Self.transfer(scratch, from: from, to: to) { $0.deleteExtra = true }.isComplete)
    }
    #expect(
      scratch.run(
        "cat as into/one into/other new/deep/one new/name; readlink into/link; stat -c %a as")
        == "one\none\nstays\none\none\none\n640\n")
    #expect(Self.transfer(scratch, from: "src/one", to: "as").filesUnchanged == 1)
    let missing = Self.transfer(scratch, from: "src/none", to: "nothing")
    #expect(missing.failures.map(\.path.description) == [scratch("src/none")])
    #expect(scratch.run("test ! -e nothing && echo none") == "none\n")
  }

  @Test func `A target inside its source is refused, and a source that delete would remove`() {
    let scratch = Self.source("mkdir in; echo a > a")
    let inside = Self.transfer(scratch, from: "src", to: "src/in/copy")
    #expect(inside.failures.first?.reason == .overlaps(FileName(scratch("src"))))
    let around = Self.transfer(scratch, from: "src/in", to: "src") { $0.deleteExtra = true }
    #expect(around.failures.count == 1)
    #expect(scratch.run("cat src/a; ls src/in") == "a\n")
  }

  @Test func `A dry run tells everything and does nothing`() {
    let scratch = Self.source("mkdir d; echo a > a; echo b > d/b; ln -s x l; ln a h; echo r > r")
    scratch.run("mkdir dst; echo old > dst/old; cp -p src/r dst/r; chmod 600 dst/r")
    let before = scratch.run("find dst | sort; stat -c '%n %z' dst dst/*")
    let seen = Mutex<[String]>([])
    var options = TransferOptions()
    options.dryRun = true
    options.deleteExtra = true
    let summary = Transfer(on: ThreadDisk(), options: options).run(
      from: FileName(scratch("src")), to: FileName(scratch("dst")),
      planned: { action, path in
        let name = path.description.dropFirst(scratch.path.count)
        seen.withLock { $0.append("\(action.rawValue) \(name)") }
      })
    #expect(summary.isComplete)
    #expect(
      seen.withLock { $0.sorted() } == [
        "copy /dst/a", "copy /dst/d/b", "link /dst/h", "make /dst/l", "make folder /dst/d",
        "remove /dst/old", "repair /dst/r",
      ])
    #expect(scratch.run("find dst | sort; stat -c '%n %z' dst dst/*") == before)
  }

  @Test func `Trees deeper than any path are copied`() {
    let scratch = ScratchTree()
    scratch.run(
      """
      mkdir src; python3 -c '
      import os
      os.chdir("src")
      for i in range(300):
        os.mkdir("d" * 40); os.chdir("d" * 40); open("f", "w").write(str(i))
      '
      """)
    let summary = Self.transfer(scratch)
    #expect(summary.isComplete)
    #expect(summary.filesCopied == 300)
    #expect(
      scratch.run(
        """
        python3 -c '
        import os
        os.chdir("dst")
        for i in range(300):
          os.chdir("d" * 40); assert open("f").read() == str(i)
        print("all")
        '
        """) == "all\n")
  }

  @Test func `Stops when asked to, and finishes when run again`() {
    let scratch = Self.source("for i in $(seq 1 300); do echo $i > $i; done")
    let token = CancelToken()
    token.cancel()
    let stopped = Self.transfer(scratch, cancel: token)
    #expect(stopped.isCancelled && !stopped.isComplete)
    #expect(stopped.filesCopied == 0)
    #expect(Self.transfer(scratch).isComplete)
    #expect(Self.differences(scratch) == "")
  }

  @Test func `What dead runs left is swept, what live ones work on is not`() {
    let scratch = Self.source("echo a > a; mkdir b; echo c > b/c")
    let live = RunIdentity.begin()
    let dead = RunIdentity.begin()
    dead.end()
    func name(_ run: RunIdentity, _ number: UInt64, _ suffix: PartName.Suffix = .part) -> String {
      PartName(run: run, number: number, suffix: suffix).name.description
    }
    scratch.run(
      """
      mkdir -p dst/b; echo half > dst/\(name(dead, 1)); echo bad > dst/b/\(name(dead, 2, .journal))
      mkdir dst/\(name(dead, 3)); echo half > dst/\(name(dead, 3))/file
      echo live > dst/\(name(live, 4)); echo not ours > dst/.farmio-notes
      """)
    #expect(Self.transfer(scratch) { $0.deleteExtra = true }.isComplete)
    #expect(scratch.run("ls -A dst dst/b | LC_ALL=C sort | tr '\\n' ' '").contains(name(live, 4)))
    #expect(scratch.run("ls -A dst dst/b").contains(name(dead, 1)) == false)
    #expect(scratch.run("find dst -name '.farmio*' | wc -l") == "1\n")
    live.end()
  }

  @Test func `Random trees and changes match what rsync makes of them`() {
    for seed in 0..<6 {
      let scratch = ScratchTree()
      scratch.run("mkdir src; python3 -c '\(Self.randomTree)' src \(seed)")
      let threads = [1, 2, 4, 64][seed % 4]
      for round in 1...3 {
        let summary = Self.transfer(scratch) {
          $0.deleteExtra = true
          $0.transfers = threads
          $0.checksum = round == 3
        }
        #expect(summary.failures.isEmpty, "seed \(seed), round \(round)")
        #expect(Self.differences(scratch) == "", "seed \(seed), round \(round)")
        scratch.run("sleep 0.02; python3 -c '\(Self.randomTree)' src \(seed * 100 + round)")
      }
    }
  }

  /// Adds, changes and removes some 200 names at random.
  private static let randomTree = """
    import os, random, shutil, sys
    r = random.Random(int(sys.argv[2])); os.chdir(sys.argv[1])
    folders = ["."] + [os.path.join(d, x) for d, ds, _ in os.walk(".") for x in ds if not os.path.islink(os.path.join(d, x))]
    for i in range(200):
      d = r.choice(folders)
      if not os.path.isdir(d): continue
      p = os.path.join(d, r.choice("abcdefgh") + r.choice(["", "x", ".exr", "%d" % r.randrange(30)]))
      k = r.randrange(12)
      if os.path.lexists(p):
        if k > 8 and not os.path.islink(p) and os.path.isdir(p): shutil.rmtree(p)
        elif k > 8: os.unlink(p)
        elif k > 6 and not os.path.islink(p): os.chmod(p, r.choice([0o700, 0o750, 0o755]))
        continue
      if k < 3: os.mkdir(p); folders.append(p)
      elif k < 4: os.symlink(r.choice(["a", "/x/y", ".."]), p)
      elif k < 5 and os.path.isfile(d + "/a"): os.link(d + "/a", p)
      else: open(p, "wb").write(os.urandom(r.choice([0, 1, 100, 4096, 70000, 1200000])))
    """
}

/// Ways to run a transfer that must come to the same.
struct TransferModes: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let apply: @Sendable (inout TransferOptions) -> Void

  func apply(to options: inout TransferOptions) { apply(&options) }

  static let all = [
    TransferModes(testDescription: "default") { _ in },
    TransferModes(testDescription: "verified") { $0.verify = true },
    TransferModes(testDescription: "not durable") { $0.durability = .none },
    TransferModes(testDescription: "each file durable, limited") {
      $0.durability = .eachFile
      $0.limiter = RateLimiter(RateTimetable(bytesPerSecond: 1 << 30))
    },
    TransferModes(testDescription: "checksum, delete") {
      $0.checksum = true
      $0.deleteExtra = true
    },
  ]
}
