"""The rows of the bench of buckets: one piece of work each, asked of every mover that can do it."""
import json
import os
import random
import shutil
import urllib.request

import measure
from store_peers import BUCKET

MANY, LARGE = "many", "large"


class Stock:
    """Trees that are moved, made once, in memory."""

    def __init__(self, home, options):
        self.home, self.options, self.rng = home, options, random.Random(4)

    def folder(self, kind):
        folder = os.path.join(self.home, kind)
        if not os.path.isdir(folder):
            os.makedirs(folder)
            if kind == MANY:
                for number in range(self.options.small):
                    inner = f"{folder}/{number % 100:02}"
                    os.makedirs(inner, exist_ok=True)
                    self.write(f"{inner}/{number:06}", 4096)
            else:
                for number in range(self.options.large_files):
                    self.write(f"{folder}/{number}", self.options.large << 20)
            with open(folder + ".names", "w", encoding="utf-8") as file:
                for base, _, names in sorted(os.walk(folder)):
                    for name in sorted(names):
                        print(os.path.relpath(os.path.join(base, name), folder), file=file)
        return folder

    def write(self, path, size):
        with open(path, "wb") as file:
            for start in range(0, size, 1 << 20):
                file.write(self.rng.randbytes(min(1 << 20, size - start)))

    def measures(self, kind):
        folder = self.folder(kind)
        return sum(len(names) for _, _, names in os.walk(folder)), measure.stored(folder)


class Row:
    """`peers` are the movers that can do it; a goal is (peer, factor) of CPU time."""

    name = title = ""
    peers = ("farmio", "s5cmd", "rclone", "AWS CRT")
    goals = ()
    servers = ("null", "SeaweedFS")

    def __init__(self, bench):
        self.bench = bench

    def size(self):
        """(files, bytes) of the work."""

    def run(self, mover, number):
        """One measured run: a Measure and, where they are counted, bytes (sent, received)."""

    def measured(self, words):
        return measure.run([*self.bench.server.client_prefix, *words],
                           environment=self.bench.environment)[0]


class Put(Row):
    def __init__(self, bench, kind, goals):
        super().__init__(bench)
        self.kind, self.goals = kind, goals
        self.name = f"put-{kind}"
        self.title = "upload of small objects" if kind == MANY else "upload of large objects"

    def size(self):
        return self.bench.stock.measures(self.kind)

    def run(self, mover, number):
        folder = self.bench.stock.folder(self.kind)
        mover.names = folder + ".names"
        prefix = f"{self.kind}-{mover.name.replace(' ', '-')}-{number}"
        taken = self.measured(mover.put(folder, prefix, self.kind == MANY))
        self.bench.expect(prefix, folder)
        return taken, None


class Get(Row):
    def __init__(self, bench, kind, goals):
        super().__init__(bench)
        self.kind, self.goals = kind, goals
        self.name = f"get-{kind}"
        self.title = "download of small objects" if kind == MANY else "download of large objects"

    def size(self):
        return self.bench.stock.measures(self.kind)

    def run(self, mover, number):
        folder = self.bench.stock.folder(self.kind)
        mover.names = folder + ".names"
        self.bench.fill(self.kind, folder)
        target = os.path.join(self.bench.home, "target")
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        taken = self.measured(mover.get(f"source-{self.kind}", target, self.kind == MANY))
        if measure.stored(target) != measure.stored(folder):
            raise measure.Failed(f"{mover.name} brought {measure.stored(target)} bytes")
        shutil.rmtree(target)
        return taken, None


class List(Row):
    name, title = "list", "listing of objects"
    peers = ("farmio", "s5cmd", "rclone")

    def size(self):
        return self.bench.options.listed, 0

    def run(self, mover, number):
        self.bench.fill_list()
        words = [*self.bench.server.client_prefix, *mover.list("listed")]
        taken, output = measure.run(words, environment=self.bench.environment)
        lines = output.count("\n")
        if lines < self.bench.options.listed:
            raise measure.Failed(f"{mover.name} listed {lines}")
        return taken, None


class Edit(Row):
    """A file of which little changed, sent again: what counts is the wire."""

    name, title = "edit", "a file after a small edit"
    peers = ("farmio", "farmio backup", "s5cmd", "rclone", "AWS CRT")
    servers = ("SeaweedFS",)

    def size(self):
        return 1, self.bench.options.large << 20

    def run(self, mover, number):
        home = os.path.join(self.bench.home, "edit")
        shutil.rmtree(home, ignore_errors=True)
        os.mkdir(home)
        self.bench.stock.write(f"{home}/scene", self.bench.options.large << 20)
        with open(home + ".names", "w", encoding="utf-8") as file:
            print("scene", file=file)
        mover.names = home + ".names"
        prefix = f"edit-{mover.name.replace(' ', '-')}-{number}"
        words = mover.put(home, prefix, False)
        if mover.name == "farmio backup":
            measure.run(mover.init(prefix), environment=self.bench.relayed)
        measure.run(words, environment=self.bench.relayed)
        self.edit(f"{home}/scene")
        self.bench.relay.take()
        taken, _ = measure.run(words, environment=self.bench.relayed)
        wire = self.bench.relay.take()
        shutil.rmtree(home)
        return taken, wire

    def edit(self, path):
        """Three places overwritten, and some bytes put in between."""
        with open(path, "rb") as file:
            content = bytearray(file.read())
        third = len(content) // 3
        for start in (10_000, third, 2 * third):
            content[start:start + 65_536] = self.bench.stock.rng.randbytes(65_536)
        content[third + 100_000:third + 100_000] = self.bench.stock.rng.randbytes(1_000)
        with open(path, "wb") as file:
            file.write(content)


def rows(bench):
    """Every row. Goals are those of the design: CPU time, against each peer."""
    return [
        Put(bench, MANY, (("s5cmd", 8), ("rclone", 6))),
        Get(bench, MANY, ()),
        Put(bench, LARGE, (("s5cmd", 5), ("rclone", 10), ("AWS CRT", 1.5))),
        Get(bench, LARGE, ()),
        List(bench),
        Edit(bench),
    ]


def put_by_hand(url, key, size):
    """One object of a server that looks at no signature."""
    request = urllib.request.Request(f"{url}/{BUCKET}/{key}", data=b"0" * size, method="PUT")
    urllib.request.urlopen(request, timeout=60).close()


def listing(url, prefix):
    """Objects below a prefix of such a server."""
    with urllib.request.urlopen(
            f"{url}/{BUCKET}?list-type=2&prefix={prefix}/&max-keys=1", timeout=60) as answer:
        return answer.read().count(b"<Contents>")


def traffic(url):
    """Bytes of bodies that the null server read and sent since it was asked last."""
    with urllib.request.urlopen(f"{url}/-/traffic", timeout=60) as answer:
        return json.load(answer)
