"""Shares of a real Samba: the contracts of disks and stores, then the program from end to end, through
kills, cuts and a server that goes away. `prove` is the one entry."""

import os
import shutil
import signal
import subprocess
import time

import smb_server


def prove(suite):
    folder = os.path.join(suite.scratch, "samba")
    os.mkdir(folder)
    server = smb_server.Samba(folder)
    try:
        shares = Shares(suite, server)
        parts = [shares.contracts, shares.trees, shares.repository, shares.refusals,
                 shares.broken_promise]
        if not suite.options.quick:
            parts += [shares.kills, shares.lost_clients, shares.cuts, shares.restarts]
        for part in parts:
            part()
        shares.expect_no_clients("at the end")
    finally:
        server.stop()


class Shares:
    def __init__(self, suite, server):
        self.suite, self.server = suite, server
        self.expect = suite.expect
        self.client = os.path.join(os.path.dirname(suite.farmio), "farmio-smb")

    # Calling the program

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k[:7] != "FARMIO_" and k[:3] != "KRB"}
        return {**kept, "HOME": self.suite.scratch,
                "FARMIO_SMB_CREDENTIALS": self.server.credentials, **more}

    def call(self, *arguments, **more):
        done = subprocess.run(
            [self.suite.farmio, *arguments], capture_output=True, text=True, errors="replace",
            env=self.environment(**more), timeout=300)
        return done.returncode, done.stdout + done.stderr

    def must(self, what, *arguments):
        status, said = self.call(*arguments)
        self.expect("smb: " + what, status and "status %d: %s" % (status, said.strip()))

    def start(self, *arguments):
        return subprocess.Popen([self.suite.farmio, *arguments], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env=self.environment())

    # Trees

    def tree(self, large=3_000_000):
        """A tree of what shares can hold, and its path."""
        top = os.path.join(self.suite.scratch, self.suite.fresh("plain"))
        rng = self.suite.rng
        for folder in ("", "empty", "textures/wood", "caf\u00e9 100% #1", "many"):
            os.makedirs(os.path.join(top, folder), exist_ok=True)
        files = {"one": 1, "nothing": 0, "textures/wood/large.exr": large,
                 "caf\u00e9 100% #1/\u4e16\u754c & more;'~.tx": 70_000}
        files.update(("many/%03d" % number, number * 97) for number in range(150))
        for name, count in files.items():
            with open(os.path.join(top, name), "wb") as file:
                file.write(rng.randbytes(count))
            time_ns = rng.randrange(10**18, 17 * 10**17)
            os.utime(os.path.join(top, name), ns=(time_ns, time_ns))
        return top

    def change(self, top):
        rng = self.suite.rng
        os.remove(top + "/many/007")
        shutil.rmtree(top + "/empty")
        os.mkdir(top + "/new")
        for name in ("many/008", "many/new", "new/file"):
            with open(os.path.join(top, name), "wb") as file:
                file.write(rng.randbytes(5_000))

    @staticmethod
    def differences(a, b):
        """What two trees differ in, as far as a share can hold it."""
        def look(top):
            found = {}
            for path, folders, files in os.walk(top):
                for name in folders:
                    found[os.path.relpath(os.path.join(path, name), top)] = "folder"
                for name in files:
                    file = os.path.join(path, name)
                    with open(file, "rb") as opened:
                        content = opened.read()
                    found[os.path.relpath(file, top)] = (content, os.stat(file).st_mtime_ns // 1000)
            return found
        one, two = look(a), look(b)
        wrong = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
        return wrong and "different: %s" % ", ".join(wrong[:5])

    def same(self, what, a, b):
        self.expect("smb: " + what, self.differences(a, b))

    def served(self, name):
        """What the server has on its own disk."""
        return os.path.join(self.server.files, name)

    # Parts

    def contracts(self):
        environment = {
            **os.environ, "FARMIO_TEST_SMB": self.server.url(), "FARMIO_SMB": self.client,
            "FARMIO_TEST_SMB_LOGIN": "%s:%s" % (smb_server.USER, smb_server.PASSWORD)}
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", "StoreConformance|SMBDiskTests"],
            capture_output=True, text=True, env=environment)
        tail = "\n".join(line for line in done.stdout.splitlines()
                         if "recorded an issue" in line or "failed" in line)
        self.expect("smb: contracts of disk and store",
                    done.returncode and (tail or done.stderr))
        if "share" not in done.stdout or "SMBDiskTests" not in done.stdout:
            self.expect("smb: contracts", "the share was not among the places")

    def trees(self):
        top, url = self.tree(), self.server.url("a b/tree")
        self.must("copy to a share", "copy", top, url)
        self.same("it is the same there", top, self.served("a b/tree"))
        status, said = self.call("sync", top, url)
        self.expect("smb: nothing is copied again",
                    (status, "copied 0 files" in said) != (0, True) and said)
        self.change(top)
        self.must("sync to a share", "sync", top, url, "--delete")
        self.same("it is the same after it", top, self.served("a b/tree"))
        back = top + "-back"
        self.must("copy from a share", "copy", url, back)
        self.same("it comes back the same", top, back)
        self.must("copy within a share", "copy", url, self.server.url("second"), "--checksum")
        self.same("it is the same in the second place", top, self.served("second"))
        status, said = self.call("sync", url, self.server.url("second"), "--checksum")
        self.expect("smb: contents are compared",
                    (status, "copied 0 files" in said) != (0, True) and said)
        for path in (top, back, self.served("second"), self.served("a b")):
            shutil.rmtree(path)

    def repository(self):
        top, url, vault = self.tree(), self.server.url("kept"), self.server.url("vault")
        self.must("init", "init", vault)
        self.must("a tree for a backup", "copy", top, url)
        self.must("backup of a share into a share", "backup", vault, url)
        self.must("backup of a folder", "backup", vault, top)
        self.must("check", "check", vault, "--read-data")
        target = os.path.join(self.suite.scratch, self.suite.fresh("restored"))
        name = os.path.basename(top)
        self.must("restore", "restore", vault, "latest:" + name, "--target", target)
        self.same("it is restored", top, target)
        self.must("restore to a share", "restore", vault, "latest:" + name, "--target",
                  self.server.url("restored"))
        self.same("it is restored to a share", top, self.served("restored"))
        self.change(top)
        self.must("second backup", "backup", vault, top)
        self.must("restore over a share", "restore", vault, "latest:" + name, "--target",
                  self.server.url("restored"), "--delete")
        self.same("it is restored over a share", top, self.served("restored"))
        self.must("forget and prune", "forget", vault, "--keep-last", "1", "--prune")
        self.must("check after it", "check", vault, "--read-data")
        self.expect_clean("after it", "vault")
        for path in (top, target, self.served("restored"), self.served("kept"),
                     self.served("vault")):
            shutil.rmtree(path)

    def expect_clean(self, what, place):
        left = [name for _, _, files in os.walk(self.served(place)) for name in files
                if name.startswith((".tmp-", ".farmio"))]
        self.expect("smb: nothing unfinished is left %s" % what, left)

    def refusals(self):
        top = os.path.join(self.suite.scratch, self.suite.fresh("small"))
        os.mkdir(top)
        with open(top + "/file", "w") as file:
            file.write("content")
        wrong = os.path.join(self.suite.scratch, "wrong")
        with open(wrong, "w") as file:
            file.write("username=root\npassword=wrong\n")
        os.chmod(wrong, 0o600)
        loose = os.path.join(self.suite.scratch, "loose")
        shutil.copy(self.server.credentials, loose)
        os.chmod(loose, 0o644)
        url = self.server.url("x")
        cases = [
            ("a wrong password", url, "password", {"FARMIO_SMB_CREDENTIALS": wrong}),
            ("credentials that others may read", url, "chmod 600",
             {"FARMIO_SMB_CREDENTIALS": loose}),
            ("credentials that are not there", url, "/nonexistent",
             {"FARMIO_SMB_CREDENTIALS": "/nonexistent"}),
            ("no credentials", url, "FARMIO_SMB_CREDENTIALS", {"FARMIO_SMB_CREDENTIALS": ""}),
            ("a share that is not there", self.server.url("x", share="none"),
             "no share of this name", {}),
            ("a server that is not there", self.server.url("x", port=9), "does not answer", {}),
            ("a missing client program", url, "FARMIO_SMB", {"FARMIO_SMB": "/nonexistent"}),
            ("a share that is read-only", self.server.url("x", share="readonly"), "x", {}),
        ]
        before = sorted(os.listdir(self.server.files))
        for what, place, word, more in cases:
            for verb in (["copy", top, place], ["init", place]):
                status, said = self.call(*verb, **more)
                self.expect("smb: %s is named by %s" % (what, verb[0]),
                            (status, word in said) != (3, True) and "%d: %s" % (status, said))
        self.expect("smb: nothing is written there",
                    sorted(os.listdir(self.server.files)) != before and "something is")
        status, said = self.call("copy", top, "smb://127.0.0.1")
        self.expect("smb: an address without a share", status != 2 and said)
        for name in ("a:b", "FILE", "dot.", "\u00c9t\u00e9", "\u00e9T\u00c9"):
            with open(os.path.join(top, name), "w") as file:
                file.write(name)
        status, said = self.call("copy", top, url)
        for what, word in (("a forbidden name", "a:b"), ("a dot at the end", "dot."),
                           ("names of one case", "FILE"), ("other letters too", "T\u00c9")):
            self.expect("smb: %s is said" % what, word not in said and said)
        self.expect("smb: it is not well", status not in (1, 3) and said)
        self.expect_first_of_case("a copy", self.served("x"))
        vault = os.path.join(self.suite.scratch, self.suite.fresh("vault"))
        self.must("init of a folder", "init", vault)
        self.must("backup of names that clash", "backup", vault, top)
        status, said = self.call("restore", vault, "latest:" + os.path.basename(top), "--target",
                                 self.server.url("y"), "--delete")
        self.expect("smb: a restore names what cannot be there", (
            status in (1, 3), "does not tell it from FILE" in said, "a:b" in said)
            != (True, True, True) and "%d: %s" % (status, said))
        self.expect_first_of_case("a restore", self.served("y"))
        for path in (top, vault, self.served("x"), self.served("y")):
            shutil.rmtree(path)

    def expect_first_of_case(self, what, folder):
        """Of names of one case the first is there, and it is that one's content."""
        found = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name)) as file:
                found[name] = file.read()
        wanted = {name: name for name in ("FILE", "\u00c9t\u00e9")}
        self.expect("smb: what can be there is there after " + what, found != wanted and found)

    def broken_promise(self):
        """A server that removes read-only files gets no rename that relies on it."""
        top, vault = self.tree(10_000), self.server.url("vault", share="removing")
        self.must("init on a server that removes read-only files", "init", vault)
        self.must("backup there", "backup", vault, top)
        self.must("second backup there", "backup", vault, top)
        self.must("check there", "check", vault, "--read-data")
        self.expect_clean("there", "vault")
        shutil.rmtree(top)
        shutil.rmtree(self.served("vault"))

    # What goes wrong on the way

    def clients(self):
        """Client programs of this build that run."""
        found = []
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink("/proc/%s/exe" % number) == os.path.realpath(self.client):
                    found.append(int(number))
            except OSError:
                continue
        return found

    def expect_no_clients(self, what):
        end = time.monotonic() + 10
        while self.clients() and time.monotonic() < end:
            time.sleep(0.05)
        self.expect("smb: no client programs are left %s" % what, self.clients())

    def jobs(self, top):
        """Commands to disturb: what, arguments, where the result lies on the server's disk."""
        self.must("init to be disturbed", "init", self.server.url("vault"))
        return [("copy", lambda port=None: ["sync", top, self.server.url("copy", port=port)]),
                ("backup", lambda port=None: ["backup", self.server.url("vault", port=port), top])]

    def finish(self, what, top, jobs):
        for verb, arguments in jobs:
            self.must("%s after %s" % (verb, what), *arguments())
        self.same("the copy is whole after " + what, top, self.served("copy"))
        self.expect_clean("after " + what, "copy")
        self.must("check after " + what, "check", self.server.url("vault"), "--read-data")
        target = os.path.join(self.suite.scratch, self.suite.fresh("restored"))
        self.must("restore after " + what, "restore", self.server.url("vault"),
                  "latest:" + os.path.basename(top), "--target", target)
        self.same("the backup is whole after " + what, top, target)
        for path in (top, target, self.served("copy"), self.served("vault")):
            shutil.rmtree(path)

    def disturb(self, what, act, rounds, statuses):
        """Runs each job `rounds` times and acts at a random moment of each."""
        top = self.tree(60_000_000)
        jobs = self.jobs(top)
        lengths = {}
        for verb, arguments in jobs:
            started = time.monotonic()
            self.must("%s before %s" % (verb, what), *arguments())
            lengths[verb] = time.monotonic() - started
        for number in range(rounds):
            verb, arguments = jobs[number % 2]
            with open(top + "/textures/wood/large.exr", "r+b") as file:
                file.write(self.suite.rng.randbytes(60_000_000))
            process = self.start(*arguments())
            time.sleep(self.suite.rng.random() * lengths[verb])
            act(process)
            said = process.communicate(timeout=300)[0]
            self.expect("smb: %s under %s, round %d" % (verb, what, number),
                        process.returncode not in statuses and "status %d: %s" % (
                            process.returncode, said))
        self.expect_no_clients("after " + what)
        self.finish(what, top, jobs)

    def kills(self):
        self.disturb("kills", lambda process: process.kill(), self.suite.options.kills,
                     (0, -signal.SIGKILL))

    def lost_clients(self):
        def act(_):
            for client in self.clients()[:2]:
                try:
                    os.kill(client, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.disturb("deaths of clients", act, 6, (0, 1, 3))

    def restarts(self):
        def act(_):
            self.server.stop()
            time.sleep(0.5)
            self.server.start()
        self.disturb("restarts of the server", act, 4, (0, 1, 3))

    def cuts(self):
        top = self.tree(20_000_000)
        jobs = self.jobs(top)
        for after in (500, 20_000, 300_000, 5_000_000, 19_000_000):
            for verb, arguments in jobs:
                wire = smb_server.Wire(self.server.port, after)
                with open(top + "/textures/wood/large.exr", "r+b") as file:
                    file.write(self.suite.rng.randbytes(20_000_000))
                status, said = self.call(*arguments(wire.port))
                what = "smb: %s with a cut after %d bytes" % (verb, after)
                self.expect(what, status not in (0, 1, 3) and said)
                self.expect(what + " is met", not wire.cuts and "it was not")
                wire.stop()
        self.finish("cuts", top, jobs)
