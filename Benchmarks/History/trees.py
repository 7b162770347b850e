"""Copies trees of small files twice and edits the second copy as people do.

trees.py CORPUS OUT: the ALab scene description to usd/, Blender's scripts to scripts/, the C
headers of the system to source/. Edits are seeded, so every run makes the same bytes.
"""

import os
import random
import re
import shutil
import sys

CORPUS, OUT = sys.argv[1:3]
TREES = {
    "usd": os.path.join(CORPUS, "alab"),
    "scripts": "/usr/share/blender/scripts",
    "source": "/usr/include/c++",
}


def edit_text(path, random):
    """Moves numbers, inserts lines, and deletes lines, at one to three places."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.readlines()
    for _ in range(random.randint(1, 3)):
        if not lines:
            break
        at = random.randrange(len(lines))
        kind = random.random()
        if kind < 0.6:
            lines[at] = re.sub(r"\d+\.\d+", lambda m: f"{float(m[0]) * 1.07:.6g}", lines[at])
            lines.insert(at, "    # lit %d\n" % random.randrange(10**6))
        elif kind < 0.8:
            lines[at:at] = lines[max(0, at - 6) : at]
        else:
            del lines[at : at + 3]
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(lines)


def copy(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=False, ignore=shutil.ignore_patterns("__pycache__"))


for name, source in TREES.items():
    if not os.path.isdir(source):
        print("no", source)
        continue
    for version in ("v1", "v2"):
        copy(source, os.path.join(OUT, version, name))
    dice = random.Random(7)
    root = os.path.join(OUT, "v2", name)
    for folder, folders, files in os.walk(root):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(folder, file)
            is_text = not file.endswith((".png", ".usd", ".exr", ".blend"))
            if is_text and dice.random() < 0.05:
                edit_text(path, dice)
            elif dice.random() < 0.004:
                os.remove(path)
