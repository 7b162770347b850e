#!/usr/bin/env python3
"""Proves the rigs: on the stand-in they must find nothing, on each fault of it they must.

    prove.py [PART…]
"""
import os
import subprocess
import sys

import rig

# (part, options): what the stand-in can do; and the faults that the part must notice.
CASES = [
    ("tiles", [], ("bits", "filter")),
    ("pictures", [], ("bits", "dark", "equal")),
    ("corpus", ["--only", "ScanLines/"], ("bits", "numbers")),
    ("corpus", ["--only", "NanInf"], ("blind",)),
]


def ended(part, options, wrong=""):
    """The exit status of a part on the stand-in, and its failures."""
    done = subprocess.run(
        [sys.executable, os.path.join(rig.HERE, f"{part}.py"), "--farmio",
         os.path.join(rig.HERE, "stand-in"), "--quiet", *options],
        capture_output=True, text=True, check=False, env={**os.environ, "WRONG": wrong})
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    crashed = done.returncode != 0 and not failures
    return failures, done.stderr.strip()[-300:] if crashed else ""


def main():
    suite = rig.Suite()
    for part, options, wrongs in CASES:
        if sys.argv[1:] and part not in sys.argv[1:]:
            continue
        title = " ".join([part, *options])
        failures, crash = ended(part, options)
        suite.expect(f"{title}: nothing on the stand-in", crash or "; ".join(failures[:2]))
        for wrong in wrongs:
            failures, crash = ended(part, options, wrong)
            suite.expect(f"{title}: something on one with wrong {wrong}",
                         crash or ("" if failures else "nothing"))
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
