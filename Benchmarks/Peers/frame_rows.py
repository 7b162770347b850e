"""What is measured on frames: each row names its data, and how each program is asked for the work.

A goal (peers, factor) says how many times the CPU time of ours the best of the peers must take.
"""
import dataclasses
import os
import shutil

CODECS = ("none", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB")
OIIO, OLD_OIIO = "oiiotool 3.2", "oiiotool 2.4"
CHECK = "checkOpenEXRFile"


@dataclasses.dataclass
class Row:
    """`commands(frames, folder)` is {program: words}; what they write goes below `folder`,
    and of that ours must have `made` these."""
    name: str
    title: str
    size: str
    codec: str
    count: int
    commands: object
    goals: tuple = ()
    made: tuple = ()


class Programs:
    """Where everything lies that is run."""

    def __init__(self, farmio, environment):
        self.farmio = farmio
        self.check = f"{environment}/exrcheck"
        packages = next(entry.path for entry in os.scandir(f"{environment}/lib")
                        if entry.name.startswith("python3"))
        self.new = f"{packages}/site-packages/OpenImageIO/bin"

    def ours(self, *words):
        return [self.farmio, *words]

    def oiiotool(self, *words):
        return {OIIO: [f"{self.new}/oiiotool", *words],
                OLD_OIIO: ["/usr/bin/oiiotool", *words]}


def rows(programs, options):
    """Every row, in the order of the table."""
    found = []
    main_codecs = CODECS if not options.quick else ("ZIP", "PIZ", "DWAA")
    for codec in main_codecs:
        found.append(statistics(programs, "4K", codec, 1))
    found.append(statistics(programs, "2K", "ZIP", 1))
    found.append(statistics(programs, "4K", "ZIP", options.frames))
    for codec in ("ZIP",) if options.quick else ("none", "ZIP", "PIZ", "DWAA"):
        found.append(integrity(programs, codec))
    found += [structure(programs), thumbnail(programs), report(programs),
              sheet(programs, options.frames), tiles(programs, 1), tiles(programs, 4),
              *comparisons(programs), conversion(programs)]
    return found


def statistics(programs, size, codec, count):
    def commands(frames, folder):
        peers = programs.oiiotool("--stats", *frames)
        return {"farmio": programs.ours("verify", *frames, "--json"), **peers}

    several = f", {count} frames" if count > 1 else ""
    goals = (((OIIO,), 5),) if codec == "ZIP" else ()
    return Row(f"stats-{size}-{codec}-{count}", f"verify and statistics, {size} {codec}{several}",
               size, codec, count, commands, goals)


def integrity(programs, codec):
    def commands(frames, folder):
        return {"farmio": programs.ours("verify", *frames, "--depth", "decode", "--json"),
                CHECK: [programs.check, frames[0]]}

    return Row(f"decode-{codec}", f"integrity only, 4K {codec}", "4K", codec, 1, commands,
               (((CHECK,), 8),) if codec == "ZIP" else ())


def structure(programs):
    def commands(frames, folder):
        return {"farmio": programs.ours("verify", *frames, "--depth", "structure", "--json"),
                CHECK: [programs.check, frames[0]],
                "exrinfo (headers alone)": ["exrinfo", frames[0]]}

    return Row("structure", "structure only, 4K ZIP", "4K", "ZIP", 1, commands,
               (((CHECK,), 200),))


def thumbnail(programs):
    def commands(frames, folder):
        resize = ("--resize:filter=box", "640x0", "--ch", "R,G,B", "-d", "uint8")
        return {"farmio": programs.ours("preview", frames[0], f"{folder}/ours.png",
                                        "--size", "640"),
                "exrmakepreview": ["exrmakepreview", "-w", "640", frames[0],
                                   f"{folder}/preview.exr"],
                **programs.oiiotool(frames[0], *resize, "-o", f"{folder}/theirs.png")}

    return Row("thumbnail", "thumbnail 640 wide, 4K ZIP", "4K", "ZIP", 1, commands,
               ((("exrmakepreview",), 3),), ("ours.png",))


def report(programs):
    def commands(frames, folder):
        return {"farmio": programs.ours("verify", frames[0], "--html", f"{folder}/report.html"),
                **programs.oiiotool("--stats", frames[0], "--resize", "640x0", "--ch", "R,G,B",
                                    "-d", "uint8", "-o", f"{folder}/theirs.png")}

    return Row("report", "verify, statistics and a page with the picture, 4K ZIP", "4K", "ZIP", 1,
               commands, (((OIIO,), 25),), ("report.html",))


def sheet(programs, count):
    columns = 6 if count >= 6 else count

    def commands(frames, folder):
        lines = -(-len(frames) // columns)
        return {"farmio": programs.ours("sheet", *frames, "--output", f"{folder}/ours.png",
                                        "--columns", str(columns), "--cell", "320"),
                **programs.oiiotool(*frames, "--mosaic:fit=320x180", f"{columns}x{lines}",
                                    "--ch", "R,G,B", "-d", "uint8", "-o",
                                    f"{folder}/theirs.png")}

    return Row("sheet", f"contact sheet of {count} frames, 4K ZIP", "4K", "ZIP", count, commands,
               (((OIIO,), 20),), ("ours.png",))


def tiles(programs, level):
    """Level 1 is the goal's; level 4 packs as small as the peers do."""
    def commands(frames, folder):
        frame = frames[0]
        return {"farmio": programs.ours("tile", frame, f"{folder}/ours.exr", "--levels", "mip",
                                        "--filter", "box", "--codec", "zip",
                                        "--level", str(level)),
                "maketx 3.2": [f"{programs.new}/maketx", "--format", "exr", "--filter", "box",
                               frame, "-o", f"{folder}/maketx.exr"],
                "maketx 2.4": ["/usr/bin/maketx", "--format", "exr", "--filter", "box", frame,
                               "-o", f"{folder}/maketx-2.exr"],
                "exrmaketiled -m": ["exrmaketiled", "-m", "-t", "64", "64", "-z", "zip", frame,
                                    f"{folder}/tiled.exr"]}

    goals = ((("maketx 3.2",), 5), (("exrmaketiled -m",), 4)) if level == 1 else ()
    return Row(f"tile-{level}", f"tiles and mip-map, 4K ZIP (farmio: level {level})", "4K", "ZIP",
               1, commands, goals, ("ours.exr",))


def comparisons(programs):
    for other, title, goals in (("ZIP", "compare with an equal copy, 4K ZIP", 50),
                                ("PIZ", "compare equal pixels, 4K ZIP against PIZ", None)):
        def commands(frames, folder, other=other):
            second = f"{folder}/copy.exr"
            shutil.copyfile(frames[0].replace("ZIP.", f"{other}."), second)
            return {"farmio": programs.ours("compare", frames[0], second, "--json"),
                    "idiff 3.2": [f"{programs.new}/idiff", frames[0], second],
                    "idiff 2.4": ["/usr/bin/idiff", frames[0], second]}

        yield Row(f"compare-{other}", title, "4K", "ZIP", 1, commands,
                  ((("idiff 3.2",), goals),) if goals else ())


def conversion(programs):
    def commands(frames, folder):
        return {"farmio": programs.ours("convert", frames[0], f"{folder}/ours.exr",
                                        "--codec", "piz"),
                **programs.oiiotool(frames[0], "--compression", "piz", "-o",
                                    f"{folder}/theirs.exr")}

    return Row("convert", "conversion from ZIP to PIZ, 4K", "4K", "ZIP", 1, commands, (),
               ("ours.exr",))
