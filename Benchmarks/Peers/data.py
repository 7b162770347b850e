"""The trees that the peers are measured on: real scene files, and the same for the same seed.

Blender's part takes a minute and is kept in a folder that later runs find again.
"""
import os
import random
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCENE = os.path.join(ROOT, "tools", "demo.d", "scene.py")

# Blender looks for its Python's libraries beside the python3 that PATH names: Debian's, not
# another one that a user has put before it.
BLENDER_ENVIRONMENT = {**os.environ, "PATH": "/usr/bin:/bin"}


def corpus():
    """The folder of published scenes and frames, `shared/corpus` beside the repository or further
    up; FARMIO_CORPUS names another. None if there is none: shows then hold the shot alone."""
    if "FARMIO_CORPUS" in os.environ:
        return os.environ["FARMIO_CORPUS"]
    folder = ROOT
    while folder != "/":
        folder = os.path.dirname(folder)
        if os.path.isdir(f"{folder}/shared/corpus/alab"):
            return f"{folder}/shared/corpus"
    return None


def clone(source, target):
    os.makedirs(target, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", target], check=True)


def shots(cache, detail, texture, frames):
    """A shot's three versions as Blender saves and renders them: {version: folder}, each with its
    scene file and its frames, compressed by ZIP and not at all."""
    home = os.path.join(cache, f"shots-{detail}-{texture}-{frames}")
    if not os.path.isdir(home):
        work = home + ".work"
        shutil.rmtree(work, ignore_errors=True)
        for version in (1, 2, 3):
            folder = f"{work}/{version}"
            os.makedirs(f"{folder}/scenes")
            if version > 1:
                shutil.copy2(f"{work}/{version - 1}/scenes/shot_010.blend", f"{folder}/scenes")
            done = subprocess.run(
                ["blender", "-b", "--factory-startup", "--python-exit-code", "1", "--python",
                 SCENE, "--", str(version), folder, "--detail", str(detail), "--texture",
                 str(texture), "--frames", str(frames), "--codecs", "ZIP", "NONE"],
                capture_output=True, text=True, check=False, env=BLENDER_ENVIRONMENT)
            if done.returncode != 0:
                raise SystemExit(f"bench: Blender failed: {(done.stdout + done.stderr)[-800:]}")
        os.rename(work, home)
    return {version: f"{home}/{version}" for version in (1, 2, 3)}


def show(target, shot, copies, seed):
    """A show as a backup finds it: the published scene in some variants, published frames, and one
    version of a shot."""
    source, published = random.Random(seed), corpus()
    for number in range(copies if published else 0):
        variant = f"{target}/assets/alab-{number}"
        clone(f"{published}/alab", variant)
        subprocess.run(["chmod", "-R", "u+w", variant], check=True)
        if number:
            edit_scene(variant, source, share=0.3)
    if published:
        clone(f"{published}/exr", f"{target}/reference")
        subprocess.run(["chmod", "-R", "u+w", target], check=True)
    clone(shot, f"{target}/shot_010")


def edit_scene(folder, source, share):
    """Changes numbers in a share of the scene descriptions, as a layout pass does, and a stretch
    of bytes in the same share of everything else."""
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if source.random() >= share:
                continue
            path = os.path.join(base, name)
            with open(path, "r+b") as file:
                data = bytearray(file.read())
                if not data:
                    continue
                if name.endswith((".usda", ".json", ".md")):
                    for at in source.sample(range(len(data)), min(20, len(data))):
                        if 48 <= data[at] <= 57:
                            data[at] = 48 + source.randrange(10)
                else:
                    at = source.randrange(len(data))
                    data[at:at + 200] = source.randbytes(len(data[at:at + 200]))
                file.seek(0)
                file.write(data)


def edit_show(target, shot, seed):
    """One day later: the next version of the shot, and an asset touched here and there."""
    shutil.rmtree(f"{target}/shot_010")
    clone(shot, f"{target}/shot_010")
    edit_scene(f"{target}/assets/alab-0", random.Random(seed), share=0.01)


def large(path, shot, size, seed):
    """One file of `size` bytes made of scene and frame bytes; each repetition is salted, a byte
    every 16 KiB, so that no two stretches are equal and all compress as the original does."""
    source, parts = random.Random(seed), []
    for base, folders, names in os.walk(shot):
        folders.sort()
        parts += [os.path.join(base, name) for name in sorted(names)]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        left = size
        while left:
            for part in parts:
                with open(part, "rb") as piece:
                    data = bytearray(piece.read(left))
                at = source.randrange(16384)
                data[at::16384] = source.randbytes(len(range(at, len(data), 16384)))
                file.write(data)
                left -= len(data)
                if not left:
                    break


def small(target, count, folders, seed, largest=16384):
    """`count` files of up to `largest` bytes in `folders` folders: text and noise, as sidecars,
    proxies and thumbnails are."""
    source = random.Random(seed)
    text = b" ".join(b"%d %f" % (n, n / 7) for n in range(4000))
    for number in range(folders):
        os.makedirs(f"{target}/folder-{number:04}")
    for number in range(count):
        size = min(largest, 64 + int(source.expovariate(1 / (largest / 4))))
        at = source.randrange(len(text) // 2)
        data = text[at:at + size // 2] + source.randbytes(size - size // 2)
        with open(f"{target}/folder-{number % folders:04}/file-{number:06}", "wb") as file:
            file.write(data)


def describe(folder):
    """(files, bytes) of a tree."""
    count = size = 0
    for base, _, names in os.walk(folder):
        count += len(names)
        size += sum(os.lstat(os.path.join(base, name)).st_size for name in names)
    return count, size
