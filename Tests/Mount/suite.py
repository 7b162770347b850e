"""Mounts repositories and compares what the kernel shows with what was backed up; see `run`."""

import argparse
import concurrent.futures
import errno
import mmap
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import mounted

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Oracles"))
import odd_tree  # noqa: E402  beside the other suites

MB = 1 << 20


class Suite:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.farmio = os.path.abspath(options.farmio)
        self.passed = self.failed = 0
        self.rng = random.Random(options.seed)
        self.numbers = iter(range(1_000_000))
        self.environment = {k: v for k, v in os.environ.items()
                            if k[:7] != "FARMIO_" and k[:4] != "AWS_" and k != "XDG_CACHE_HOME"}
        self.environment["HOME"] = scratch

    def expect(self, what, wrong):
        """Counts one expectation; `wrong` is what is wrong, or nothing."""
        if wrong:
            self.failed += 1
            print("FAILED  %s: %s" % (what, wrong), flush=True)
        else:
            self.passed += 1
            if self.options.verbose:
                print("passed  %s" % what, flush=True)

    def fresh(self, name):
        return os.path.join(self.scratch, "%s-%d" % (name, next(self.numbers)))

    def call(self, *arguments, **more):
        done = subprocess.run([self.farmio, *arguments], capture_output=True, text=True,
                              errors="replace", env={**self.environment, **more}, timeout=120)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    def must(self, what, *arguments, **more):
        status, said, errors = self.call(*arguments, **more)
        self.expect(what, status and "status %d: %s" % (status, errors))
        return said

    def mount(self, place, *options, **more):
        return mounted.Mounted(self.farmio, place, self.fresh("mnt"), *options,
                               environment={**self.environment, **more})

    def repository(self, tree, *seal):
        place = self.fresh("vault")
        self.must("init", "init", place, *seal)
        self.must("backup", "backup", place, tree, *seal[1:])
        return place

    def inside(self, tree):
        """The newest snapshot's folder that is `tree`."""
        return "latest:" + os.path.basename(tree)

    def large_tree(self, megabytes=48):
        tree = self.fresh("large")
        os.makedirs(tree + "/inner")
        with open(tree + "/large.exr", "wb") as file:
            file.write(self.rng.randbytes(megabytes * MB))
        for number in range(200):
            with open("%s/inner/%d" % (tree, number), "wb") as file:
                file.write(self.rng.randbytes(number * 300))
        return tree

    def expect_same(self, what, tree, folder):
        self.expect(what, odd_tree.differences(os.fsencode(tree), os.fsencode(folder)))

    # Parts

    def tree(self):
        """Names, metadata and bytes of an odd tree, plain and sealed."""
        secret = self.fresh("secret")
        with open(secret, "w") as file:
            file.write("correct horse battery staple\n")
        for seal in ([], ["--encrypt", "--password-file", secret]):
            what = "sealed" if seal else "plain"
            tree = self.fresh("odd")
            odd_tree.make(os.fsencode(tree), 1)
            if os.geteuid() == 0:
                os.mknod(tree + "/device", 0o640 | stat.S_IFBLK, os.makedev(7, 300))
                os.chown(tree + "/old", 4321, 1234)
                subprocess.run(["setfacl", "-m", "u:77:r", tree + "/attributes"], check=True)
            place = self.repository(tree, *seal)
            with self.mount(place, "--snapshot", self.inside(tree), *seal[1:]) as mount:
                self.expect_same(what + ": the same tree", tree, mount.folder)
                self.expect(what + ": more metadata", self.other_facts(tree, mount.folder))
                self.expect(what + ": a second look", odd_tree.differences(
                    os.fsencode(tree), os.fsencode(mount.folder)))
                self.expect(what + ": nothing can be written", self.is_writable(mount.folder))
                self.expect(what + ": unmounted", mount.unmount())
                self.expect(what + ": nothing to log", mount.log())
            self.expect(what + ": no lease is left", os.listdir(place + "/leases"))

    @staticmethod
    def other_facts(tree, folder):
        wrong = []
        for name in sorted(os.listdir(os.fsencode(tree))):
            left = os.lstat(os.path.join(os.fsencode(tree), name))
            right = os.lstat(os.path.join(os.fsencode(folder), name))
            for fact in ("st_nlink", "st_rdev", "st_size", "st_ctime_ns"):
                if getattr(left, fact) != getattr(right, fact) and not (
                        stat.S_ISDIR(left.st_mode) and fact == "st_size"):
                    wrong.append((name, fact, getattr(left, fact), getattr(right, fact)))
        for name in ("hole first", "hole between", "hole alone"):
            sides = []
            for root in (tree, folder):
                with open("%s/%s" % (root, name), "rb") as file:
                    sides.append(os.lseek(file.fileno(), 1 << 19, os.SEEK_HOLE))
            if sides[0] != sides[1]:
                wrong.append((name, "SEEK_HOLE", *sides))
        return wrong

    @staticmethod
    def is_writable(folder):
        for attempt in (lambda: open(folder + "/new", "w"), lambda: os.remove(folder + "/one"),
                        lambda: os.mkdir(folder + "/new"), lambda: os.chmod(folder + "/one", 0)):
            try:
                attempt()
                return "it was possible"
            except OSError as error:
                if error.errno != errno.EROFS:
                    return str(error)
        return ""

    def reads(self):
        """Random reads, memory maps, direct reads, many readers, all at once."""
        tree = self.large_tree()
        place = self.repository(tree)
        with open(tree + "/large.exr", "rb") as file:
            expected = file.read()
        with self.mount(place, "--snapshot", self.inside(tree), "--memory", "16M") as mount:
            path = mount.folder + "/large.exr"

            def jump(seed):
                rng = random.Random(seed)
                with open(path, "rb", buffering=0) as file:
                    for _ in range(150):
                        at, count = rng.randrange(len(expected)), rng.choice([1, 4096, 700_000])
                        if os.pread(file.fileno(), count, at) != expected[at:at + count]:
                            return "wrong bytes at %d" % at
                return ""

            def through(_):
                with open(path, "rb") as file:
                    return "" if file.read() == expected else "wrong bytes"

            def mapped(seed):
                rng = random.Random(seed)
                with open(path, "rb") as file, mmap.mmap(
                        file.fileno(), 0, prot=mmap.PROT_READ) as view:
                    for _ in range(300):
                        at = rng.randrange(len(expected) - 9)
                        if view[at:at + 9] != expected[at:at + 9]:
                            return "wrong bytes at %d" % at
                    return "" if view[:] == expected else "wrong bytes"

            def around(_):
                descriptor = os.open(path, os.O_RDONLY | os.O_DIRECT)
                buffer = mmap.mmap(-1, MB)
                for at in range(0, len(expected), MB):
                    count = os.preadv(descriptor, [buffer], at)
                    if buffer[:count] != expected[at:at + count]:
                        return "wrong bytes at %d" % at
                os.close(descriptor)
                return ""

            with concurrent.futures.ThreadPoolExecutor(12) as pool:
                jobs = {name: [pool.submit(job, seed) for seed in range(3)]
                        for name, job in (("jumps", jump), ("from front to back", through),
                                          ("mapped", mapped), ("direct", around))}
            for name, futures in jobs.items():
                for future in futures:
                    self.expect("reads: " + name, future.result())
            self.expect_same("reads: the tree", tree, mount.folder)
            self.expect("reads: unmounted", mount.unmount())

    def ends(self):
        """However a mount ends, nothing is left of it."""
        tree = self.large_tree(4)
        place = self.repository(tree)
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.mount(place) as mount:
                self.expect("ends: the snapshots", set(os.listdir(mount.folder)) ^ {
                    "latest", os.readlink(mount.folder + "/latest")})
                self.expect_same("ends: latest", tree,
                                 mount.folder + "/latest/" + os.path.basename(tree))
                busy = open(mount.folder + "/latest/%s/large.exr" % os.path.basename(tree), "rb")
                busy.read(10)
                self.expect("ends: status after a signal", mount.interrupt(number))
                self.expect("ends: unmounted", os.path.ismount(mount.folder))
                busy.close()
            self.expect("ends: no lease", os.listdir(place + "/leases"))
        with self.mount(place) as mount:
            os.listdir(mount.folder)
            mount.kill()
            self.expect("killed: the lease tells", len(os.listdir(place + "/leases")) != 1)
            try:
                os.listdir(mount.folder)
                self.expect("killed: the folder is dead", "it still lives")
            except OSError as error:
                self.expect("killed: the folder is dead", error.errno != errno.ENOTCONN and error)
            status, _, said = self.call("mount", place, mount.folder)
            self.expect("killed: a second mount says what to do",
                        (status, "fusermount3 -u" in said) != (3, True) and said)
            done = subprocess.run(["fusermount3", "-u", mount.folder], capture_output=True)
            self.expect("killed: it can be unmounted", done.returncode and done.stderr)
        with self.mount(place, "--snapshot", self.inside(tree)) as mount:
            self.expect_same("killed: nothing else is lost", tree, mount.folder)
            mount.unmount()
        self.must("killed: prune", "prune", place)
        self.expect("killed: prune sweeps the lease", os.listdir(place + "/leases"))
        self.must("killed: check", "check", place, "--read-data")

    def refusals(self):
        """What cannot be mounted is said, with what to do."""
        tree = self.large_tree(1)
        place = self.repository(tree)
        folder = self.fresh("folder")
        os.mkdir(folder)
        for status, word, arguments in (
                (3, "Make the folder", [place, folder + "/none"]),
                (3, "not a folder", [place, tree + "/large.exr"]),
                (2, "no such snapshot", [place, folder, "--snapshot", "abcd1234"]),
                (2, "not a folder", [place, folder, "--snapshot",
                                     self.inside(tree) + "/large.exr"]),
                (2, "no such path", [place, folder, "--snapshot", self.inside(tree) + "/none"]),
                (2, "too little", [place, folder, "--memory", "1M"])):
            got, _, said = self.call("mount", *arguments)
            self.expect("refused: " + word, (got, word in said) != (status, True)
                        and "%d: %s" % (got, said))
        self.expect("refused: nothing is left", os.listdir(place + "/leases"))

    def prune(self):
        """A prune goes on beside a mount, and takes nothing from it."""
        tree = self.large_tree(20)
        place = self.repository(tree)
        with self.mount(place, "--snapshot", self.inside(tree)) as mount:
            copy = tree + ".copy"
            shutil.copytree(tree, copy)
            shutil.rmtree(tree)
            os.mkdir(tree)
            with open(tree + "/other", "wb") as file:
                file.write(self.rng.randbytes(MB))
            with open(mount.folder + "/large.exr", "rb") as file:
                file.read(MB)
                self.must("prune: backup", "backup", place, tree)
                said = self.must("prune: forget and prune", "forget", place, "--keep-last", "1",
                                 "--prune")
                self.expect("prune: it waits for nobody", "waiting" in said and said)
                file.seek(0)
                with open(copy + "/large.exr", "rb") as source:
                    self.expect("prune: an open file", file.read() != source.read())
            self.expect_same_bytes("prune: the forgotten tree", copy, mount.folder)
            self.expect("prune: nothing to log", mount.log())
            self.expect("prune: unmounted", mount.unmount())
        self.must("prune: again", "prune", place)
        size = sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(place + "/packs") for name in names)
        self.expect("prune: then it goes", size > 5 * MB and "%d bytes" % size)
        self.must("prune: check", "check", place, "--read-data")

    def expect_same_bytes(self, what, tree, folder):
        done = subprocess.run(["diff", "-r", tree, folder], capture_output=True, text=True)
        self.expect(what, done.returncode and done.stdout + done.stderr)

    def cache(self):
        """Blocks that were hurt are noticed; many processes share one cache within its limit."""
        tree = self.large_tree(90)
        place = self.repository(tree)
        cache = self.fresh("cache")
        more = {"FARMIO_CACHE_DIR": cache, "FARMIO_CACHE_SIZE": "1G"}
        options = ["--snapshot", self.inside(tree), "--cache"]
        with self.mount(place, *options, **more) as mount:
            self.expect_same("cache: cold", tree, mount.folder)
            mount.unmount()
        blocks = self.blocks(cache)
        self.expect("cache: it is filled", sum(map(os.path.getsize, blocks)) < 90 * MB)
        for path in blocks:
            size = os.path.getsize(path)
            with open(path, "r+b") as file:
                for _ in range(8):
                    at = self.rng.randrange(size)
                    byte = os.pread(file.fileno(), 1, at)[0]
                    os.pwrite(file.fileno(), bytes([byte ^ 1 << self.rng.randrange(8)]), at)
        with self.mount(place, *options, **more) as mount:
            self.expect_same("cache: hurt", tree, mount.folder)
            self.expect("cache: nothing to log", mount.log())
            mount.unmount()
        # Several processes, a cache that does not hold it all, and one that is killed.
        cache = self.fresh("cache")
        more.update({"FARMIO_CACHE_DIR": cache, "FARMIO_CACHE_SIZE": "64M"})
        mounts = [self.mount(place, *options, **more) for _ in range(3)]
        targets = [self.fresh("restored") for _ in range(2)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(odd_tree.differences, os.fsencode(tree),
                                os.fsencode(mount.folder)) for mount in mounts[:2]]
            restores = [pool.submit(self.call, "restore", place, self.inside(tree), "--target",
                                    target, "--cache", **more) for target in targets]
            doomed = pool.submit(lambda: open(mounts[2].folder + "/large.exr", "rb").read(30 * MB))
            time.sleep(0.2)
            mounts[2].kill()
            for job in jobs:
                self.expect("cache: shared by mounts", job.result())
            for restore in restores:
                status, _, said = restore.result()
                self.expect("cache: shared by restores", status and said)
            doomed.exception()
        for target in targets:
            self.expect_same("cache: restored", tree, target)
        for mount in mounts:
            mount.__exit__()
        size = sum(map(os.path.getsize, self.blocks(cache)))
        self.expect("cache: within its limit", size > 72 * MB and "%d bytes" % size)
        # A cache that cannot be: one warning, and all is well.
        status, _, said = self.call("restore", place, self.inside(tree), "--target",
                                    self.fresh("restored"), "--cache",
                                    FARMIO_CACHE_DIR="/proc/none")
        self.expect("cache: not there", status or said.count("going on without") != 1 and said)

    @staticmethod
    def blocks(cache):
        return [os.path.join(folder, name) for folder, _, names in os.walk(cache)
                for name in names]

    def render(self):
        """Blender renders a scene from the mount as it does from the source."""
        if not shutil.which("blender", path="/usr/bin:/bin"):
            print("mount: skipped: there is no blender", flush=True)
            return
        show = self.fresh("show")
        os.mkdir(show)
        self.blender("make.py", show)
        place = self.repository(show)
        with self.mount(place, "--snapshot", self.inside(show)) as mount:
            for name, folder in (("source", show), ("mount", mount.folder)):
                self.blender("frame.py", folder, self.fresh_output(name))
            self.must("render: the same frame", "compare", self.output["source"],
                      self.output["mount"])
            self.expect("render: a picture", os.path.getsize(self.output["mount"]) < 50_000
                        and "there is too little in it")
            mount.unmount()

    output = {}

    def fresh_output(self, name):
        self.output[name] = self.fresh(name) + ".exr"
        return self.output[name]

    def blender(self, script, *arguments):
        done = subprocess.run(
            ["blender", "-b", "--factory-startup", "--python-exit-code", "1", "--python",
             os.path.join(HERE, script), "--", *arguments], capture_output=True, text=True,
            env={**self.environment, "PATH": "/usr/bin:/bin"}, timeout=300)
        self.expect("render: " + script, done.returncode and (done.stdout + done.stderr)[-800:])

    # The whole

    def run(self):
        parts = [self.tree, self.reads, self.ends, self.refusals, self.prune, self.cache,
                 self.render]
        if self.options.bucket:
            import bucket
            parts.append(lambda: bucket.run(self))
            parts[-1].__name__ = "bucket"
        for part in parts:
            if self.options.only in (None, part.__name__):
                started = time.monotonic()
                part()
                print("%s: %.0f s" % (part.__name__, time.monotonic() - started), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("farmio")
    parser.add_argument("--only", metavar="PART")
    parser.add_argument("--bucket", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="farmio-mount-") as scratch:
        suite = Suite(options, scratch)
        try:
            suite.run()
        finally:
            mounted.unmount_all(scratch)
    print("%d passed, %d failed" % (suite.passed, suite.failed))
    sys.exit(suite.failed > 0)


if __name__ == "__main__":
    main()
