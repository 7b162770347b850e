"""Crowds: two backups, a prune, a restore and a check at once on one repository."""
import os
import random
import signal
import time

from . import trees
from .cases import Case
from .program import Finding, inside
from .workloads import Stage


class CrowdRig:
    """Every seed draws the delays, and which of the runs is stopped for a while in the middle."""

    def __init__(self, program, scratch, seed):
        self.program, self.seed = program, seed

    def attack(self, folder, seed):
        source = random.Random(seed)
        stage = Stage(self.program, f"{folder}/stage", seed, files=60)
        forgotten = stage.store("second")
        kept = stage.store("first")
        self.program.run("forget", stage.repository, forgotten).must(0)
        del stage.kept[forgotten]
        # What was forgotten comes back while prune takes it away; another tree is all new.
        stage.put("show", "second")
        other = f"{folder}/other"
        trees.build(other, seed + 7, files=60)
        target = f"{folder}/crowded"
        runs = {
            "backup": ("backup", stage.repository, stage.show, "--quiet"),
            "other": ("backup", stage.repository, other, "--quiet"),
            "prune": ("prune", stage.repository),
            "restore": ("restore", stage.repository, inside(kept, stage.show),
                        "--target", target),
            "check": ("check", stage.repository, "--read-data"),
        }
        outcomes = self.at_once(runs, source)
        for name in runs:
            outcomes[name].must(0)
        stage.keep(outcomes["backup"].snapshot, "second")
        stage.kept[outcomes["other"].snapshot] = (other, trees.fingerprint(other))
        trees.same(trees.fingerprint(target), stage.kept[kept][1], "restored in the crowd")
        stage.whole()
        self.program.run("prune", stage.repository).must(0)
        stage.whole()
        listed = self.program.run("snapshots", stage.repository, "--quiet").must(0)
        if sorted(listed.output.split()) != sorted(stage.kept):
            raise Finding(f"snapshots lists {listed.output.split()}, not {list(stage.kept)}")

    def at_once(self, runs, source):
        """Starts all in a random order with random pauses; one is stopped and let go again."""
        names = list(runs)
        source.shuffle(names)
        # A stopped writer is the hard case: all that prune sees happens in the middle of its work.
        stopped = source.choice(["backup", "backup", "other", "prune", "restore", "check", None])
        processes = {}
        for name in names:
            processes[name] = self.program.start(*runs[name])
            if name == stopped:
                time.sleep(10 ** source.uniform(-3, -0.8))
                os.killpg(processes[name].pid, signal.SIGSTOP)
            time.sleep(source.choice((0, 0, 0.005, 0.02, 0.06)))
        if stopped:
            time.sleep(0.3)
            os.killpg(processes[stopped].pid, signal.SIGCONT)
        outcomes, hung = {}, None
        for name, process in processes.items():
            try:
                outcomes[name] = self.program.end(process)
            except Finding as finding:
                hung = finding
        if hung:
            raise hung
        return outcomes

    def case(self, kind, name, seed):
        return Case(f"crowd/all/{seed}", lambda folder: self.attack(folder, int(seed)))

    def sweep(self, count, seed):
        return [self.case("crowd", "all", seed * 100_000 + n) for n in range(count)]
