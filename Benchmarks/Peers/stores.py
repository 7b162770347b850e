#!/usr/bin/env python3
"""Measures farmio against the movers of object storage, in one run over the loopback.

    stores.py                            every row, in some 20 minutes
    stores.py --quick                    small data, one run each, in some 3 minutes
    stores.py --row put-many             these rows; --list names them
    stores.py --server null              only against this server

The null server reads bodies and drops them, and gives zeros: with it on one core and the client on
the other, only the client is measured. SeaweedFS is a real one, on the same cores as its client:
there CPU tells more than wall time. CPU is user and system time of the client's process tree; the
peak is that of its largest process. Programs take turns in alternating order, and the run of the
least CPU time counts. Trees and targets lie in memory. Prints a Markdown table and writes all of it
to Benchmarks/Peers/results.
"""
import argparse
import dataclasses
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import concurrent.futures

import measure
import store_rows
from bench import RESULTS, machine
from data import ROOT
from store_peers import MOVERS, BUCKET, Farmio, environment
from store_servers import NullServer, Relay, SeaweedFS, servers
from table import amount

SERVERS = {"null": NullServer, "SeaweedFS": SeaweedFS}


class FarmioBackup(Farmio):
    """A repository in place of a tree: what changed goes over the wire, and nothing else."""

    name = "farmio backup"

    def init(self, prefix):
        return [self.program, "init", f"s3://{BUCKET}/{prefix}"]

    def put(self, folder, prefix, many):
        return [self.program, "backup", f"s3://{BUCKET}/{prefix}", folder, "--quiet"]


class Bench:
    """One server and what is done with it."""

    def __init__(self, options, server, stock, home):
        self.options, self.server, self.stock, self.home = options, server, stock, home
        self.environment = environment(server.url, servers.KEY, servers.SECRET)
        self.relay = Relay(server.url)
        self.relayed = environment(self.relay.url, servers.KEY, servers.SECRET)
        self.filled = set()

    def mover(self, name):
        kinds = {**MOVERS, FarmioBackup.name: FarmioBackup}
        return kinds[name](self.options.farmio, self.server.url)

    def expect(self, prefix, folder):
        """Everything of the folder arrived; then it is removed, to make room."""
        if self.server.name == "null":
            return
        client = self.server.server.client()
        found = {}
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix=prefix + "/")
        for page in pages:
            for item in page.get("Contents", []):
                found[item["Key"].removeprefix(prefix + "/")] = item["Size"]
        for base, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(base, name)
                if found.get(os.path.relpath(path, folder)) != os.path.getsize(path):
                    raise measure.Failed(f"{path} did not arrive")
        keys = [{"Key": f"{prefix}/{name}"} for name in found]
        for start in range(0, len(keys), 1000):
            client.delete_objects(Bucket=BUCKET, Delete={"Objects": keys[start:start + 1000]})

    def fill(self, kind, folder):
        """Puts a tree where it is read from, once."""
        if kind in self.filled:
            return
        mover = MOVERS["s5cmd"](None, self.server.url)
        measure.run(mover.put(folder, f"source-{kind}", kind == store_rows.MANY),
                    environment=self.environment)
        self.filled.add(kind)

    def fill_list(self):
        if "list" in self.filled:
            return
        if self.server.name == "null":
            def put(number):
                store_rows.put_by_hand(
                    self.server.url, f"listed/{number % 97:02}/{number:07}.exr", 1)
        else:
            client = self.server.server.client()

            def put(number):
                client.put_object(Bucket=BUCKET, Body=b"1",
                                  Key=f"listed/{number % 97:02}/{number:07}.exr")
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(put, range(self.options.listed)))
        self.filled.add("list")

    def close(self):
        self.relay.close()
        self.server.close()


def parse(words):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--farmio", default=os.path.join(ROOT, ".build/release/farmio"), help="the program")
    add("--row", action="append", help="only this row")
    add("--server", action="append", choices=SERVERS, help="only against this server")
    add("--tool", action="append", help="only this program")
    add("--list", action="store_true", help="name the rows")
    add("--quick", action="store_true", help="small data, one run each")
    add("--small", type=int, default=10_000, metavar="N", help="objects of 4 KiB")
    add("--large", type=int, default=512, metavar="MIB", help="size of a large object")
    add("--large-files", type=int, default=3, metavar="N", help="large objects")
    add("--listed", type=int, default=100_000, metavar="N", help="objects that are listed")
    add("--repetitions", type=int, default=3, metavar="N", help="runs of each program")
    add("--memory", default="/dev/shm", metavar="DIR", help="a folder in memory")
    add("--results", default=RESULTS, metavar="DIR", help="where the JSON goes")
    options = parser.parse_args(words)
    if options.quick:
        options.small, options.large, options.listed, options.repetitions = 1000, 64, 5000, 1
    options.farmio = os.path.abspath(options.farmio)
    return options


