#!/usr/bin/env python3
"""Measures farmio against its peers, on the same data in the same run.

    bench.py                          every row, in some 20 minutes
    bench.py --quick                  every row on small data, in some 2 minutes
    bench.py --row first --row known  these rows; --list names them
    bench.py --tool farmio --tool cp  only these programs

Prints a Markdown table and writes everything measured to Benchmarks/Peers/results/DATE.json. Programs
take turns in alternating order and the fastest of their runs counts (the slow mount, whose round
trips repeat exactly, sees one). Data is read from a warm
page cache; on disk, a sync of the file system is part of everyone's time. CPU is that of the whole
process tree; the peak is that of its largest process. What each program has copied or restored is
compared with the source before its time counts.
"""
import argparse
import dataclasses
import datetime
import json
import os
import platform
import shutil
import signal
import sys

import data
import measure
from peers import Farmio, versions
from places import open_place
from rows import ROWS, Bench
from table import best_of, table

RESULTS = os.path.join(data.ROOT, "Benchmarks", "Peers", "results")
QUICK = {"detail": 6, "texture": 512, "frames": 1, "copies": 1, "large": 64, "small": 2000,
         "unchanged": 4000, "slow_small": 200, "slow_large": 16,
         "repetitions": 1}


def parse(words):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--farmio", default=os.path.join(data.ROOT, ".build/release/farmio"), help="the program")
    add("--row", action="append", choices=ROWS, help="only this row")
    add("--tool", action="append", help="only this program")
    add("--place", action="append", choices=("memory", "disk", "slow"),
        help="only there; with --row, also where the row does not run by default")
    add("--list", action="store_true", help="name the rows")
    add("--quick", action="store_true", help="small data, one run each")
    add("--repetitions", type=int, default=2, metavar="N", help="runs of each program")
    add("--large", type=int, default=2048, metavar="MIB", help="size of the large file")
    add("--small", type=int, default=40_000, metavar="N", help="number of small files")
    add("--unchanged", type=int, default=100_000, metavar="N", help="files of the unchanged tree")
    add("--slow-small", type=int, default=2_000, metavar="N", help="small files, slow mount")
    add("--slow-large", type=int, default=256, metavar="MIB", help="large file, slow mount")
    add("--copies", type=int, default=3, metavar="N", help="variants of the published scene")
    add("--frames", type=int, default=2, metavar="N", help="frames of a shot's version")
    add("--detail", type=int, default=8, metavar="N", help="subdivision of the shot's meshes")
    add("--texture", type=int, default=2048, metavar="N", help="width of its textures")
    add("--delay", type=int, default=1000, metavar="US", help="time of a slow operation")
    add("--memory", default="/dev/shm", metavar="DIR", help="a folder in memory")
    add("--disk", default=os.environ.get("TMPDIR", "/tmp"), metavar="DIR", help="one on disk")
    add("--cache", default=os.path.join(data.ROOT, ".build/bench"), metavar="DIR",
        help="where Blender's files are kept")
    add("--results", default=RESULTS, metavar="DIR", help="where the JSON goes")
    options = parser.parse_args(words)
    if options.quick:
        for name, value in QUICK.items():
            setattr(options, name, value)
    options.farmio = os.path.abspath(options.farmio)
    return options


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":")[1].strip() for line in info
                      if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cpu": model, "cpus": os.cpu_count(), "memory": f"{memory / 2 ** 30:.0f} GiB",
            "kernel": platform.release()}


def turn(row, place, tool):
    """One run of one program; what it left is proved before the time counts."""
    row.reset(tool)
    place.round_trips()
    taken = row.run(tool)
    trips = place.round_trips()
    row.prove(tool)
    return {**dataclasses.asdict(taken), "stored": row.stored(tool), "round_trips": trips}


def measure_row(row, place, tools, repetitions):
    """Every program's runs, in an order that turns round each time."""
    files, size = row.setup()
    result = {"row": row.name, "title": row.title, "place": place.name, "files": files,
              "bytes": size, "goals": row.goals, "runs": {}, "failed": {}}
    ready = []
    try:
        for tool in tools:
            result["runs"][tool] = []
            try:
                row.prepare(tool)
                ready.append(tool)
            except (measure.Failed, FileNotFoundError) as error:
                result["failed"][tool] = str(error)
        for repetition in range(repetitions):
            for tool in ready if repetition % 2 == 0 else ready[::-1]:
                if tool in result["failed"]:
                    continue
                try:
                    result["runs"][tool].append(turn(row, place, tool))
                except (measure.Failed, FileNotFoundError) as error:
                    result["failed"][tool] = str(error)
    finally:
        for tool in tools:
            row.finish(tool)
    return result


def run(options):
    Farmio.program = options.farmio
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "machine": machine(), "versions": versions(options.farmio),
              "repetitions": options.repetitions,
              "options": {k: v for k, v in vars(options).items() if k != "farmio"},
              "ceiling": measure.disk_ceiling(options.disk, 128 if options.quick else 1024),
              "rows": []}
    for name in options.place or ("memory", "disk", "slow"):
        chosen = [ROWS[r] for r in options.row or ROWS
                  if name in ROWS[r].places or options.row and options.place]
        if not chosen:
            continue
        place = open_place(name, options)
        try:
            bench = Bench(options, place)
            for kind in chosen:
                row = kind(bench)
                tools = [t for t in row.tools if not options.tool or t in options.tool]
                result = measure_row(
                    row, place, tools, 1 if name == "slow" else options.repetitions)
                report["rows"].append(result)
                print(f"{row.name} ({name}): " + ", ".join(
                    f"{tool} {run['wall']:.2f} s" for tool, run in best_of(result).items()),
                    file=sys.stderr, flush=True)
        finally:
            place.close()
    return report


def main():
    options = parse(sys.argv[1:])
    if options.list:
        for row in ROWS.values():
            print(f"{row.name:14} {row.title} ({', '.join(row.places)})")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    missing = [t for t in ("blender", "rsync", "dd", "diff", "time") if shutil.which(t) is None]
    if missing:
        print(f"bench: missing: {', '.join(missing)}: run tools/setup bench", file=sys.stderr)
        return 3
    report = run(options)
    os.makedirs(options.results, exist_ok=True)
    path = os.path.join(options.results, report["date"].replace(":", "").replace("+0000", "Z"))
    with open(f"{path}.json", "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print(table(report))
    print(f"\nwritten to {os.path.relpath(path)}.json", file=sys.stderr)
    return 1 if any(r["failed"] for r in report["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
