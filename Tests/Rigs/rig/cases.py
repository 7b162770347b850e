"""One attack each, with a name that replays it."""
import collections
import concurrent.futures
import os
import shutil
import sys
import threading
import time
import traceback

from .images import Unavailable
from .program import Finding


class Case(collections.namedtuple("Case", "name attack")):
    """`attack(folder)` raises a Finding if the program broke a promise, Unavailable if the
    machine cannot. The name's first two words are its group: "kill/backup/exact/fsync/3"."""

    @property
    def group(self):
        return "/".join(self.name.split("/")[:2])


class Tally:
    """Counts by group, and the findings in full."""

    def __init__(self, replay):
        self.replay = replay  # a case's name -> the command that runs it alone
        self.run, self.failed = collections.Counter(), collections.Counter()
        self.skipped = {}
        self.notes = collections.Counter()
        self.lock = threading.Lock()

    def add(self, case, finding=None, skipped=None):
        with self.lock:
            if skipped:
                self.skipped[case.group] = skipped
                return
            self.run[case.group] += 1
            if finding:
                self.failed[case.group] += 1
                print(f"FAILED {case.name}\n    {finding}\n    again: {self.replay(case.name)}",
                      flush=True)

    def note(self, text):
        """Something worth counting that is no finding, such as a repair."""
        with self.lock:
            self.notes[text] += 1

    def print(self, seconds):
        for group in sorted(self.run):
            print(f"  {group:28} {self.run[group]:6} run  {self.failed[group]:4} failed")
        for text, count in sorted(self.notes.items()):
            print(f"  {text}: {count}")
        for group, reason in sorted(self.skipped.items()):
            print(f"  {group:28} SKIPPED: {reason}")
        failed = sum(self.failed.values())
        print(f"{sum(self.run.values()) - failed} passed, {failed} failed, "
              f"{len(self.skipped)} groups skipped, in {seconds:.0f} s")


def run(cases, tally, scratch, keep=False, workers=os.cpu_count(), until=None):
    """Runs the cases side by side, each in a folder of its own below `scratch`."""
    numbers = iter(range(1 << 30))

    def one(case):
        if until and time.monotonic() > until:
            return
        folder = f"{scratch}/case-{next(numbers)}"
        os.makedirs(folder)
        finding = skipped = None
        try:
            case.attack(folder)
        except Finding as broken:
            finding = str(broken)
        except Unavailable as missing:
            skipped = str(missing)
        except Exception:  # a fault of the rig is shown, and is no pass
            finding = f"the rig itself failed: {traceback.format_exc()}"
        tally.add(case, finding, skipped)
        if not (keep and finding):
            shutil.rmtree(folder, ignore_errors=True)
        elif finding:
            print(f"    kept: {folder}", file=sys.stderr)

    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            collections.deque(pool.map(one, cases), maxlen=0)
        except BaseException:  # Ctrl-C: those that run finish and clean up, no more begin
            pool.shutdown(cancel_futures=True)
            raise