def measured(row, bench, options):
    """Every program's runs, in an order that turns round each time."""
    files, size = row.size()
    tools = [tool for tool in row.peers if not options.tool or tool in options.tool]
    result = {"row": row.name, "title": row.title, "server": bench.server.name, "files": files,
              "bytes": size, "goals": row.goals, "runs": {tool: [] for tool in tools},
              "failed": {}}
    for repetition in range(options.repetitions):
        for tool in tools if repetition % 2 == 0 else tools[::-1]:
            if tool in result["failed"]:
                continue
            mover = bench.mover(tool)
            if row.name == "edit":
                mover.url = bench.relay.url
            try:
                taken, wire = row.run(mover, repetition)
                result["runs"][tool].append({**dataclasses.asdict(taken), "wire": wire})
            except (measure.Failed, OSError) as error:
                result["failed"][tool] = str(error)
    return result


def best_of(result):
    """program -> its run of the least CPU time."""
    return {tool: min(runs, key=lambda run: run["cpu"])
            for tool, runs in result["runs"].items() if runs and tool not in result["failed"]}


def lines_of(result):
    best = best_of(result)
    ours = best.get("farmio")
    size = f", {amount(result['bytes'])}" if result["bytes"] else ""
    yield f"| **{result['title']}**, {result['server']}: {result['files']:,}{size} | | | | | |"
    for tool, run in best.items():
        ratio = f"{run['cpu'] / max(ours['cpu'], 1e-3):.1f}" if ours else ""
        wire = amount(sum(run["wire"])) if run["wire"] else ""
        yield (f"| {tool} | {run['wall']:.2f} | {run['cpu']:.2f} | {amount(run['peak'])} "
               f"| {wire} | {ratio} |")
    for tool, error in result["failed"].items():
        yield f"| {tool} | failed: {error.splitlines()[0][-120:]} | | | | |"
    if ours and result["server"] == "null":
        for peer, factor in result["goals"]:
            if peer in best:
                ratio = best[peer]["cpu"] / max(ours["cpu"], 1e-3)
                yield (f"| {'✓' if ratio >= factor else '✗'} {ratio:.1f} times less CPU than "
                       f"{peer}, goal ≥ {factor} | | | | | |")


def table(report):
    head = ("| program | wall s | CPU s | peak | on the wire | CPU / farmio |",
            "|---|--:|--:|--:|--:|--:|")
    body = [line for result in report["rows"] for line in lines_of(result)]
    machine_ = report["machine"]
    foot = (f"{report['date']}, {machine_['cpus']} x {machine_['cpu']}, {machine_['memory']} "
            f"memory, kernel {machine_['kernel']}, load {report['load']:.1f} at the start; the "
            f"least CPU time of {report['repetitions']} runs in alternating order, plain HTTP over "
            "the loopback; against the null server client and server have a core each")
    return "\n".join((*head, *body, "", foot))


def run(options):
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "machine": machine(), "load": os.getloadavg()[0],
              "repetitions": options.repetitions, "rows": []}
    home = tempfile.mkdtemp(prefix="farmio-stores-", dir=options.memory)
    try:
        stock = store_rows.Stock(home, options)
        for name in options.server or SERVERS:
            bench = Bench(options, SERVERS[name](home), stock, home)
            try:
                for row in store_rows.rows(bench):
                    if name not in row.servers or options.row and row.name not in options.row:
                        continue
                    result = measured(row, bench, options)
                    report["rows"].append(result)
                    print(f"{row.name} ({name}): " + ", ".join(
                        f"{tool} {run_['cpu']:.2f} s" for tool, run_ in best_of(result).items())
                        + "".join(f"; {tool} failed" for tool in result["failed"]),
                        file=sys.stderr, flush=True)
            finally:
                bench.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return report


def main():
    options = parse(sys.argv[1:])
    if options.list:
        for row in store_rows.rows(None):
            print(f"{row.name:12} {row.title} ({', '.join(row.servers)})")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if subprocess.run(["which", "taskset", "cc"], capture_output=True, check=False).returncode:
        print("stores: taskset or cc is missing: run tools/setup bench", file=sys.stderr)
        return 3
    report = run(options)
    os.makedirs(options.results, exist_ok=True)
    name = report["date"].replace(":", "").replace("+0000", "Z")
    path = os.path.join(options.results, f"stores-{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print(table(report))
    print(f"\nwritten to {os.path.relpath(path)}", file=sys.stderr)
    return 1 if any(result["failed"] for result in report["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
