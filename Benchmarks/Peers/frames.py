#!/usr/bin/env python3
"""Measures farmio on frames against OpenEXR's and OpenImageIO's programs, in one run.

    frames.py                every row, in some 15 minutes
    frames.py --quick        fewer codecs and frames, one run each, in some 3 minutes
    frames.py --row sheet    these rows; --list names them
    frames.py --long         also 1,000 frames in one call: the memory must stay flat

The measure is CPU time, user and system, of the whole process tree: frames are checked many at a
time, and what a frame costs is what a farm pays. Wall time and the largest process's peak stand
beside it. Programs take turns in alternating order; the fastest of their runs counts. Frames are
made once, from photographs, and kept in .build/bench. Prints a Markdown table and writes all of it
to Benchmarks/Peers/results.
"""
import argparse
import dataclasses
import datetime
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

import measure
from bench import RESULTS, machine
from data import ROOT
from frame_rows import Programs, rows
from table import amount

ENVIRONMENT = os.path.join(ROOT, ".build", "frames")
MAKER = os.path.join(ROOT, "Benchmarks", "Peers", "frame_data.py")
NEEDED = ("oiiotool", "maketx", "idiff", "exrmakepreview", "exrmaketiled", "exrinfo")


def parse(words):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--farmio", default=os.path.join(ROOT, ".build/release/farmio"), help="the program")
    add("--row", action="append", help="only this row")
    add("--list", action="store_true", help="name the rows")
    add("--quick", action="store_true", help="few codecs and frames, one run each")
    add("--long", action="store_true", help="also the row of many frames")
    add("--frames", type=int, default=24, metavar="N", help="frames of a sequence")
    add("--many", type=int, default=1000, metavar="N", help="frames of the long row")
    add("--repetitions", type=int, default=3, metavar="N", help="runs of each program")
    add("--cache", default=os.path.join(ROOT, ".build/bench"), metavar="DIR",
        help="where frames are kept")
    add("--results", default=RESULTS, metavar="DIR", help="where the JSON goes")
    options = parser.parse_args(words)
    if options.quick:
        options.frames, options.repetitions = 4, 1
    options.farmio = os.path.abspath(options.farmio)
    return options


def frames_of(options, size, codec, count):
    """The paths of frames, made where they are not there yet."""
    folder = os.path.join(options.cache, f"frames-{size}")
    done = subprocess.run([f"{ENVIRONMENT}/bin/python", MAKER, folder, size, str(count), codec],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"frames: cannot make frames: {done.stderr[-500:]}")
    paths = [f"{folder}/{codec}.{1001 + number}.exr" for number in range(count)]
    for path in paths:
        with open(path, "rb") as file:  # into the page cache
            while file.read(1 << 24):
                pass
    return paths


def measured(row, options, folder):
    """Every program's runs, in an order that turns round each time."""
    frames = frames_of(options, row.size, row.codec, row.count)
    if row.name == "compare-PIZ":
        frames_of(options, row.size, "PIZ", 1)
    commands = row.commands(frames, folder)
    result = {"row": row.name, "title": row.title, "count": row.count, "goals": row.goals,
              "bytes": sum(map(os.path.getsize, frames)),
              "runs": {name: [] for name in commands}, "failed": {}}
    for repetition in range(options.repetitions):
        for name in list(commands) if repetition % 2 == 0 else list(commands)[::-1]:
            if name in result["failed"]:
                continue
            try:
                taken, _ = measure.run(commands[name], folder=folder)
                result["runs"][name].append(dataclasses.asdict(taken))
            except (measure.Failed, OSError) as error:
                result["failed"][name] = str(error)
        result["written"] = {name: written(words, frames, folder)
                             for name, words in commands.items()}
        lacking = [name for name in row.made if not os.path.exists(os.path.join(folder, name))]
        if lacking and "farmio" not in result["failed"]:
            result["failed"]["farmio"] = f"made no {lacking[0]}"
    return result


def written(words, frames, folder):
    """Bytes of the file that a command was told to write; None where it was told of none."""
    sizes = [os.path.getsize(word) for word in words[1:]
             if word.startswith(folder) and word not in frames and os.path.exists(word)
             and not word.endswith("copy.exr")]
    return sum(sizes) or None


def best_of(result):
    """program -> its run of the least CPU time."""
    return {name: min(runs, key=lambda run: run["cpu"])
            for name, runs in result["runs"].items() if runs and name not in result["failed"]}


