#!/usr/bin/env python3
"""The crash campaign: breaks farmio in every way that a machine can, and counts what it loses.

    crash.py --farmio PROGRAM --short             some minutes, part of `make test`
    crash.py --farmio PROGRAM                     the whole campaign
    crash.py --farmio PROGRAM --hours 8           campaigns with new seeds for a night
    crash.py --farmio PROGRAM --case NAME         one case again, as a failure's report says
    crash.py --canaries                           proves the rigs on a program with known faults

kill   the process dies at each system call that changes something, then the same command again
load   the process dies at random times while it works with all threads on a larger tree
power  the file system (ext4, XFS) loses what was not synced, and then gives EIO to every call
rot    stored bytes change: every one of the small files, one bit in each 4 KiB of the large ones
crowd  two backups, a prune, a restore and a check at once
space  the disk fills up
round  and without any fault, on ext4, XFS and btrfs: what goes in comes back bit for bit

Ends with 1 if anything acknowledged was lost, torn, or not told; each failure prints the command
that runs it again. Processes that the rigs start die with them; nothing stays mounted.
"""
import argparse
import os
import random
import shlex
import shutil
import signal
import sys
import tempfile
import time

from rig import cases, images
from rig.crowd import CrowdRig
from rig.kills import KillRig
from rig.power import PowerRig
from rig.program import Finding, Program
from rig.round import RoundRig
from rig.rot import RotRig
from rig.space import SpaceRig

HERE = os.path.dirname(os.path.abspath(__file__))
RIGS = {"kill": KillRig, "load": KillRig, "power": PowerRig, "rot": RotRig, "crowd": CrowdRig,
        "space": SpaceRig, "round": RoundRig}

# How many cases: kill points a workload and mode, the others in all. `make test` stays short.
SHORT = {"kill": 20, "load": 8, "power": 8, "rot": 100, "crowd": 16, "space": 3, "round": 9}
LONG = {"kill": 100_000, "load": 200, "power": 200, "rot": 100_000, "crowd": 100, "space": 20,
        "round": 9}


def parse(words):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--farmio", default=".build/release/farmio", help="the program")
    parser.add_argument("--short", action="store_true", help="the short campaign")
    parser.add_argument("--points", type=int, help="at most so many cases a rig (kill: a workload)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rig", action="append", choices=RIGS, help="only this rig")
    parser.add_argument("--case", help="only the case of this name")
    parser.add_argument("--hours", type=float, help="go on with new seeds for so long")
    parser.add_argument("--keep", action="store_true", help="keep the folders of failed cases")
    parser.add_argument("--canaries", action="store_true", help="prove the rigs instead")
    return parser.parse_args(words)


class Campaign:
    """The rigs over one program, in one scratch folder that goes away at the end."""

    def __init__(self, program, options):
        self.program, self.options = program, options
        self.tally = cases.Tally(self.replay)

    def replay(self, name):
        words = [f"CANARY={self.program.variables['CANARY']}"] if self.program.variables else []
        return shlex.join([*words, sys.argv[0], "--farmio", self.program.path,
                           "--seed", str(self.options.seed), "--case", name])

    def collect(self, kind, scratch, seed):
        """The cases of one rig."""
        rig = RIGS[kind](self.program, scratch, seed)
        rig.note = self.tally.note
        counts = SHORT if self.options.short else LONG
        count = self.options.points or counts[kind]
        try:
            return rig.load(count, seed) if kind == "load" else rig.sweep(count, seed)
        except Finding as finding:
            self.tally.add(cases.Case(f"{kind}/unharmed", None), str(finding))
            return []

    def run(self):
        began = time.monotonic()
        until = began + 3600 * self.options.hours if self.options.hours else None
        seed = self.options.seed
        while True:
            self.round(seed, until)
            seed += 1
            if not until or time.monotonic() > until:
                break
        self.tally.print(time.monotonic() - began)
        return self.tally

    def round(self, seed, until):
        scratch = tempfile.mkdtemp(prefix="farmio-crash-", dir=images.home())
        try:
            if self.options.case:
                kind, *rest = self.options.case.split("/")
                rig = RIGS[kind](self.program, scratch, seed)
                rig.note = self.tally.note
                chosen = [rig.case(kind, *rest)]
            else:
                chosen = [case for kind in self.options.rig or RIGS
                          for case in self.collect(kind, scratch, seed)]
                random.Random(seed).shuffle(chosen)
            cases.run(chosen, self.tally, scratch, self.options.keep, until=until)
        finally:
            if not self.options.keep or not self.tally.failed:
                shutil.rmtree(scratch, ignore_errors=True)


def prove_canaries(options):
    """Each known fault must be found, by the rigs that are made for it, and no fault must not."""
    import canary
    hunters = {
        "": tuple(RIGS), "no-sync": ("power",), "no-folder-sync": ("power",),
        "in-place": ("kill",), "reference-first": ("kill",), "early-word": ("kill",),
        "no-proof": ("rot",), "blind-prune": ("crowd",), "torn-target": ("kill",),
        "deaf": ("power",), "litter": ("kill",)}
    assert set(hunters) == {"", *canary.FAULTS}
    missed = []
    for fault, rigs in hunters.items():
        print(f"canary {fault or 'without a fault'}: {canary.FAULTS.get(fault, '')}")
        options.rig = rigs
        options.short = True
        program = Program(f"{HERE}/canary.py", **({"CANARY": fault} if fault else {}))
        found = sum(Campaign(program, options).run().failed.values())
        if bool(found) != bool(fault):
            missed.append(fault or "without a fault")
    print(f"canaries: {len(hunters) - len(missed)} as they should be, wrong: {missed or 'none'}")
    return 1 if missed else 0


def main():
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if shutil.which("strace") is None:
        print("crash: there is no strace: run tools/setup test", file=sys.stderr)
        return 3
    images.sweep()
    if options.canaries:
        return prove_canaries(options)
    if not os.access(options.farmio, os.X_OK):
        print(f"crash: no program {options.farmio}: run make build", file=sys.stderr)
        return 3
    variables = {"CANARY": os.environ["CANARY"]} if os.environ.get("CANARY") else {}
    tally = Campaign(Program(options.farmio, **variables), options).run()
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
