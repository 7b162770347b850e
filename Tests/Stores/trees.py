"""Trees in buckets: copied up, down and across, looked at and removed; hurt, killed and repeated."""

import concurrent.futures
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import urllib.parse

import fault_proxy
import servers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Oracles"))
import odd_tree  # noqa: E402  beside the other suite

NAMES = ["trees", "tree-peers", "tree-commands", "tree-faults", "tree-kills"]
BUCKET, OTHER = "farm", "trees-other"


def parts(suite, weed, moto):
    """The parts of the suite that are about trees."""
    trees = Trees(suite)
    return [
        ("trees", lambda: [trees.round_trip(each) for each in (weed, moto)]),
        ("tree-peers", lambda: trees.peers(weed)),
        ("tree-commands", lambda: [trees.commands(each) for each in (weed, moto)]),
        ("tree-faults", lambda: trees.faults(weed)),
        ("tree-kills", lambda: [trees.kills(weed), trees.at_once(weed)]),
    ]


def held(root):
    """What a bucket keeps of a tree: content, time, mode, owner; of folders, that they are there."""
    found = {}
    for folder, subfolders, files in os.walk(os.fsencode(root)):
        for name in subfolders + files:
            place = os.path.join(folder, name)
            status = os.lstat(place)
            facts = [stat.S_IFMT(status.st_mode)]
            if stat.S_ISLNK(status.st_mode):
                facts += [status.st_mtime_ns, os.readlink(place)]
            elif stat.S_ISREG(status.st_mode):
                with open(place, "rb") as file:
                    digest = hashlib.file_digest(file, "md5").digest()
                facts += [status.st_mtime_ns, status.st_mode, status.st_uid, status.st_gid, digest]
            found[os.path.relpath(place, os.fsencode(root))] = facts
    return found


def differences(first, second):
    left, right = held(first), held(second)
    return [path for path in sorted(left.keys() | right.keys())
            if left.get(path) != right.get(path)]


