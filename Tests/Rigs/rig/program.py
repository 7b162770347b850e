"""The program under test, driven through its command line as scripts drive it."""
import os
import shlex
import subprocess

TIMEOUT = 120  # seconds; a command on trees this small that takes longer hangs


class Finding(Exception):
    """The program broke a promise; the text says which."""


def inside(snapshot, tree):
    """How `restore` is told of the folder `tree` in a snapshot: by its last name."""
    return f"{snapshot}:{os.path.basename(tree)}"


class Outcome:
    """How one run ended: `status` as the shell would say it, negative for a signal."""

    def __init__(self, words, status, output, errors):
        self.words, self.status, self.output, self.errors = words, status, output, errors

    @property
    def text(self):
        return self.output + self.errors

    def must(self, *statuses):
        """Raises a finding unless the run ended with one of `statuses`."""
        if self.status not in statuses:
            said = self.text.strip()[-600:] or "it said nothing"
            raise Finding(f"`{shlex.join(self.words)}` ended with {self.status}, "
                          f"not {' or '.join(map(str, statuses))}: {said}")
        return self

    @property
    def snapshot(self):
        """The id that `backup --quiet` printed, or None: only a whole last line counts."""
        lines = self.output.splitlines(keepends=True)
        return lines[-1].strip() if lines and lines[-1].endswith("\n") else None


class Program:
    """farmio, with the environment that a rig wants for it."""

    def __init__(self, path, **variables):
        self.path = os.path.abspath(path)
        self.variables = variables

    def having(self, **variables):
        return Program(self.path, **{**self.variables, **variables})

    @property
    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FARMIO_")}
        return {**kept, "SWIFT_BACKTRACE": "enable=no", "PYTHONDONTWRITEBYTECODE": "1",
                **self.variables}

    def start(self, *words, wrapper=()):
        words = [*wrapper, self.path, *map(str, words)]
        process = subprocess.Popen(
            words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        process.words = words
        return process

    @staticmethod
    def end(process, timeout=TIMEOUT):
        """Waits; a run that does not end by itself is killed and is a finding."""
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()
            raise Finding(f"`{shlex.join(process.words)}` hung for {timeout} s") from None
        return Outcome(process.words, process.returncode,
                       output.decode(errors="replace"), errors.decode(errors="replace"))

    def run(self, *words, wrapper=(), timeout=TIMEOUT):
        return self.end(self.start(*words, wrapper=wrapper), timeout)

    def backup(self, repository, tree):
        outcome = self.run("backup", repository, tree, "--quiet").must(0)
        if not outcome.snapshot:
            raise Finding("backup printed no snapshot id")
        return outcome.snapshot

    def check(self, repository):
        return self.run("check", repository, "--read-data")

    def restore(self, repository, snapshot, tree, target):
        """Brings back what the snapshot holds of the folder `tree`, into `target`."""
        return self.run("restore", repository, inside(snapshot, tree), "--target", target)
