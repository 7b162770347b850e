"""Servers of files end to end: trees copied, synchronised, stored and restored without a mount."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import nas_servers
import suite

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Oracles"))
import odd_tree  # noqa: E402  beside the other suite


class NFS:
    """The cases of NFS; `suite` counts expectations and calls the program."""

    def __init__(self, suite):
        self.suite = suite
        self.top = os.path.join(suite.scratch, "nas")
        for name in ("server", "export", "closed", "foreign"):
            os.makedirs(os.path.join(self.top, name))
        self.export = os.path.join(self.top, "export")
        self.tree = os.path.join(self.top, "tree")

    # Small steps

    def make_tree(self):
        rng = self.suite.rng
        for folder in ("a/b/c", "many", "odd\xff\nname"):
            os.makedirs(os.path.join(os.fsencode(self.tree), folder.encode("latin-1")))
        for number in range(300):
            with open("%s/many/%d" % (self.tree, number), "wb") as file:
                file.write(rng.randbytes(rng.choice((0, 1, 700, 4096, 20_000))))
        with open(self.tree + "/a/large", "wb") as file:
            file.write(rng.randbytes(90_000_000))
        with open(self.tree + "/a/b/middle", "wb") as file:
            file.write(rng.randbytes(3_000_001))
        os.symlink("../large", self.tree + "/a/b/link")
        os.link(self.tree + "/a/b/middle", self.tree + "/a/b/c/same")
        os.mkfifo(self.tree + "/a/fifo")
        os.chmod(self.tree + "/a/b/middle", 0o4751)
        os.utime(self.tree + "/a", ns=(5, 1_234_567_890_123_456_789))

    def same(self, what, copy):
        """The trees are equal, but for the times of links: NFS-Ganesha answers that it has set
        them, and has not."""
        wrong = odd_tree.differences(os.fsencode(self.tree), os.fsencode(copy))
        link = "a/b/link"
        if wrong == [link.encode()] and os.readlink(copy + "/" + link) == os.readlink(
                self.tree + "/" + link):
            wrong = []
        self.suite.expect(what + ": same tree", wrong)

    def call(self, *arguments):
        return self.suite.call("", *arguments)

    def must(self, what, *arguments):
        return self.suite.must(what, "", *arguments)

    def local(self, name):
        return os.path.join(self.export, name)

    # Cases

    def trees(self, server):
        """From here to there, there to there, and back; twice, since nothing may be moved again."""
        address = server.address
        self.must("nfs copy", "copy", self.tree, address(self.local("one")))
        self.same("nfs copy", self.local("one"))
        self.unchanged("nfs sync again", "sync", self.tree, address(self.local("one")))
        self.must("nfs to nfs", "sync", address(self.local("one")), address(self.local("two")))
        self.same("nfs to nfs", self.local("two"))
        back = os.path.join(self.top, "back")
        self.must("from nfs", "sync", address(self.local("two")), back)
        self.same("from nfs", back)
        self.unchanged("from nfs again", "sync", address(self.local("two")), back)
        with open(back + "/many/7", "ab") as file:
            file.write(b"more")
        os.remove(back + "/many/8")
        self.must("nfs delete", "sync", back, address(self.local("two")), "--delete")
        self.suite.expect("nfs delete", os.path.exists(self.local("two/many/8")) and "it is there")
        one = address(self.local("single"))
        self.must("one file", "copy", address(self.local("one/a/b/middle")), one)
        self.suite.expect(
            "one file", os.path.getsize(self.local("single")) != 3_000_001 and "another size")
        shutil.rmtree(self.local("two"))
        shutil.rmtree(back)

    def unchanged(self, what, *arguments):
        done = subprocess.run(
            [self.suite.farmio, *arguments, "--json"], capture_output=True, text=True,
            env=self.suite.environment(""), timeout=500)
        moved = done.returncode or json.loads(done.stdout)["files"]
        self.suite.expect(what, moved and "%s files were moved: %s" % (moved, done.stderr))

    def repository(self, server):
        """A repository on the server, of a tree on the server, restored to the server."""
        place = server.address(self.local("vault"))
        source = server.address(self.local("one"))
        self.must("nfs source", "sync", self.tree, source)
        self.must("nfs init", "init", place)
        for round_number in range(2):
            self.must("nfs backup", "backup", place, source, self.tree)
        self.must("nfs check", "check", place, "--read-data")
        self.must("nfs forget", "forget", place, "--keep-last", "1", "--prune")
        self.must("nfs check again", "check", place, "--read-data")
        for name in ("one", "tree"):
            target = self.local("restored-" + name)
            self.must("nfs restore", "restore", place, "latest:" + name, "--target",
                      server.address(target))
            self.same("nfs restore", target)
            shutil.rmtree(target)

    def kills(self, server):
        """Killed at random moments; run again, it goes on, and nothing of the killed runs is left."""
        rng = self.suite.rng
        place = server.address(self.local("killed-vault"))
        self.must("nfs kills: init", "init", place)
        target = self.local("killed")
        for arguments in (["sync", self.tree, server.address(target)],
                          ["backup", place, self.tree]):
            kills = 0
            for _ in range(self.suite.options.kills):
                process = subprocess.Popen(
                    [self.suite.farmio, *arguments], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, env=self.suite.environment(""))
                time.sleep(rng.random() * 0.6)
                process.kill()
                kills += process.wait() == -signal.SIGKILL
            what = "nfs %s after %d kills" % (arguments[0], kills)
            self.suite.expect(what, kills == 0 and "none was in time")
            self.must(what, *arguments)
        self.same("nfs sync after kills", target)
        left = [name for _, _, names in os.walk(target) for name in names if "farmio" in name]
        self.suite.expect("nfs sync after kills: nothing left", left)
        self.must("nfs backup after kills: check", "check", place, "--read-data")
        shutil.rmtree(target)

    def cuts(self, server):
        """Connections cut after few answers, some of which are lost: no name is made twice or
        missed, and no byte."""
        proxy = nas_servers.CuttingProxy(server.port, self.suite.rng)
        try:
            target = self.local("cut")
            self.must("nfs cuts: sync", "sync", self.tree, server.address(target, proxy.port))
            self.same("nfs cuts: sync", target)
            back = os.path.join(self.top, "cut-back")
            self.must("nfs cuts: back", "sync", server.address(target, proxy.port), back)
            self.same("nfs cuts: back", back)
            place = server.address(self.local("cut-vault"), proxy.port)
            self.must("nfs cuts: init", "init", place)
            self.must("nfs cuts: backup", "backup", place, self.tree)
            self.must("nfs cuts: check", "check", place, "--read-data")
            self.suite.expect(
                "nfs cuts", (proxy.cuts < 20 or proxy.losses < 5)
                and "only %d cuts, %d lost answers" % (proxy.cuts, proxy.losses))
            shutil.rmtree(target)
            shutil.rmtree(back)
        finally:
            proxy.stop()

    def restarts(self, server):
        """The server is killed while a tree is written, and comes back: what it had not put on its
        disk is written again, and the command ends well."""
        target = self.local("restarted")
        for _ in range(3):
            process = subprocess.Popen(
                [self.suite.farmio, "sync", self.tree, server.address(target), "--bwlimit", "60M"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                env=self.suite.environment(""))
            end = time.monotonic() + 60
            while not os.path.exists(target) and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(self.suite.rng.random() * 0.6)
            wasRunning = process.poll() is None
            server.kill()
            server.start()
            said = process.communicate(timeout=120)[1]
            self.suite.expect("nfs restarts: in time", not wasRunning and "it was over before")
            self.suite.expect("nfs restarts: sync", process.returncode and said)
            self.same("nfs restarts", target)
            shutil.rmtree(target, ignore_errors=True)

    def refusals(self, server, small):
        """What cannot be done is said with its cause, and the status is 3."""
        def refused(what, word, *arguments):
            status, said = self.call(*arguments)
            self.suite.expect(what + ": status", status != 3 and "status %d: %s" % (status, said))
            self.suite.expect(what + ": cause", word not in said and said)
        refused("nfs wrong export", "Permission denied", "copy", self.tree,
                server.address("/nowhere/at/all"))
        refused("nfs closed port", "does not answer", "copy", self.tree,
                "nfs://127.0.0.1/export?nfsport=1&mountport=2")
        refused("nfs no such server", "server's name", "copy", self.tree,
                "nfs://nobody.invalid/export")
        refused("nfs read-only export", "Read-only file system", "copy", self.tree,
                server.address(os.path.join(self.top, "closed", "x")))
        refused("nfs another's folder", "Permission denied", "copy", self.tree,
                server.address(os.path.join(self.top, "foreign", "x")))
        self.must("nfs init", "init", server.address(self.local("refusing")))
        refused("nfs missing source", "No such file", "backup", server.address(
            self.local("refusing")), server.address(self.local("missing")))
        refused("nfs full disk", "No space left on device", "copy", self.tree,
                server.address(os.path.join(small.folder, "x")))
        status, said = self.call("copy", self.tree, "nfs://127.0.0.1/export?port=1")
        self.suite.expect("nfs wrong option", status != 2 and "status %d: %s" % (status, said))

    def conformance(self, server):
        folder = self.local("conformance")
        os.mkdir(folder)
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", "DiskConformance|StoreConformance"],
            capture_output=True, text=True,
            env={**os.environ, "FARMIO_TEST_NFS": server.address(folder)})
        tail = "\n".join(line for line in done.stdout.splitlines()
                         if "recorded an issue" in line or "failed" in line)
        self.suite.expect("nfs: conformance", done.returncode and (tail or done.stderr))
        if "joinedNFS" not in done.stdout:
            self.suite.expect("nfs: conformance", "the server was not among the places")

    def run(self):
        small = nas_servers.SmallDisk(os.path.join(self.top, "small"), 40)
        mapper = server = None
        try:
            mapper = nas_servers.PortMapper()
            server = nas_servers.Ganesha(os.path.join(self.top, "server"), [
                (self.export, "RW", "None"), (os.path.join(self.top, "closed"), "RO", "None"),
                (os.path.join(self.top, "foreign"), "RW", "All"), (small.folder, "RW", "None")])
            self.make_tree()
            for name, part in [
                ("conformance", lambda: self.conformance(server)),
                ("trees", lambda: self.trees(server)),
                ("repository", lambda: self.repository(server)),
                ("refusals", lambda: self.refusals(server, small)),
                ("kills", lambda: self.kills(server)),
                ("cuts", lambda: self.cuts(server)),
                ("restarts", lambda: self.restarts(server)),
            ]:
                if self.suite.wants(name):
                    self.suite.timed("nfs " + name, part)
        finally:
            for each in (server, mapper, small):
                if each:
                    each.stop()


class NASSuite(suite.Suite):
    """Runs every part against the built program; see `run`."""

    PARTS = ["conformance", "trees", "repository", "refusals", "kills", "cuts", "restarts"]

    def run(self):
        NFS(self).run()


if __name__ == "__main__":
    suite.main(NASSuite)