class Trees:
    def __init__(self, suite):
        self.suite = suite
        self.expect = suite.expect

    def path(self, name):
        return os.path.join(self.suite.scratch, self.suite.fresh(name))

    def run(self, url, *arguments):
        """Status, standard output and standard error."""
        done = subprocess.run(
            [self.suite.farmio, *arguments], capture_output=True, timeout=500,
            env=self.suite.environment(url))
        return done.returncode, done.stdout, done.stderr.decode(errors="replace").strip()

    def document(self, what, url, *arguments, status=0):
        """The one document that a command writes with --json."""
        code, out, said = self.run(url, *arguments, "--json")
        self.expect(what, code != status and "status %d: %s" % (code, said))
        lines = out.decode(errors="replace").splitlines()
        return json.loads(lines[-1]) if lines else {}

    def down(self, what, server, place, tree):
        """Copies a place to a fresh folder and compares it."""
        target = self.path("down")
        self.document(what + ": down", server.url, "copy", place, target)
        self.expect(what + ": same tree", differences(tree, target))
        return target

    # Whole trees

    def odd(self, server, seed):
        """The odd tree, without what no bucket can hold, and what this server makes another of."""
        tree = self.path("odd")
        odd_tree.make(os.fsencode(tree), seed)
        os.remove(os.fsencode(tree) + b"/no utf-8 \xff\xfe")
        os.remove(tree + "/fifo")
        if self.suite.SCHEME == "oci" or server.name == "moto":
            # Oracle's service takes no line ends in names; moto does not find its way to them.
            os.remove(tree + "/line\nbreak")
        if server.name == "SeaweedFS":
            os.remove(tree + "/back\\slash")
        return tree

    def round_trip(self, server):
        what = server.name
        server.make_bucket(OTHER)
        tree = self.odd(server, 1)
        prefix = self.suite.fresh("tree") + "/a b+é"
        place, across = self.suite.place(prefix), self.suite.place(prefix, OTHER)
        count = sum(os.path.isfile(path) and not os.path.islink(path) for path in (
            os.path.join(folder, name) for folder, _, names in os.walk(tree) for name in names))
        first = self.document(what + ": up", server.url, "copy", tree, place)
        self.expect(what + ": all files", first.get("files") != count and first)
        again = self.document(what + ": up again", server.url, "sync", tree, place, "--delete",
                              "--checksum")
        self.expect(what + ": nothing to do",
                    (again.get("files"), again.get("removed"), again.get("repaired")) != (0, 0, 0)
                    and again)
        target = self.down(what, server, place, tree)
        self.document(what + ": across", server.url, "copy", place, across)
        shutil.rmtree(self.down(what + ", across", server, across, tree))
        odd_tree.change(os.fsencode(tree), 2)
        os.chmod(tree + "/one", 0o600)
        changed = self.document(what + ": change", server.url, "sync", tree, place, "--delete")
        # A mode is repaired by a copy within the service, or by sending a small file again.
        touched = changed.get("files", 0) + changed.get("repaired", 0)
        # Each name of a file that has several is an object of its own, with its own mode.
        names = os.stat(tree + "/one").st_nlink
        self.expect(what + ": only the change",
                    (touched, changed.get("removed")) != (3 + names, 500) and changed)
        for source, goal in ((place, target), (place, across)):
            self.document(what + ": change on", server.url, "sync", source, goal, "--delete")
        self.expect(what + ": same tree, changed", differences(tree, target))
        shutil.rmtree(self.down(what + ", changed across", server, across, tree))
        for bucket in (BUCKET, OTHER):
            self.suite.expect_clean(server, bucket, what, prefix)
        shutil.rmtree(target)
        shutil.rmtree(tree)

    def peers(self, server):
        """rclone sees what farmio wrote, and the reverse."""
        tree = self.odd(server, 3)
        # rclone has signs of its own for control characters.
        os.remove(tree + "/line\nbreak")
        for folder, subfolders, files in os.walk(tree):
            for name in subfolders + files:
                if os.path.islink(os.path.join(folder, name)):
                    os.remove(os.path.join(folder, name))
        ours, theirs = self.suite.fresh("ours"), self.suite.fresh("theirs")
        self.document("up for rclone", server.url, "copy", tree, "s3://%s/%s" % (BUCKET, ours))
        self.rclone(server, "check", "--download", tree, "t:%s/%s" % (BUCKET, ours))
        listed = json.loads(self.rclone(
            server, "lsjson", "-R", "--files-only", "t:%s/%s" % (BUCKET, ours)) or "[]")
        wrong = []
        for item in listed:
            status = os.stat(os.path.join(tree, item["Path"]))
            told = subprocess.run(["date", "-d", item["ModTime"], "+%s %N"], capture_output=True,
                                  text=True).stdout.split()
            # Before 1970 too the nanoseconds count upwards.
            time_ns = int(told[0]) * 10**9 + int(told[1])
            if time_ns != status.st_mtime_ns or item["Size"] != status.st_size:
                wrong.append(item)
        self.expect("rclone reads farmio's times", not listed and "nothing" or wrong)
        place = "s3://%s/%s" % (BUCKET, theirs)
        self.rclone(server, "copy", "--transfers", "32", tree, "t:%s/%s" % (BUCKET, theirs))
        target = self.path("theirs")
        self.document("down from rclone", server.url, "copy", place, target)
        left, right = held(tree), held(target)
        # It kept no modes, and not the empty folders.
        wrong = [path for path, facts in left.items() if stat.S_ISREG(facts[0])
                 and (path not in right or (facts[1], facts[5]) != (
                     right[path][1], right[path][5]))]
        self.expect("farmio reads rclone's times", wrong)
        seen = self.document("up over rclone's", server.url, "copy", tree, place)
        self.expect("what rclone sent is not sent again", seen.get("files") != 0 and seen)
        shutil.rmtree(target)
        shutil.rmtree(tree)

    def rclone(self, server, *arguments):
        environment = {
            **os.environ, "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_T_TYPE": "s3",
            "RCLONE_CONFIG_T_PROVIDER": "Other", "RCLONE_CONFIG_T_ENDPOINT": server.url,
            "RCLONE_CONFIG_T_ACCESS_KEY_ID": servers.KEY,
            "RCLONE_CONFIG_T_SECRET_ACCESS_KEY": servers.SECRET}
        done = subprocess.run([os.path.join(servers.BIN, "rclone"), *arguments],
                              capture_output=True, text=True, env=environment, timeout=500)
        self.expect("rclone " + arguments[0], done.returncode and done.stderr[-2000:])
        return done.stdout

    # Looking and removing

    def commands(self, server):
        what = server.name
        prefix = self.suite.fresh("look")
        place = "s3://%s/%s" % (BUCKET, prefix)
        client = server.client()
        bodies = {"a": b"one", "d/b c": b"two!", "d/e/é": b"", "d/e/x": bytes(2_500_000)}
        for key, body in bodies.items():
            client.put_object(Bucket=BUCKET, Key="%s/%s" % (prefix, key), Body=body)

        def said(*arguments, status=0):
            code, out, error = self.run(server.url, *arguments)
            self.expect("%s: %s" % (what, " ".join(arguments)),
                        code != status and "status %d: %s" % (code, error))
            return out.decode(), error
        self.equal(what + ": ls", said("ls", place)[0].split("\n"), ["a", "d/", ""])
        self.equal(what + ": ls -R", sorted(said("ls", "-R", place)[0].split("\n")),
                   ["", "a", "d/", "d/b c", "d/e/", "d/e/x", "d/e/é"])
        lines = [json.loads(line) for line in said("ls", "-R", "--json", place)[0].splitlines()]
        self.equal(what + ": ls --json", {line["path"] for line in lines},
                   {place + "/" + path for path in ("a", "d", "d/b c", "d/e", "d/e/x", "d/e/é")})
        self.equal(what + ": ls of an object", said("ls", place + "/d/b c")[0], "b c\n")
        said("ls", "--long", place)
        for key, body in bodies.items():
            out = self.run(server.url, "cat", place + "/" + key)[1]
            self.expect(what + ": cat", out != body and "%s: %d bytes" % (key, len(out)))
        out = self.run(server.url, "cat", place + "/a", place + "/d/b c")[1]
        self.equal(what + ": cat of two", out, b"onetwo!")
        told = json.loads(said("du", "--json", place)[0])
        self.equal(what + ": du", (told["bytes"], told["files"]), (2_500_007, 4))
        for arguments in (["cat", place], ["cat", place + "/none"], ["ls", place + "/none"],
                          ["du", place + "/none"], ["rm", place + "/none"],
                          ["copy", place + "/none", self.path("none")],
                          ["ls", "s3://no-such-bucket/x"], ["rm", "-R", "s3://no-such-bucket/x"]):
            _, error = said(*arguments, status=3)
            self.expect("%s: %s names the place" % (what, " ".join(arguments)),
                        arguments[-1] not in error and place not in error and error)
        said("rm", place + "/d", status=2)
        said("rm", "--dry-run", "-R", place)
        self.equal(what + ": nothing is removed yet",
                   len(self.suite.keys(server, BUCKET, prefix)), 4)
        said("rm", place + "/a")
        # What is no path can be removed all the same, and disturbs what is beside it.
        line = " " if server.name == "moto" else "\n"
        client.put_object(Bucket=BUCKET, Key=prefix + "/d/new%sline & <tag>" % line, Body=b"1")
        if server.name == "moto":
            client.put_object(Bucket=BUCKET, Key=prefix + "/d//odd", Body=b"1")
            _, error = said("ls", place + "/d", status=3)
            # A listing by folders tells of it only where it stops being a path.
            self.expect(what + ": ls names the odd key", "/d//'" not in error and error)
        told = json.loads(said("rm", "-R", "--json", place)[0])
        self.expect(what + ": rm -R counts", told["removed"] < 4 and told)
        self.equal(what + ": all is removed", self.suite.keys(server, BUCKET, prefix + "/"), [])
        said("init", place)
        tree = self.path("tiny")
        os.mkdir(tree)
        said("backup", place, tree)
        _, error = said("rm", "-R", place, status=2)
        self.expect(what + ": a repository is not removed", "repository" not in error and error)
        said("check", place)
        said("copy", tree, "s3://%s/.." % BUCKET, status=2)

    def equal(self, what, found, wanted):
        self.expect(what, found != wanted and "%r, not %r" % (found, wanted))

    # Faults

    def small_tree(self):
        tree = self.path("hurt")
        os.makedirs(tree + "/inner/empty")
        for name, count in (("large", 17_500_000), ("inner/a", 1000), ("inner/b", 0),
                            ("middle", 1_500_000)):
            with open(os.path.join(tree, name), "wb") as file:
                file.write(self.suite.rng.randbytes(count))
        os.symlink("inner/a", tree + "/link")
        return tree

    def faults(self, server):
        tree = self.small_tree()
        full = "s3://%s/%s" % (BUCKET, self.suite.fresh("whole"))
        self.document("up", server.url, "copy", tree, full)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            jobs = []
            for is_up in (True, False):
                for turn in range(4):
                    jobs.append(pool.submit(self.each_fault, server, tree, full, is_up, turn))
                for fault in ("expired", "skew", "denied"):
                    jobs.append(pool.submit(self.lasting, server, tree, full, is_up, fault))
            for job in jobs:
                job.result()
        shutil.rmtree(tree)

    def hurt(self, proxy, tree, full, is_up):
        """One copy through a proxy: status, words, and where it went."""
        if is_up:
            place = "s3://%s/%s" % (BUCKET, self.suite.fresh("hurt"))
            status, _, said = self.run(proxy.url, "copy", tree, place)
        else:
            place = self.path("hurt-down")
            status, _, said = self.run(proxy.url, "copy", full, place)
        return status, said, place

    def each_fault(self, server, tree, full, is_up, turn):
        """Each passing fault hits each request, of a copy of its own; one run in four unless all
        are wanted."""
        proxy = fault_proxy.Proxy(server.url)
        proxy.restart(lambda request: None)
        self.hurt(proxy, tree, full, is_up)
        count = len(proxy.seen)
        way = "up" if is_up else "down"
        for index, fault in enumerate(fault_proxy.PASSING):
            for number in range(count):
                if (index * count + number) % 4 != turn:
                    continue
                if not self.suite.options.all_faults and (index + number // 4) % 4:
                    continue
                proxy.restart(lambda request: fault if request.number == number else None)
                status, said, place = self.hurt(proxy, tree, full, is_up)
                what = "%s: %s, %s at request %d" % (server.name, way, fault, number)
                self.expect(what, status and "status %d: %s" % (status, said))
                self.compare(what, server, tree, place, is_up)
        proxy.stop()

    def compare(self, what, server, tree, place, is_up):
        """The result of a copy is whole, and nothing is left beside it."""
        if not is_up:
            self.expect(what + ": same tree", differences(tree, place))
            shutil.rmtree(place, ignore_errors=True)
            return
        prefix = place.removeprefix("s3://%s/" % BUCKET) + "/"
        client = server.client()
        wrong = []
        for path, facts in held(tree).items():
            key = prefix + path.decode()
            if stat.S_ISREG(facts[0]):
                body = client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
                if hashlib.md5(body).digest() != facts[5]:
                    wrong.append(key)
        count = len(self.suite.keys(server, BUCKET, prefix))
        self.expect(what + ": right objects", wrong or count != 6 and "%d objects" % count)
        self.suite.expect_clean(server, BUCKET, what, prefix)

    def lasting(self, server, tree, full, is_up, fault):
        """From one request on nothing works; run again without, it ends well."""
        proxy = fault_proxy.Proxy(server.url)
        first = 0
        while True:
            proxy.restart(lambda request: fault if request.number >= first else None)
            status, said, place = self.hurt(proxy, tree, full, is_up)
            what = "%s: %s, %s from request %d on" % (
                server.name, "up" if is_up else "down", fault, first)
            if status == 0:
                self.expect(what + ": all requests were met", first < 10 and "%d" % first)
                break
            # Single files that are refused are 1; where nothing at all went, 3.
            is_clear = status in ((3,) if first == 0 else (1, 3)) and "fault-1" in said
            self.expect(what, not is_clear and "status %d: %s" % (status, said))
            source, target = (tree, place) if is_up else (full, place)
            status, _, said = self.run(server.url, "copy", source, target)
            self.expect(what + ": again", status and said)
            # A request of its own removes what this living test's dead runs left.
            self.compare(what + ": again", server, tree, place, is_up)
            first += 1 + first // 4
        proxy.stop()

    # Kills

    def kills(self, server):
        tree = self.path("killed")
        os.makedirs(tree + "/small")
        for number in range(4):
            with open("%s/%d" % (tree, number), "wb") as file:
                file.write(self.suite.rng.randbytes(25_000_000))
        for number in range(300):
            with open("%s/small/%d" % (tree, number), "wb") as file:
                file.write(self.suite.rng.randbytes(4096))
        proxy = fault_proxy.Proxy(server.url)
        place = "s3://%s/%s" % (BUCKET, self.suite.fresh("killed"))
        self.killed_up(server, proxy, tree, place)
        self.killed_down(server, proxy, tree, place)
        self.killed_sync(server, proxy, tree, place)
        proxy.stop()
        shutil.rmtree(tree)

    def kill_rounds(self, proxy, rounds, length, *arguments):
        """Runs a command and kills it at a random moment, some times."""
        kills = 0
        for _ in range(rounds):
            process = subprocess.Popen(
                [self.suite.farmio, *arguments], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=self.suite.environment(proxy.url))
            time.sleep(self.suite.rng.random() * length)
            process.kill()
            kills += process.wait() == -signal.SIGKILL
        return kills

    def killed_up(self, server, proxy, tree, place):
        proxy.restart(lambda request: None)
        started = time.monotonic()
        self.document("up", proxy.url, "copy", tree, place + "-first")
        length = time.monotonic() - started
        proxy.restart(lambda request: None)
        kills = self.kill_rounds(proxy, self.suite.options.kills, length / 3, "copy", tree, place)
        what = "%s: up after %d kills" % (server.name, kills)
        summary = self.document(what, proxy.url, "copy", tree, place)
        sent = {}
        for method, target, status, count, _ in list(proxy.finished):
            parsed = urllib.parse.urlsplit(target)
            query = urllib.parse.parse_qs(parsed.query)
            if method == "PUT" and status == 200 and "/.tmp-" not in parsed.path:
                name = (parsed.path, query.get("partNumber", [""])[0])
                sent.setdefault(name, []).append(count)
        whole = sum(counts[0] for counts in sent.values())
        twice = sum(sum(counts[1:]) for counts in sent.values())
        print("%s: %d of %d bytes that had arrived were sent twice, %s were gone on with"
              % (what, twice, whole, summary.get("resumed_bytes")), flush=True)
        self.expect(what + ": at most 1 % is sent twice", twice > whole // 100 and twice)
        self.suite.expect_clean(server, BUCKET, what, place.removeprefix("s3://farm/"))
        shutil.rmtree(self.down(what, server, place, tree))

    def killed_down(self, server, proxy, tree, place):
        target = self.path("killed-down")
        proxy.restart(lambda request: None)
        started = time.monotonic()
        self.document("down", proxy.url, "copy", place, target)
        length = time.monotonic() - started
        shutil.rmtree(target)
        proxy.restart(lambda request: None)
        kills = self.kill_rounds(proxy, self.suite.options.kills, length / 2, "copy", place, target)
        what = "%s: down after %d kills" % (server.name, kills)
        self.document(what, proxy.url, "copy", place, target)
        self.expect(what + ": same tree, nothing left", differences(tree, target))
        shutil.rmtree(target)

    def killed_sync(self, server, proxy, tree, place):
        kills = 0
        for number in range(self.suite.options.kills):
            with open("%s/%d" % (tree, number % 4), "wb") as file:
                file.write(self.suite.rng.randbytes(25_000_000))
            for old in os.listdir(tree + "/small")[:20]:
                os.remove(tree + "/small/" + old)
            with open("%s/small/new %d" % (tree, number), "wb") as file:
                file.write(self.suite.rng.randbytes(5000))
            kills += self.kill_rounds(proxy, 1, 1.5, "sync", tree, place, "--delete")
        what = "%s: sync after %d kills" % (server.name, kills)
        self.document(what, server.url, "sync", tree, place, "--delete")
        self.suite.expect_clean(server, BUCKET, what, place.removeprefix("s3://farm/"))
        shutil.rmtree(self.down(what, server, place, tree))

    def at_once(self, server):
        """Two runs into one prefix: both end well, and leave nothing."""
        tree = self.small_tree()
        place = self.suite.place(self.suite.fresh("at-once"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for _ in range(3):
                jobs = [pool.submit(self.run, server.url, "sync", tree, place, "--delete")
                        for _ in range(2)]
                for job in jobs:
                    status, _, said = job.result()
                    self.expect("%s: two at once" % server.name, status and said)
                with open(tree + "/large", "ab") as file:
                    file.write(b"more")
        self.document("one after two", server.url, "sync", tree, place, "--delete")
        self.suite.expect_clean(server, BUCKET, "two at once", self.suite.prefix_of(place))
        shutil.rmtree(self.down("two at once", server, place, tree))
        shutil.rmtree(tree)
