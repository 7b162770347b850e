"""How the rigs call `farmio`: every command's spelling stands here, and nowhere else.

Each call runs under a limit of CPU time (and, four times as long, of the clock, since others load
the machine too), and its largest resident size is known afterwards: of the largest process, never
less than this one's own.
"""
import dataclasses
import json
import os
import subprocess
import threading

SECONDS, BYTES = 5, 512 << 20  # what one frame of the corpus may take


@dataclasses.dataclass
class Answer:
    """What one call came to. `status` is the exit status, negative for a signal."""
    status: int
    output: str
    errors: str
    peak: int = 0
    late: bool = False
    cpu: float = 0.0
    speaks_json: bool = True

    @property
    def trouble(self):
        """What is wrong with the call itself, whatever it says; empty if nothing."""
        if self.late:
            return "took longer than its limit"
        if self.status < 0 or self.status > 3:
            return f"ended by itself with {self.status}: {self.errors.strip()[-300:]}"
        if self.status == 2:
            return f"refused the command: {self.errors.strip()[-300:]}"
        lines = self.lines if self.speaks_json else []
        foreign = next((line for line in lines if parsed(line) is None), None)
        return "" if foreign is None else f"printed what is no JSON: {foreign[:100]}"

    @property
    def lines(self):
        return [line for line in self.output.splitlines() if line.strip()]

    @property
    def records(self):
        return [record for line in self.lines if (record := parsed(line)) is not None]

    @property
    def frames(self):
        return [record for record in self.records if record.get("type") == "frame"]

    @property
    def findings(self):
        """Those of every frame and sequence."""
        return [finding for record in self.records for finding in record.get("findings", [])]

    def codes(self, severity=None):
        return {finding["code"] for finding in self.findings
                if severity in (None, finding["severity"])}


def parsed(line):
    """The record on a line; None where there is none."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def call(words, seconds=SECONDS):
    """Runs a program to its end, or to its limit."""
    words = list(map(str, words))
    variables = {key: value for key, value in os.environ.items() if key[:7] != "FARMIO_"}
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=variables) as process:
        late = threading.Event()
        timer = threading.Timer(4 * seconds, lambda: (late.set(), process.kill()))
        errors = []
        drain = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        timer.start()
        drain.start()
        output = process.stdout.read()
        drain.join()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Answer(process.returncode, output.decode(errors="replace"),
                  errors[0].decode(errors="replace"), usage.ru_maxrss << 10,
                  late.is_set() or cpu > seconds, cpu, "--json" in words)


class Farmio:
    """The program under test."""

    def __init__(self, path):
        self.path = os.path.abspath(path)

    def run(self, *words, seconds=SECONDS):
        return call([self.path, *words], seconds)

    def verify(self, *frames, depth=None, frame_range=None, profile=None, manifest=None,
               seconds=SECONDS):
        options = []
        for name, value in (("--depth", depth), ("--frames", frame_range), ("--profile", profile),
                            ("--manifest", manifest)):
            options += [name, value] if value else []
        return self.run("verify", *frames, *options, "--json", seconds=seconds)

    def write_manifest(self, path, *frames):
        return self.run("verify", *frames, "--write-manifest", path, "--json", seconds=60)

    def salvage(self, folder, *frames):
        return self.run("verify", *frames, "--salvage", folder, "--json")

    def report(self, form, path, *frames):
        """`form` is `junit` or `html`."""
        return self.run("verify", *frames, f"--{form}", path)

    def tile(self, source, target, **options):
        return self.run("tile", source, target, *spelled(options), "--json", seconds=60)

    def convert(self, source, target, **options):
        return self.run("convert", source, target, *spelled(options), "--json", seconds=60)

    def preview(self, source, target, **options):
        return self.run("preview", source, target, *spelled(options), "--json", seconds=60)

    def sheet(self, target, *frames, **options):
        return self.run("sheet", *frames, "--output", target, *spelled(options), "--json",
                        seconds=60)

    def compare(self, one, other, **options):
        return self.run("compare", one, other, *spelled(options), "--json", seconds=60)

    @staticmethod
    def compared(answer):
        """{channel: {max, mean, differing}} of an answer to `compare`; the first part's wins."""
        found = {}
        for record in answer.records:
            for part in record.get("parts", [record]):
                for channel in part.get("channels", []):
                    found.setdefault(channel["name"], channel)
        return found


def spelled(options):
    """tile_size=64 as `--tile-size 64`."""
    words = []
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return words
