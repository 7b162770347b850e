"""File systems in image files on loop devices: made, mounted, cut off, and always cleaned up."""
import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time

PREFIX = "farmio-loop-"
SIZES = {"ext4": "256M", "xfs": "320M", "btrfs": "256M"}
MAKERS = {"ext4": ("mkfs.ext4", "-q", "-F", "-m", "0"), "xfs": ("mkfs.xfs", "-q", "-f"),
          "btrfs": ("mkfs.btrfs", "-q", "-f")}


_mounting = threading.Lock()


class Unavailable(Exception):
    """This machine cannot do it; the text says why."""


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"`{' '.join(words)}`: {done.stderr.strip() or done.returncode}")


def home():
    """Where images lie: memory if there is some, since it is fast and forgets them at a reboot."""
    return os.environ.get("RIG_FOLDER") or ("/dev/shm" if os.path.isdir("/dev/shm") else None)


class Image:
    """One file system in one image file, in a folder of its own whose name tells its owner."""

    def __init__(self, kind, size=None):
        if kind not in MAKERS:
            raise Unavailable(f"no file system {kind}: there are {', '.join(MAKERS)}")
        if os.geteuid() != 0:
            raise Unavailable("mounting needs root")
        if shutil.which(MAKERS[kind][0]) is None:
            raise Unavailable(f"there is no {MAKERS[kind][0]}: run tools/setup test")
        self.kind = kind
        self.folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=home())
        self.file, self.place = f"{self.folder}/image", f"{self.folder}/mount"
        try:
            os.mkdir(self.place)
            _run("truncate", "-s", size or SIZES[kind], self.file)
            _run(*MAKERS[kind], self.file)
            self.mount()
        except BaseException:
            self.remove()
            raise

    def mount(self):
        """Two mounts at once may pick the same free loop device: one at a time here, and another
        try against other processes."""
        for attempt in range(10):
            try:
                with _mounting:
                    return _run("mount", "-o", "loop", self.file, self.place)
            except Unavailable:
                if attempt == 9:
                    raise
                time.sleep(0.1)

    @property
    def mounted(self):
        """Asked of the kernel's table: the place itself answers EIO after a power cut."""
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            return any(line.split()[1] == self.place for line in mounts)

    def unmount(self):
        """Waits a moment for descriptors that die with their process; then lets go regardless."""
        for _ in range(100):
            if not self.mounted:
                return
            if subprocess.run(["umount", self.place], capture_output=True,
                              check=False).returncode == 0:
                return
            time.sleep(0.05)
        subprocess.run(["umount", "--lazy", self.place], capture_output=True, check=False)

    def remove(self):
        self.unmount()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def image(kind, size=None):
    made = Image(kind, size)
    try:
        yield made
    finally:
        made.remove()


def sweep():
    """Removes what killed runs have left: images whose owner is dead. Returns how many."""
    count = 0
    for name in os.listdir(home() or tempfile.gettempdir()):
        if not name.startswith(PREFIX):
            continue
        owner = int(name[len(PREFIX):].split("-")[0])
        if os.path.exists(f"/proc/{owner}"):
            continue
        left = Image.__new__(Image)
        left.folder = os.path.join(home() or tempfile.gettempdir(), name)
        left.place = f"{left.folder}/mount"
        left.remove()
        count += 1
    return count
