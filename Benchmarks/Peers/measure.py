"""Runs a command and tells what it took."""
import dataclasses
import os
import subprocess
import tempfile
import time


class Failed(Exception):
    """A command ended with an unexpected status; the text holds its last words."""


@dataclasses.dataclass
class Measure:
    """One run. Seconds and bytes; CPU is user and system time of the whole process tree, the peak
    is the largest resident size of any one process in it."""
    wall: float
    cpu: float
    peak: int


def run(words, folder=None, environment=None, settle=None):
    """Runs `words`; with `settle`, the file system of that folder is synced inside the wall time,
    so that nobody is measured by what he left in the page cache.

    GNU time starts the program: a child of this process would be charged with its memory."""
    words = list(map(str, words))
    with tempfile.NamedTemporaryFile("r", prefix="farmio-bench-time-") as told:
        began = time.monotonic()
        process = subprocess.Popen(
            ["/usr/bin/time", "-q", "-f", "%M", "-o", told.name, *words], cwd=folder,
            env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with process.stdout as pipe:
            output = pipe.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if settle:
            subprocess.run(["sync", "-f", settle], check=True)
        wall = time.monotonic() - began
        if process.returncode != 0:
            raise Failed(f"{' '.join(words)} ended with {process.returncode}: {output[-500:]}")
        peak = int(told.read()) * 1024
    return Measure(wall, usage.ru_utime + usage.ru_stime, peak), output


def stored(folder):
    """Bytes of all files below a folder; 0 where there is none."""
    return sum(os.lstat(os.path.join(base, name)).st_size
               for base, _, names in os.walk(folder) for name in names)


def disk_ceiling(folder, megabytes):
    """Sequential direct write and read of the disk under `folder`, in bytes a second: the best of
    two `dd` runs each."""
    path, best = os.path.join(folder, "ceiling"), {"write": 0.0, "read": 0.0}
    try:
        for _ in range(2):
            for kind, words in (
                    ("write", f"if=/dev/zero of={path} oflag=direct conv=fsync"),
                    ("read", f"if={path} of=/dev/null iflag=direct")):
                taken, _ = run(["dd", *words.split(), "bs=4M", f"count={megabytes // 4}"])
                best[kind] = max(best[kind], (megabytes // 4 * 4 << 20) / taken.wall)
    finally:
        if os.path.exists(path):
            os.unlink(path)
    return best
