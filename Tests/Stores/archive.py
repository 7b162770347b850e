"""Storage classes, and objects that cannot be read until somebody asks for them.

moto shows the shapes of Glacier: it refuses reads of archived objects, takes RestoreObject and tells
that it is done, at once. What a service says while it works is put in by the proxy. How long that
takes, and what it costs, is the real service's own.
"""

import json
import os
import shutil

import fault_proxy

NAME = "moto, with Glacier's shapes"


def classes(server, bucket, prefix):
    """Every object's class, by key."""
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {item["Key"]: item["StorageClass"] for page in pages for item in page["Contents"]}


def run(suite, server, bucket):
    tree = os.path.join(suite.scratch, suite.fresh("archived"))
    os.makedirs(tree)
    for number in range(3):
        with open("%s/%d" % (tree, number), "wb") as file:
            file.write(suite.rng.randbytes(9_000_000))
    prefix = suite.fresh("archive") + "/"
    place = "s3://%s/%s" % (bucket, prefix)
    suite.must(NAME + ": init", server.url, "init", place)
    suite.must(NAME + ": backup", server.url, "backup", place, tree, "--storage-class", "GLACIER")
    found = classes(server, bucket, prefix)
    cold = [key for key, kept in found.items() if kept == "GLACIER"]
    suite.expect(NAME + ": there is archived data", not cold and str(found))
    suite.expect(NAME + ": nothing but packs is archived",
                 [key for key in cold if not key.startswith(prefix + "packs/")])
    warm = [key for key in found if key.startswith(prefix + "packs/") and key not in cold]
    kinds = [server.client().get_object(Bucket=bucket, Key=key)["Body"].read(11)[10] for key in warm]
    suite.expect(NAME + ": trees stay readable", kinds and set(kinds) != {2} and str(kinds))
    suite.expect(NAME + ": trees are there", not kinds and "no pack of them")

    # What needs no data works.
    with open(tree + "/new", "wb") as file:
        file.write(suite.rng.randbytes(100_000))
    suite.must(NAME + ": another backup", server.url, "backup", place, tree)
    for words in (["snapshots", place], ["ls", place, "latest"]):
        suite.must("%s: %s" % (NAME, words[0]), server.url, *words)

    target = os.path.join(suite.scratch, suite.fresh("target"))
    for words in (["restore", place, "latest", "--target", target],
                  ["check", place, "--read-data"]):
        status, said = suite.call(server.url, *words)
        clear = status in (1, 3) and any(key in said for key in cold) and "farmio thaw" in said
        suite.expect("%s: %s names what is archived, and the way out" % (NAME, words[0]),
                     not clear and "status %d: %s" % (status, said))
    shutil.rmtree(target, ignore_errors=True)
    thaw(suite, server, place, cold)
    suite.restored(NAME + ": after thawing", server.url, place, tree)
    suite.must(NAME + ": check after thawing", server.url, "check", place, "--read-data")

    status, said = suite.call(server.url, "backup", place, tree, "--read-all", "--tag", "x",
                              "--storage-class", "NO_SUCH_CLASS")
    if status == 0:
        # Nothing new was there to be stored.
        with open(tree + "/newer", "wb") as file:
            file.write(suite.rng.randbytes(100_000))
        status, said = suite.call(server.url, "backup", place, tree, "--storage-class",
                                  "NO_SUCH_CLASS")
    suite.expect(NAME + ": a class that the service does not know is named",
                 (status, "--storage-class" in said) != (3, True) and said)
    copies = suite.fresh("copies") + "/"
    suite.must(NAME + ": copy", server.url, "copy", tree, "s3://%s/%s" % (bucket, copies),
               "--storage-class", "STANDARD_IA")
    found = classes(server, bucket, copies)
    files = {key for key in found if not key.endswith("/")}
    suite.expect(NAME + ": copies are in the class", (
        len(files), {found[key] for key in files}) != (len(os.listdir(tree)), {"STANDARD_IA"})
        and str(found))
    status, said = suite.call(server.url, "copy", tree, tree + ".copy", "--storage-class", "GLACIER")
    suite.expect(NAME + ": a folder has no classes",
                 (status, "has no storage classes" in said) != (2, True) and said)
    shutil.rmtree(tree)


def thaw(suite, server, place, cold):
    """Asked for, waited for, and repeated."""
    proxy = fault_proxy.Proxy(server.url)
    names = ["s3://" + place.removeprefix("s3://").split("/")[0] + "/" + key for key in sorted(cold)]

    def ask(what, expected, *words):
        status, out, said = suite.answer(proxy.url, "thaw", place, "--json", *words)
        told = json.loads(out) if out else {}
        found = status, told.get("archived"), told.get("waiting"), told.get("failures")
        wanted = expected[0], len(cold), expected[1], expected[2]
        suite.expect("%s: %s" % (NAME, what), found != wanted and "%s: %s" % (found, said))

    def underway(request):
        return "thaw_underway" if request.method == "POST" else None

    def working(request):
        """Each object says once that it is at work, and then the truth."""
        if request.method == "HEAD" and request.target not in looked:
            looked.add(request.target)
            return "thawing"
        return underway(request)

    ask("a dry run counts", (0, [], []), "--dry-run")
    ask("what was asked for and cannot be read yet is named", (1, names, []), "--days", "1",
        "--speed", "bulk")
    proxy.restart(underway)
    ask("what is underway is no failure", (1, names, []))
    looked = set()
    proxy.restart(working)
    ask("waiting ends when all can be read", (0, [], []), "--wait", "--pause", "1s")
    suite.expect(NAME + ": it was looked at again", sum(
        method == "HEAD" for method, _, _, _ in proxy.seen) != 2 * len(cold) and str(proxy.seen))
    proxy.restart(lambda request: "denied" if request.method == "POST" else None)
    status, out, said = suite.answer(proxy.url, "thaw", place, "--json")
    suite.expect(NAME + ": what cannot be asked for is named", (
        status, all(name in said for name in names), "AccessDenied" in said) != (1, True, True)
        and "%d: %s" % (status, said))
    proxy.restart(lambda request: None)
    ask("asking again finds all readable", (0, [], []))
    proxy.stop()
