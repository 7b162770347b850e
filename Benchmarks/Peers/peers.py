"""The peers: how each is asked for the same work, with the flags that suit it best."""
import os
import subprocess


class Archiver:
    """A program that keeps snapshots. `repository` and `state` are its own folders."""
    name = ""

    def __init__(self, repository, state):
        self.repository, self.state = repository, state
        os.makedirs(state, exist_ok=True)

    environment = {}

    def init(self):
        """Words that make the repository, or None."""

    def backup(self, path, number):
        """Words that store `path` as snapshot number `number`."""
        raise NotImplementedError

    def restore(self, path, number, target):
        """Words that bring `path` back, and the folder they are to run in."""
        raise NotImplementedError

    def restored(self, path, target):
        """Where the tree lies after `restore`."""
        return target + os.path.abspath(path)

    def learn(self, output):
        """Is told what `backup` printed."""


class Farmio(Archiver):
    name = "farmio"
    program = ""

    def __init__(self, repository, state):
        super().__init__(repository, state)
        self.snapshots = []

    def init(self):
        return [self.program, "init", self.repository]

    def backup(self, path, number):
        return [self.program, "backup", self.repository, path, "--quiet"]

    def learn(self, output):
        self.snapshots.append(output.split()[-1])

    def restore(self, path, number, target):
        snapshot = f"{self.snapshots[number]}:{os.path.basename(path)}"
        return [self.program, "restore", self.repository, snapshot, "--target", target,
                "--quiet"], None

    def restored(self, path, target):
        return target


class Restic(Archiver):
    name = "restic"

    @property
    def environment(self):
        return {"RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": self.repository,
                "RESTIC_CACHE_DIR": self.state}

    def init(self):
        return ["restic", "-q", "init"]

    def backup(self, path, number):
        return ["restic", "-q", "backup", path]

    def restore(self, path, number, target):
        return ["restic", "-q", "restore", "latest", "--path", path, "--target", target], None


class Borg(Archiver):
    name = "borg"

    @property
    def environment(self):
        return {"BORG_BASE_DIR": self.state, "BORG_REPO": self.repository,
                "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
                "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}

    def init(self):
        return ["borg", "init", "-e", "none"]

    def backup(self, path, number):
        return ["borg", "create", "-C", "zstd,3", f"::{number}", path]

    def restore(self, path, number, target):
        return ["borg", "extract", f"::{number}"], target


class Casync(Archiver):
    name = "casync"

    def backup(self, path, number):
        os.makedirs(self.repository, exist_ok=True)
        return ["casync", "make", f"--store={self.repository}/store.castr",
                f"{self.repository}/{number}.caidx", path]

    def restore(self, path, number, target):
        return ["casync", "extract", f"--store={self.repository}/store.castr",
                f"{self.repository}/{number}.caidx", target], None

    def restored(self, path, target):
        return target


ARCHIVERS = {kind.name: kind for kind in (Farmio, Restic, Borg, Casync)}

# Tuned for many files: no hashing, no second look at the source, no listing of the target.
RCLONE = ["rclone", "--config", "/dev/null", "-q", "--transfers", "64", "--checkers", "64"]
RCLONE_FAST = ["--ignore-checksum", "--local-no-check-updated"]


def movers(farmio):
    """name -> (copy, sync): functions from source and target folder to words. None where the
    program has no such thing."""
    return {
        "farmio": (lambda s, t: [farmio, "copy", s, t, "--quiet"],
                   lambda s, t: [farmio, "sync", s, t, "--delete", "--quiet"]),
        "rsync": (lambda s, t: ["rsync", "-a", f"{s}/", f"{t}/"],
                  lambda s, t: ["rsync", "-a", "--delete", f"{s}/", f"{t}/"]),
        "rclone": (lambda s, t: [*RCLONE, *RCLONE_FAST, "--no-check-dest", "copy", s, t],
                   lambda s, t: [*RCLONE, *RCLONE_FAST, "sync", s, t]),
        "rclone default": (lambda s, t: [*RCLONE[:4], "copy", s, t],
                           lambda s, t: [*RCLONE[:4], "sync", s, t]),
        "cp": (lambda s, t: ["cp", "-a", f"{s}/.", t],
               lambda s, t: ["cp", "-au", f"{s}/.", t]),
    }


def versions(farmio):
    """What was measured, for the record."""
    asked = {"farmio": [farmio, "version"], "restic": ["restic", "version"],
             "borg": ["borg", "--version"], "casync": ["casync", "--version"],
             "rclone": ["rclone", "--config", "/dev/null", "version"],
             "rsync": ["rsync", "--version"], "cp": ["cp", "--version"]}
    found = {}
    for name, words in asked.items():
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            continue
        found[name] = (done.stdout or done.stderr).strip().split("\n")[0]
    return found
