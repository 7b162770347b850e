"""A mount of the program, from its line to its end."""

import json
import os
import select
import signal
import subprocess
import time


class Mounted:
    """`farmio mount` in the foreground; `log` is what it said to standard error."""

    def __init__(self, farmio, place, folder, *options, environment=None):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.errors = open(folder + ".log", "w+b")
        self.process = subprocess.Popen(
            [farmio, "mount", place, folder, "--json", *options], stdout=subprocess.PIPE,
            stderr=self.errors, env=environment)
        ready, _, _ = select.select([self.process.stdout], [], [], 120)
        line = self.process.stdout.readline() if ready else b""
        try:
            self.said = json.loads(line)
        except ValueError:
            self.said = {}
        if "mounted" not in self.said:
            self.process.kill()
            self.process.wait()
            raise RuntimeError("no mount: %r %s" % (line, self.log()))

    def log(self):
        self.errors.flush()
        with open(self.errors.name, "rb") as file:
            return file.read().decode("utf-8", "replace")

    def unmount(self):
        """Takes the folder off from outside; the program's status."""
        subprocess.run(["fusermount3", "-u", self.folder], check=True)
        return self.wait()

    def interrupt(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.wait()

    def kill(self):
        self.process.kill()
        return self.wait()

    def wait(self):
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        subprocess.run(["fusermount3", "-u", "-z", "-q", self.folder], check=False)
        self.errors.close()


def until(what, seconds=60):
    """Waits until `what()` is true; whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def unmount_all(scratch):
    """Takes off whatever a broken test left mounted in a folder."""
    with open("/proc/mounts") as file:
        folders = [line.split(" ")[1] for line in file]
    for folder in folders:
        if folder.startswith(scratch + "/"):
            subprocess.run(["fusermount3", "-u", "-z", folder], check=False)
