"""Runs every part against the built program; see `run`."""

import argparse
import concurrent.futures
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import botocore.exceptions

import archive
import fault_proxy
import rados
import servers
import smb
import trees
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Oracles"))
import odd_tree  # noqa: E402  beside the other suite

BUCKET = "farm"
#: Faults that no second try heals, and a word that the error must have.
LASTING = {"expired": "ExpiredToken", "skew": "RequestTimeTooSkewed", "denied": "AccessDenied"}


class Suite:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.farmio = os.path.abspath(options.farmio)
        self.benchmarks = os.path.abspath(options.benchmarks)
        self.passed = self.failed = 0
        self.lock = threading.Lock()
        self.rng = random.Random(options.seed)
        self.numbers = iter(range(1_000_000))

    #: What a place's address begins with, and the variable that names the conformance suite's.
    SCHEME, CONFORMANCE = "s3", "FARMIO_TEST_S3"
    #: What a proxy says when it refuses in the service's words.
    REFUSAL = staticmethod(fault_proxy.Answer.failure)
    PASSING, LASTING = fault_proxy.PASSING, LASTING
    PARTS = ["signer", "conformance", "end-to-end", "refusals", "archive", "tls", "faults", "kills",
             "smb", *trees.NAMES]

    #: Parts that take minutes: left out by --quick.
    LONG = {"faults", "kills", "tree-faults", "tree-kills", "cuts", "restarts"}

    def wants(self, part):
        """Whether a part was asked for."""
        only = self.options.only
        return part == only or only is None and not (self.options.quick and part in self.LONG)

    @staticmethod
    def place(prefix, bucket=BUCKET):
        return "s3://%s/%s" % (bucket, prefix)

    @staticmethod
    def prefix_of(place):
        return place.removeprefix("s3://%s/" % BUCKET)

    def expect(self, what, wrong):
        """Counts one expectation; `wrong` is what is wrong, or nothing."""
        with self.lock:
            if wrong:
                self.failed += 1
                print("FAILED  %s: %s" % (what, wrong), flush=True)
            else:
                self.passed += 1
                if self.options.verbose:
                    print("passed  %s" % what, flush=True)

    def fresh(self, name):
        with self.lock:
            return "%s-%d" % (name, next(self.numbers))

    # Calling the program

    def environment(self, url):
        kept = {k: v for k, v in os.environ.items()
                if k[:7] != "FARMIO_" and k[:4] != "AWS_" and "proxy" not in k.lower()}
        return {**kept, "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": servers.KEY,
                "AWS_SECRET_ACCESS_KEY": servers.SECRET, "HOME": self.scratch}

    def call(self, url, *arguments):
        """Runs the program; its status and what it said to standard error."""
        status, _, said = self.answer(url, *arguments)
        return status, said

    def answer(self, url, *arguments, variables=None):
        """The same, with what it printed between the two."""
        done = subprocess.run(
            [self.farmio, *arguments], capture_output=True, text=True, errors="replace",
            env={**self.environment(url), **(variables or {})}, timeout=500)
        return done.returncode, done.stdout, done.stderr.strip()

    def must(self, what, url, *arguments):
        status, said = self.call(url, *arguments)
        self.expect(what, status and "status %d: %s" % (status, said))
        return status == 0

    def restored(self, what, url, place, tree, *unlock):
        """Restores the newest snapshot and compares it with the tree."""
        target = os.path.join(self.scratch, self.fresh("restored"))
        if self.must(what + ": restore", url, "restore", place, "latest", "--target", target,
                     *unlock):
            self.expect(what + ": same tree", self.differences(tree, target))
        shutil.rmtree(target, ignore_errors=True)

    @staticmethod
    def differences(tree, target):
        copy = os.path.join(target, os.path.basename(tree))
        if not os.path.exists(copy):
            copy = os.path.join(target, tree.lstrip("/"))
        return odd_tree.differences(os.fsencode(tree), os.fsencode(copy))

    # Parts

    def signer(self):
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, "sign_oracle.py"), self.benchmarks],
            capture_output=True, text=True)
        self.expect("signatures equal botocore's", done.returncode and done.stderr)

    def conformance(self, server):
        server.make_bucket("conformance")
        environment = {**self.environment(server.url), "HOME": os.environ.get("HOME", "/"),
                       self.CONFORMANCE: server.url}
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", "StoreConformance"],
            capture_output=True, text=True, env=environment)
        tail = "\n".join(line for line in done.stdout.splitlines()
                         if "recorded an issue" in line or "failed" in line)
        self.expect(server.name + ": conformance", done.returncode and (tail or done.stderr))
        if self.SCHEME not in done.stdout:
            self.expect(server.name + ": conformance", "the bucket was not among the places")
        self.expect_clean(server, "conformance", server.name + ": conformance")

    def expect_clean(self, server, bucket, what, prefix=""):
        """No upload in parts, and no marker, is left behind."""
        uploads = [key for key in self.uploads(server, bucket) if key.startswith(prefix)]
        self.expect(what + ": no uploads left", uploads)
        keys = [key for key in self.keys(server, bucket, prefix) if "/.tmp-" in key]
        self.expect(what + ": no markers left", keys)

    @staticmethod
    def uploads(server, bucket):
        try:
            found = server.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        except botocore.exceptions.ClientError as error:
            # What SeaweedFS says of a bucket that never had one.
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
            return []
        return [upload["Key"] for upload in found]

    @staticmethod
    def keys(server, bucket, prefix=""):
        pages = server.client().get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def end_to_end(self, server):
        secret = os.path.join(self.scratch, "secret")
        with open(secret, "w") as file:
            file.write("correct horse battery staple\n")
        for form, seal, unlock in (("plain", [], []), (
                "sealed", ["--encrypt", "--password-file", secret], ["--password-file", secret])):
            what = "%s, %s" % (server.name, form)
            prefix = self.fresh("show") + "/a b/"
            place = self.place(prefix)
            tree = os.path.join(self.scratch, self.fresh("tree"))
            odd_tree.make(os.fsencode(tree), 1)
            self.must(what + ": init", server.url, "init", place, *seal)
            status, _ = self.call(server.url, "init", place, *seal)
            self.expect(what + ": no second init", status != 3 and "status %d" % status)
            self.must(what + ": backup", server.url, "backup", place, tree, *unlock)
            self.restored(what, server.url, place, tree, *unlock)
            odd_tree.change(os.fsencode(tree), 2)
            self.must(what + ": second backup", server.url, "backup", place, tree, *unlock)
            self.restored(what + " again", server.url, place, tree, *unlock)
            self.must(what + ": check", server.url, "check", place, "--read-data", *unlock)
            self.must(what + ": forget", server.url, "forget", place, "--keep-last", "1",
                      "--prune", *unlock)
            self.must(what + ": check after it", server.url, "check", place, "--read-data",
                      *unlock)
            self.restored(what + " after it", server.url, place, tree, *unlock)
            self.expect_clean(server, BUCKET, what, prefix)
            shutil.rmtree(tree)

    def refusals(self, server, poor):
        """What cannot work is said before anything is written."""
        poor.make_bucket(BUCKET)
        status, said = self.call(poor.url, "init", "s3://%s/show" % BUCKET)
        self.expect("a server that ignores conditions is refused",
                    (status, "If-None-Match" in said) != (3, True) and said)
        self.expect("nothing is written there", self.keys(poor, BUCKET))
        status, said = self.call(server.url, "init", "s3://no-such-bucket/show")
        self.expect("a bucket that is not there is named",
                    (status, "NoSuchBucket" in said) != (3, True) and said)
        status, said = self.call("http://127.0.0.1:9", "snapshots", "s3://%s/show" % BUCKET)
        self.expect("a server that is not there is named",
                    (status, "AWS_ENDPOINT_URL" in said) != (3, True) and said)
        environment = {**self.environment(server.url), "AWS_SECRET_ACCESS_KEY": "wrong"}
        done = subprocess.run([self.farmio, "snapshots", "s3://%s/show" % BUCKET],
                              capture_output=True, text=True, env=environment)
        self.expect("a wrong secret is named",
                    (done.returncode, "secret" in done.stderr) != (3, True) and done.stderr)

    # Faults

    def small_tree(self):
        tree = os.path.join(self.scratch, self.fresh("small"))
        os.makedirs(tree + "/inner")
        with open(tree + "/large", "wb") as file:
            file.write(self.rng.randbytes(20_000_000))
        for number in range(20):
            with open(tree + "/inner/%d" % number, "wb") as file:
                file.write(self.rng.randbytes(number * 1000))
        return tree

    def faults(self, server):
        tree = self.small_tree()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(self.slow_wire, server, tree, fault)
                    for fault in ("stall", "trickle")]
            jobs += [pool.submit(self.fault_campaign, server, tree, shift)
                     for shift in range(len(self.PASSING))]
            jobs.append(pool.submit(self.wrong_answers, server, tree))
            jobs += [pool.submit(self.lasting, server, tree, fault) for fault in self.LASTING]
            for job in jobs:
                job.result()

    def job(self, url, place, tree, verb):
        """One operation of a campaign: its status, what it said, and what is wrong with its result."""
        target = os.path.join(self.scratch, self.fresh("target"))
        arguments = {
            "init": ["init", place], "backup": ["backup", place, tree],
            "restore": ["restore", place, "latest", "--target", target],
            "check": ["check", place, "--read-data"],
            "prune": ["forget", place, "--keep-last", "1", "--prune"],
        }[verb]
        status, said = self.call(url, *arguments)
        wrong = ""
        if verb == "restore" and status == 0:
            wrong = self.differences(tree, target)
        shutil.rmtree(target, ignore_errors=True)
        return status, said, wrong

    def fault_campaign(self, server, tree, shift):
        """Every other request is hurt, by one kind of fault after the other, from `shift` on."""
        proxy = fault_proxy.Proxy(server.url, self.REFUSAL)
        place = self.place(self.fresh("faults"))
        for verb in ("init", "backup", "restore", "check", "backup", "prune", "check"):
            what = "%s: %s under faults from %d on" % (server.name, verb, shift)

            def plan(request):
                if request.number % 2:
                    return None
                return self.PASSING[(request.number // 2 + shift) % len(self.PASSING)]
            proxy.restart(plan)
            status, said, wrong = self.job(proxy.url, place, tree, verb)
            if status == 3:
                # Several faults may meet one request until its tries are used up.
                self.expect(what + ": the error names the place", place not in said and said)
                proxy.restart(lambda request: None)
                status, said, wrong = self.job(proxy.url, place, tree, verb)
                if verb == "init" and "already" in said:
                    status = 0
            self.expect(what, wrong or status and "status %d: %s" % (status, said))
        self.restored("%s: after faults from %d on" % (server.name, shift), server.url, place,
                      tree)
        self.must("%s: check after faults" % server.name, server.url, "check", place,
                  "--read-data")
        self.expect_clean(server, BUCKET, "after faults", self.prefix_of(place))
        proxy.stop()

    def lasting(self, server, tree, fault):
        """From one request on nothing works any more: each of the first eight, then fewer."""
        proxy = fault_proxy.Proxy(server.url, self.REFUSAL)
        place = self.place(self.fresh("lasting"))
        self.must("init", proxy.url, "init", place)
        for verb in ("backup", "restore", "check"):
            first = 0
            while first < 5000:
                proxy.restart(lambda request: fault if request.number >= first else None)
                status, said, wrong = self.job(proxy.url, place, tree, verb)
                if status == 0:
                    break
                what = "%s: %s, %s from request %d on" % (server.name, verb, fault, first)
                # The answer to HEAD has no body that could tell more than its status.
                is_clear = (status == 3 and self.SCHEME + "://" in said and "fault-1" in said
                            and (self.LASTING[fault] in said or "cannot ask for: status 4" in said))
                self.expect(what, not is_clear and "status %d: %s" % (status, said))
                first += 1 + first // 8
            self.expect("%s: %s ends well where nothing is wrong" % (server.name, verb),
                        status and "not after %d requests" % first)
            self.must("%s: %s after %s" % (server.name, verb, fault), server.url,
                      *(["backup", place, tree] if verb == "backup" else ["check", place]))
        proxy.stop()

    def wrong_answers(self, server, tree):
        """One answer after the other has a bit changed on the way, which plain HTTP cannot tell:
        it is noticed, or does no harm; a wrong byte is never restored."""
        proxy = fault_proxy.Proxy(server.url, self.REFUSAL)
        place = self.place(self.fresh("wrong"))
        self.must("init", server.url, "init", place)
        self.must("backup", server.url, "backup", place, tree)
        for verb in ("restore", "check"):
            for number in range(12):
                proxy.restart(
                    lambda request: "wrong_answer_body" if request.number == number else None)
                status, said, wrong = self.job(proxy.url, place, tree, verb)
                self.expect("%s: %s with a wrong answer to request %d" % (
                    server.name, verb, number), wrong or status not in (0, 1, 2, 3) and said)
        self.must("%s: check after wrong answers" % server.name, server.url, "check", place,
                  "--read-data")
        proxy.stop()

    def slow_wire(self, server, tree, fault):
        """One request of each operation hangs, or comes by single bytes: it is given up and sent
        again."""
        proxy = fault_proxy.Proxy(server.url, self.REFUSAL)
        place = self.place(self.fresh("slow"))
        self.must("init", proxy.url, "init", place)
        for verb, number in (("backup", 9), ("restore", 3)):
            proxy.restart(lambda request: fault if request.number == number else None)
            status, said, wrong = self.job(proxy.url, place, tree, verb)
            self.expect("%s: %s with a %s" % (server.name, verb, fault),
                        wrong or status and said)
            self.expect("%s: a %s was met" % (server.name, fault),
                        not any(item[3] for item in proxy.seen) and "it was not")
        proxy.stop()

    # Kills

    def kills(self, server):
        """Backups are killed at random moments; the next one ends well and leaves nothing."""
        tree = os.path.join(self.scratch, self.fresh("killed"))
        os.makedirs(tree)
        for number in range(12):
            with open("%s/%d" % (tree, number), "wb") as file:
                file.write(self.rng.randbytes(10_000_000))
        # How long it takes says when to kill.
        rounds = self.options.kills
        place = self.place(self.fresh("kill"))
        self.must("init", server.url, "init", place)
        started = time.monotonic()
        self.must("backup", server.url, "backup", place, tree)
        length = time.monotonic() - started
        place = self.place(self.fresh("kill"))
        prefix = self.prefix_of(place)
        self.must("init", server.url, "init", place)
        kills = uploads = 0
        for round_number in range(rounds):
            with open("%s/%d" % (tree, round_number % 12), "wb") as file:
                file.write(self.rng.randbytes(10_000_000))
            process = subprocess.Popen(
                [self.farmio, "backup", place, tree], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=self.environment(server.url))
            time.sleep(self.rng.random() * (length if round_number < rounds // 2 else length / 3))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
            uploads += any(key.startswith(prefix) for key in self.uploads(server, BUCKET))
        what = "%s: after %d kills" % (server.name, kills)
        self.expect(what + ": they met uploads", uploads == 0 and "none did")
        self.must(what + ": backup", server.url, "backup", place, tree)
        self.expect_clean(server, BUCKET, what, prefix)
        self.must(what + ": check", server.url, "check", place, "--read-data")
        self.restored(what, server.url, place, tree)
        self.must(what + ": prune", server.url, "forget", place, "--keep-last", "1", "--prune")
        self.must(what + ": check again", server.url, "check", place, "--read-data")
        shutil.rmtree(tree)

    def run(self):
        running = []

        def start(make, name, *arguments):
            folder = os.path.join(self.scratch, name)
            os.mkdir(folder)
            running.append(make(folder, *arguments))
            return running[-1]
        try:
            if self.wants("signer"):
                self.timed("signer", self.signer)
            if self.wants("smb"):
                self.timed("smb", lambda: smb.prove(self))
            if self.options.only == "smb":
                return
            if self.options.strict:
                gate = start(rados.radosgw, "radosgw", rados.CACHE).wait()
                gate.make_bucket(BUCKET)
                self.timed("conformance", lambda: self.conformance(gate))
                self.timed("end-to-end", lambda: self.end_to_end(gate))
                return
            ours, other, certificate = wire.authorities(self.scratch)
            weed = start(servers.seaweed, "weed", certificate)
            moto = start(servers.moto, "moto")
            poor = start(servers.rclone, "rclone")
            for server in running:
                server.wait()
            for server in (weed, moto):
                server.make_bucket(BUCKET)
            parts = [
                ("conformance", lambda: [self.conformance(each) for each in (weed, moto)]),
                ("end-to-end", lambda: [self.end_to_end(each) for each in (weed, moto)]),
                ("refusals", lambda: self.refusals(weed, poor)),
                ("archive", lambda: archive.run(self, moto, BUCKET)),
                ("tls", lambda: wire.tls(self, weed, ours, other, BUCKET)),
                ("kills", lambda: self.kills(weed)),
                ("faults", lambda: self.faults(weed)),
                *trees.parts(self, weed, moto),
            ]
            for name, part in parts:
                if self.wants(name):
                    self.timed(name, part)
        finally:
            for server in running:
                server.stop()

    def timed(self, name, part):
        started = time.monotonic()
        part()
        print("%s: %.0f s" % (name, time.monotonic() - started), flush=True)


def main(suite_class=Suite):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("farmio")
    parser.add_argument("benchmarks")
    parser.add_argument("--only", metavar="PART", choices=suite_class.PARTS)
    parser.add_argument("--quick", action="store_true", help="without faults, kills and cuts")
    parser.add_argument("--strict", action="store_true", help="against radosgw alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--all-faults", action="store_true",
                        help="hurt every request of a copy by every fault, not one in four")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    # A wish to stop is an exception like others: the servers end with the suite.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="farmio-stores-") as scratch:
        suite = suite_class(options, scratch)
        suite.run()
    print("%d passed, %d failed" % (suite.passed, suite.failed))
    sys.exit(suite.failed > 0)


if __name__ == "__main__":
    main()
