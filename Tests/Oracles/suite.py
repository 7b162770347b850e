"""Runs both oracles against the built program; see `run`."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import odd_tree

HERE = os.path.dirname(os.path.abspath(__file__))
FORMS = ["open", "passphrase", "key file", "fixed class"]


class Suite:
    def __init__(self, farmio, benchmarks, corpus, scratch):
        self.farmio, self.benchmarks, self.scratch = farmio, benchmarks, scratch
        self.corpus = corpus
        self.passed = self.failed = 0

    def expect(self, what, wrong):
        """Counts one expectation; `wrong` is what is wrong, or nothing."""
        if wrong:
            self.failed += 1
            print("FAILED  %s: %s" % (what, wrong))
        else:
            self.passed += 1
            print("passed  %s" % what)

    def call(self, *command):
        """Runs a command; its output, and what it said if it failed."""
        variables = {key: value for key, value in os.environ.items() if key[:7] != "FARMIO_"}
        done = subprocess.run(command, capture_output=True, text=True, env=variables)
        said = done.stderr.strip() or "status %d" % done.returncode
        return done.stdout, said if done.returncode else ""

    def python(self, script, *arguments):
        return self.call(sys.executable, os.path.join(HERE, script), *arguments)

    def script(self, what, script, *arguments):
        self.expect(what, self.python(script, *arguments)[1])

    def repository(self, form, trees):
        """Backs trees up under one form of secret, and reads them back with our reader."""
        place = os.path.join(self.scratch, form)
        secret = os.path.join(self.scratch, "secret")
        with open(secret, "wb") as file:
            file.write(b"correct horse \xc3\xa9 battery staple, more than 32 bytes\r\n")
        options = {
            "passphrase": ["--encrypt", "--password-file", secret],
            "key file": ["--encrypt", "--key-file", secret],
            "fixed class": ["--chunk", "1M"],
        }.get(form, [])
        unlock = options[1:] if options[:1] == ["--encrypt"] else []
        self.expect("%s: init" % form, self.call(self.farmio, "init", place, *options)[1])
        for tree in trees:
            what = "%s: %s" % (form, os.path.basename(tree))
            for repeat in ("backup", "backup again"):
                _, wrong = self.call(self.farmio, "backup", place, tree, *unlock)
                self.expect("%s: %s" % (what, repeat), wrong)
            self.read_back(what, place, unlock, tree)
        arguments = [*unlock, place, "check", "--data", "--cuts", "16"]
        self.script("%s: check" % form, "read_repository.py", *arguments)
        self.collect(form, place, unlock)
        self.spoil(form, place, unlock)

    def collect(self, form, place, unlock):
        """What a collection leaves behind, in rewritten packs, is the newest snapshot still."""
        tree = os.path.join(self.scratch, "changing")
        odd_tree.make(os.fsencode(tree), 2)
        for seed in range(3, 5):
            odd_tree.change(os.fsencode(tree), seed)
            _, wrong = self.call(self.farmio, "backup", place, tree, *unlock)
            self.expect("%s: changed tree" % form, wrong)
        _, wrong = self.call(self.farmio, "forget", place, "--keep-last", "1", "--prune", *unlock)
        self.expect("%s: forget and prune" % form, wrong)
        verdicts = [name for name in os.listdir(os.path.join(place, "gc")) if "result" in name]
        self.expect("%s: a verdict stands" % form, not verdicts and "there is none")
        arguments = [*unlock, place, "check", "--data"]
        self.script("%s: check after it" % form, "read_repository.py", *arguments)
        self.read_back("%s: after it" % form, place, unlock, tree)
        shutil.rmtree(tree)

    def read_back(self, what, place, unlock, tree):
        """Restores the newest snapshot with our reader, and compares."""
        target = os.path.join(self.scratch, "restored")
        _, wrong = self.python("read_repository.py", *unlock, place, "restore", "latest", target)
        self.expect("%s: restore" % what, wrong)
        if not wrong:
            restored = os.path.join(target, os.path.basename(tree))
            wrong = odd_tree.differences(os.fsencode(tree), os.fsencode(restored))
            self.expect("%s: same tree" % what, wrong)
        shutil.rmtree(target, ignore_errors=True)

    def spoil(self, form, place, unlock):
        """The reader must notice one changed byte wherever it lies: or it proves nothing."""
        for prefix in ["config", "refs", "packs", "index"]:
            found = [os.path.join(place, prefix)] if prefix == "config" else sorted(
                os.path.join(folder, file)
                for folder, _, files in os.walk(os.path.join(place, prefix)) for file in files)
            with open(found[0], "r+b") as file:
                at = os.fstat(file.fileno()).st_size // 2
                byte = os.pread(file.fileno(), 1, at)
                os.pwrite(file.fileno(), bytes([byte[0] ^ 1]), at)
                _, wrong = self.python("read_repository.py", *unlock, place, "check", "--data")
                noticed = wrong and "damaged:" in wrong
                self.expect("%s: a changed byte in %s is noticed" % (form, prefix),
                            "" if noticed else wrong or "it was not")
                os.pwrite(file.fileno(), byte, at)

    def run(self):
        self.script("blake3", "blake3_oracle.py", self.benchmarks)
        self.script("rkp-cdc vectors", "rkp_cdc.py")
        odd = os.path.join(self.scratch, "odd")
        odd_tree.make(os.fsencode(odd), 1)
        alab = os.path.realpath(os.path.join(self.corpus, "alab"))
        trees = [odd] + ([alab] if os.path.isdir(alab) else [])
        for form in FORMS:
            self.repository(form, trees)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("farmio")
    parser.add_argument("benchmarks")
    parser.add_argument("--corpus", default=os.path.join(HERE, "../../../shared/corpus"),
                        help="the public scenes that are read beside the odd tree")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="farmio-oracles-") as scratch:
        programs = [os.path.abspath(path) for path in (options.farmio, options.benchmarks)]
        suite = Suite(*programs, options.corpus, scratch)
        suite.run()
    print("%d passed, %d failed" % (suite.passed, suite.failed))
    sys.exit(suite.failed > 0)


if __name__ == "__main__":
    main()
