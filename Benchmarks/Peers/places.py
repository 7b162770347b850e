"""Where the benchmarks run: memory, disk, and a mount on which each operation takes 1 ms."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from data import ROOT

SLOWFS = os.path.join(ROOT, "Tests", "Rigs", "slowfs.c")


class Place:
    """A scratch folder of its own, removed on `close`."""

    def __init__(self, name, parent):
        self.name = name
        os.makedirs(parent, exist_ok=True)
        self.home = tempfile.mkdtemp(prefix="farmio-bench-", dir=parent)
        self.folder = self.home
        # The file system to sync inside the measured time; memory has nothing to sync.
        self.settle = self.home if name == "disk" else None

    def round_trips(self):
        """Operations that reached the mount since the last call; None where none are counted."""
        return None

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


class SlowPlace(Place):
    """A folder in memory, seen through the slow mount of the rigs."""

    def __init__(self, parent, delay):
        super().__init__("slow", parent)
        tree, self.folder = f"{self.home}/tree", f"{self.home}/mount"
        os.mkdir(tree)
        os.mkdir(self.folder)
        program = f"{self.home}/slowfs"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "fuse3"], check=True,
                               capture_output=True, text=True).stdout.split()
        subprocess.run(["cc", "-O2", SLOWFS, "-o", program, *flags], check=True)
        self.counts = open(f"{self.home}/counts", "w+", encoding="utf-8")
        self.server = subprocess.Popen(
            [program, tree, self.folder, "-o", f"delay={delay}"], stderr=self.counts)
        for _ in range(100):
            if os.path.ismount(self.folder):
                return
            time.sleep(0.05)
        self.close()
        raise SystemExit("bench: the slow mount did not come up")

    def round_trips(self):
        self.server.send_signal(signal.SIGUSR1)
        self.server.send_signal(signal.SIGUSR2)
        time.sleep(0.05)
        self.counts.seek(0)
        lines = self.counts.read().splitlines()
        return json.loads(lines[-1])["operations"] if lines else 0

    def close(self):
        for _ in range(50):
            if subprocess.run(["fusermount3", "-u", self.folder], capture_output=True,
                              check=False).returncode == 0:
                break
            time.sleep(0.1)
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.counts.close()
        super().close()


def open_place(name, options):
    """The place of this name: memory, disk or slow."""
    if name == "slow":
        return SlowPlace(options.memory, options.delay)
    return Place(name, options.memory if name == "memory" else options.disk)
