"""Parts of the suite that need an S3 server: what goes over the wire, and what breaks on it."""

import errno
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Stores"))
import fault_proxy  # noqa: E402  beside the other suites
import servers  # noqa: E402

PASSING = ["reset", "close", "truncate", "empty_success", "status_500", "status_503"]


def run(suite):
    folder = suite.fresh("seaweed")
    os.mkdir(folder)
    server = servers.seaweed(folder)
    try:
        server.wait()
        server.make_bucket("farm")
        proxy = fault_proxy.Proxy(server.url)
        suite.environment.update({
            "AWS_ENDPOINT_URL": proxy.url, "AWS_ACCESS_KEY_ID": servers.KEY,
            "AWS_SECRET_ACCESS_KEY": servers.SECRET})
        tree = suite.large_tree(30)
        suite.must("bucket: init", "init", "s3://farm/show")
        suite.must("bucket: backup", "backup", "s3://farm/show", tree)
        wire(suite, proxy, tree)
        passing(suite, proxy, tree)
        lasting(suite, proxy, tree)
        proxy.stop()
    finally:
        server.stop()


def of_packs(proxy):
    return [item for item in proxy.seen if item[0] == "GET" and "/packs/" in item[1]]


def wire(suite, proxy, tree):
    """What the node has once, it does not fetch again."""
    cache = suite.fresh("cache")
    for number in range(2):
        proxy.restart(lambda request: None)
        with suite.mount("s3://farm/show", "--snapshot", suite.inside(tree),
                         FARMIO_CACHE_DIR=cache) as mount:
            suite.expect_same("bucket: the same tree", tree, mount.folder)
            mount.unmount()
        count = len(of_packs(proxy))
        print("mount %d: %d requests for packs, %d in all" % (
            number + 1, count, len(proxy.seen)), flush=True)
        suite.expect("bucket: mounted again", number and count and "%d requests" % count)
        suite.expect("bucket: large requests", count > 60 and "%d requests" % count)
    proxy.restart(lambda request: None)
    target = suite.fresh("restored")
    suite.must("bucket: restore", "restore", "s3://farm/show", suite.inside(tree), "--target",
               target, FARMIO_CACHE_DIR=cache)
    suite.expect_same("bucket: restored", tree, target)
    suite.expect("bucket: restored from the cache", of_packs(proxy))
    with open(tree + "/large.exr", "r+b") as file:
        file.seek(5_000_000)
        file.write(b"changed" * 100)
    suite.must("bucket: backup", "backup", "s3://farm/show", tree)
    proxy.restart(lambda request: None)
    suite.must("bucket: restore what changed", "restore", "s3://farm/show", suite.inside(tree),
               "--target", target, FARMIO_CACHE_DIR=cache)
    suite.expect_same("bucket: restored what changed", tree, target)
    count = len(of_packs(proxy))
    suite.expect("bucket: only what changed is fetched", count > 4 and "%d requests" % count)


def passing(suite, proxy, tree):
    """Faults that pass are not seen by whoever reads."""
    with suite.mount("s3://farm/show", "--snapshot", suite.inside(tree),
                     FARMIO_CACHE_SIZE="0") as mount:
        proxy.restart(lambda request: None if request.number % 2 else PASSING[
            request.number // 2 % len(PASSING)])
        suite.expect_same("faults: the same tree", tree, mount.folder)
        suite.expect("faults: some were met", not any(item[3] for item in proxy.seen)
                     and "none was")
        suite.expect("faults: nothing to log", mount.log())
        mount.unmount()
    # Over plain HTTP a changed bit is noticed by nobody but us, and another look is taken.
    with suite.mount("s3://farm/show", "--snapshot", suite.inside(tree),
                     FARMIO_CACHE_DIR=suite.fresh("cache")) as mount:
        proxy.restart(lambda request: "wrong_answer_body" if request.number % 3 == 1 else None)
        try:
            with open(tree + "/large.exr", "rb") as one, open(
                    mount.folder + "/large.exr", "rb") as two:
                suite.expect("wrong bits: never a wrong byte", one.read() != two.read())
        except OSError as error:
            suite.expect("wrong bits: an error", error.errno != errno.EIO and error)
        proxy.restart(lambda request: None)
        suite.expect_same("wrong bits: not for long", tree, mount.folder)
        mount.unmount()


def lasting(suite, proxy, tree):
    """A wire that stays cut is an error of the one read, and a line that says why."""
    proxy.restart(lambda request: None)
    with suite.mount("s3://farm/show", "--snapshot", suite.inside(tree),
                     FARMIO_CACHE_SIZE="0") as mount:
        path = mount.folder + "/large.exr"
        os.stat(path)
        proxy.restart(lambda request: "denied")
        try:
            with open(path, "rb") as file:
                file.read()
            suite.expect("cut: an error", "there was none")
        except OSError as error:
            suite.expect("cut: an error", error.errno != errno.EIO and error)
        log = mount.log()
        is_clear = "large.exr: cannot be read" in log and "AccessDenied" in log
        suite.expect("cut: the log names file and cause", not is_clear and log)
        proxy.restart(lambda request: None)
        suite.expect_same("cut: it heals", tree, mount.folder)
        suite.expect("cut: unmounted", mount.unmount())
