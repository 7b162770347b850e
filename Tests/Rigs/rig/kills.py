"""Kills: at every system call that changes something, and at random times under load."""
import os
import random
import re
import shutil
import signal
import threading
import time
from collections import Counter

from .cases import Case
from .program import Finding
from .workloads import WORKLOADS, Stage

# The calls that change files, or hand changes to the kernel.
CHANGING = (
    "openat", "write", "pwrite64", "writev", "pwritev", "pwritev2", "fsync", "fdatasync",
    "syncfs", "sync_file_range", "rename", "renameat", "renameat2", "link", "linkat", "unlink",
    "unlinkat", "rmdir", "mkdir", "mkdirat", "symlink", "symlinkat", "mknodat", "ftruncate",
    "fallocate", "copy_file_range", "sendfile", "ioctl", "chmod", "fchmod", "fchmodat", "fchown",
    "fchownat", "lchown", "utimensat", "fsetxattr", "setxattr", "lsetxattr", "io_uring_enter")

# One worker and plain threads: the same calls in the same order each time. And as users run it.
MODES = {"exact": {"FARMIO_THREADS": "1", "FARMIO_DISK": "threads"}, "usual": {}}

LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)")


def calls_of(log):
    """The (call, number) points of one traced run, `number` counting per thread as strace does.

    Opens count only where they create; and ioctl only where it clones file content."""
    counts, points = Counter(), set()
    for line in log.splitlines():
        matched = LINE.match(line)
        if not matched:
            continue
        thread, call, rest = matched.groups()
        if call not in CHANGING:  # strace shows calls younger than itself whatever was asked for
            continue
        counts[thread, call] += 1
        if call == "openat" and "O_CREAT" not in rest and "O_TMPFILE" not in rest:
            continue
        if call == "ioctl" and "FICLONE" not in rest:
            continue
        if call == "write" and rest.startswith(("1,", "2,")):
            continue
        points.add((call, counts[thread, call]))
    return points


def _raising(finding):
    def attack(_):
        raise finding
    return attack


class KillRig:
    """The stages, prepared once, and the cases that each work on a clone."""

    def __init__(self, program, scratch, seed):
        self.program, self.scratch, self.seed = program, f"{scratch}/kill", seed
        self.stages = {}
        self.note = lambda text: None
        self.lock = threading.Lock()

    def stage(self, name, load=False):
        """The prepared stage of a workload, made at first use."""
        with self.lock:
            if (name, load) not in self.stages:
                size = {"files": 600, "large": 24 << 20} if load else {}
                stage = Stage(self.program, f"{self.scratch}/{name}{'-load' * load}", self.seed,
                              **size)
                WORKLOADS[name].prepare(stage)
                self.stages[name, load] = stage
            return self.stages[name, load]

    def points(self, name, mode):
        """All kill points of a workload, sorted, by tracing one run that is not hurt."""
        workload = WORKLOADS[name]
        program = self.program.having(**MODES[mode])
        stage = self.stage(name).clone(program, f"{self.scratch}/{name}-{mode}-traced")
        log = f"{stage.folder}/trace"
        program.run(*workload.words(stage), wrapper=(
            "strace", "-f", "-o", log, "-e", f"trace={','.join(CHANGING)}")).must(0)
        with open(log, encoding="utf-8", errors="replace") as trace:
            found = sorted(calls_of(trace.read()))
        shutil.rmtree(stage.folder)
        return found

    def kill_at(self, name, mode, call, number):
        """A case: the process dies as it enters its `number`th `call`. strace's seccomp filter
        would be faster, and loses the signal."""
        workload = WORKLOADS[name]

        def attack(folder):
            program = self.program.having(**MODES[mode])
            stage = self.stage(name).clone(program, f"{folder}/stage")
            outcome = program.run(*workload.words(stage), wrapper=(
                "strace", "-f", "-o", "/dev/null", "-e", f"trace={call}",
                "-e", f"inject={call}:signal=KILL:when={number}"))
            if outcome.status != 0:
                outcome.must(-9, 137)
            self.note(f"kill points {'passed unharmed' if outcome.status == 0 else 'reached'}")
            workload.settle(stage, outcome)

        return Case(f"kill/{name}/{mode}/{call}/{number}", attack)

    def kill_under_load(self, name, seed):
        """A case: a larger tree, all threads, and death after a random time; now and then only
        the interrupt of a person's Ctrl-C, which has a status of its own."""
        workload = WORKLOADS[name]

        def attack(folder):
            source = random.Random(seed)
            stage = self.stage(name, load=True).clone(self.program, f"{folder}/stage")
            process = self.program.start(*workload.words(stage))
            # Short times are as likely as long ones: a run takes tens of milliseconds or seconds.
            time.sleep(10 ** source.uniform(-2.7, 0.2))
            deadly = source.random() < 0.8
            os.killpg(process.pid, signal.SIGKILL if deadly else signal.SIGINT)
            outcome = self.program.end(process)
            if not deadly:
                outcome.must(0, 130, -signal.SIGINT)  # the last: before the program took over
            workload.settle(stage, outcome)

        return Case(f"load/{name}/{seed}", attack)

    def sweep(self, limit, seed):
        """Exact and usual kill points of every workload, at most `limit` of each, spread evenly
        over the calls by a seeded choice."""
        cases = []
        for name in WORKLOADS:
            for mode in MODES:
                try:
                    points = self.points(name, mode)
                except Finding as finding:  # one command that fails unharmed hides no other
                    cases.append(Case(f"kill/{name}/{mode}/unharmed", _raising(finding)))
                    continue
                if len(points) > limit:
                    points = random.Random(seed).sample(points, limit)
                cases += [self.kill_at(name, mode, *point) for point in points]
        return cases

    def load(self, count, seed):
        names = ("backup", "restore", "sync", "prune")
        return [self.kill_under_load(names[n % len(names)], seed * 100_000 + n)
                for n in range(count)]

    def case(self, kind, name, *rest):
        """The case of this name."""
        if kind == "load":
            return self.kill_under_load(name, int(rest[0]))
        mode, call, number = rest
        return self.kill_at(name, mode, call, int(number))