def judged(result):
    """(text, reached) of every goal."""
    best = best_of(result)
    if "farmio" not in best:
        return
    for names, factor in result["goals"]:
        others = [best[name]["cpu"] for name in names if name in best]
        if others:
            ratio = min(others) / max(best["farmio"]["cpu"], 1e-4)
            yield f"{ratio:.1f} times less CPU than {names[0]}, goal ≥ {factor}", ratio >= factor


def many(options, folder):
    """The peak of a few frames and of very many: names of the same 2K frames, many times over."""
    frames = frames_of(options, "2K", "ZIP", 8)
    peaks = {}
    for count in (8, options.many):
        work = os.path.join(folder, f"shot-{count}")
        os.mkdir(work)
        paths = []
        for number in range(count):
            paths.append(f"{work}/shot.{1001 + number:05}.exr")
            os.symlink(frames[number % len(frames)], paths[-1])
        taken, _ = measure.run([options.farmio, "verify", *paths, "--json"])
        peaks[count] = dataclasses.asdict(taken)
        shutil.rmtree(work)
    return peaks


def lines_of(result):
    best = best_of(result)
    ours = best.get("farmio")
    yield f"| **{result['title']}**, {amount(result['bytes'])} | | | | | | |"
    for name, run in best.items():
        frame = 1000 * run["cpu"] / result["count"]
        ratio = f"{run['cpu'] / max(ours['cpu'], 1e-4):.1f}" if ours else ""
        yield (f"| {name} | {run['cpu']:.3f} | {frame:.1f} | {run['wall']:.3f} "
               f"| {amount(run['peak'])} | {amount(result['written'][name])} | {ratio} |")
    for name, error in result["failed"].items():
        yield f"| {name} | failed: {error.splitlines()[0][:100]} | | | | | |"
    for text, reached in judged(result):
        yield f"| {'✓' if reached else '✗'} {text} | | | | | | |"


def table(report):
    head = ("| program | CPU s | CPU ms a frame | wall s | peak | written | CPU / farmio |",
            "|---|--:|--:|--:|--:|--:|--:|")
    body = [line for result in report["rows"] for line in lines_of(result)]
    if report.get("many"):
        (few, one), (many_, all_) = sorted(report["many"].items())
        body.append("| **many 2K frames in one call** | | | | | | |")
        for count, run in ((few, one), (many_, all_)):
            body.append(f"| farmio, {count} frames | {run['cpu']:.2f} "
                        f"| {1000 * run['cpu'] / count:.1f} | {run['wall']:.2f} "
                        f"| {amount(run['peak'])} | | |")
        flat = all_["peak"] <= 1.25 * one["peak"] + (16 << 20)
        body.append(f"| {'✓' if flat else '✗'} memory stays flat | | | | | | |")
    machine_ = report["machine"]
    foot = (f"{report['date']}, {machine_['cpus']} x {machine_['cpu']}, {machine_['memory']} "
            f"memory, kernel {machine_['kernel']}; CPU is user and system time of the whole "
            f"process tree; the least of {report['repetitions']} runs in alternating order, page "
            "cache warm; frames are mosaics of photographs, RGBA halves")
    return "\n".join((*head, *body, "", foot))


def run(options, chosen):
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "machine": machine(), "repetitions": options.repetitions, "rows": []}
    with tempfile.TemporaryDirectory(prefix="farmio-frames-") as folder:
        for row in chosen:
            result = measured(row, options, folder)
            report["rows"].append(result)
            print(f"{row.name}: " + ", ".join(
                f"{name} {run['cpu']:.3f} s" for name, run in best_of(result).items()),
                file=sys.stderr, flush=True)
            for path in glob.glob(f"{folder}/*"):
                os.unlink(path)
        if options.long:
            report["many"] = many(options, folder)
    return report


def main():
    options = parse(sys.argv[1:])
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        print(f"frames: missing: {', '.join(missing)}: run tools/setup bench", file=sys.stderr)
        return 3
    subprocess.run([os.path.join(ROOT, "Tests", "Frames", "environment")], check=True)
    found = rows(Programs(options.farmio, ENVIRONMENT), options)
    if options.list:
        for row in found:
            print(f"{row.name:20} {row.title}")
        return 0
    unknown = set(options.row or ()) - {row.name for row in found}
    if unknown:
        print(f"frames: no row {', '.join(sorted(unknown))}; --list names them", file=sys.stderr)
        return 2
    report = run(options, [row for row in found if not options.row or row.name in options.row])
    os.makedirs(options.results, exist_ok=True)
    name = report["date"].replace(":", "").replace("+0000", "Z")
    path = os.path.join(options.results, f"frames-{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print(table(report))
    print(f"\nwritten to {os.path.relpath(path)}", file=sys.stderr)
    return 1 if any(result["failed"] for result in report["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
