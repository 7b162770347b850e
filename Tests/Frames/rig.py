"""What the parts share: counting expectations, finding the corpus, a scratch folder."""
import argparse
import glob
import os
import sys
import tempfile

from farmio import Farmio

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOLS = os.path.join(ROOT, ".build", "frames")
# OpenImageIO's programs; those in the environment's bin are Python scripts around them.
OIIO = next(glob.iglob(f"{TOOLS}/lib/python3*/site-packages/OpenImageIO/bin"), f"{TOOLS}/bin")


class Suite:
    def __init__(self, quiet=False):
        self.passed = self.failed = 0
        self.quiet = quiet

    def expect(self, what, wrong):
        """Counts one expectation; `wrong` is what is wrong, or nothing."""
        if wrong:
            self.failed += 1
            print(f"FAILED  {what}: {wrong}", flush=True)
        else:
            self.passed += 1
            if not self.quiet:
                print(f"passed  {what}", flush=True)
        return not wrong

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def corpus():
    """The published frames: `shared/corpus/exr` beside the repository or further up;
    FARMIO_CORPUS names another `corpus`."""
    if "FARMIO_CORPUS" in os.environ:
        return os.path.join(os.environ["FARMIO_CORPUS"], "exr")
    folder = ROOT
    while folder != "/":
        folder = os.path.dirname(folder)
        if os.path.isdir(f"{folder}/shared/corpus/exr"):
            return f"{folder}/shared/corpus/exr"
    raise SystemExit("frames: there is no ../shared/corpus/exr; FARMIO_CORPUS may name one")


def sound_images():
    """Every sound image of the corpus, by its path below it."""
    top = corpus()
    return sorted(
        os.path.relpath(os.path.join(base, name), top)
        for base, _, names in os.walk(top) for name in names
        if name.endswith(".exr") and "Damaged" not in base)


def damaged_images():
    folder = os.path.join(corpus(), "Damaged")
    return sorted(os.path.join("Damaged", name) for name in os.listdir(folder))


def options_of(doc, add=None):
    """The words every part takes, and its own by `add(parser)`."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--farmio", default=os.path.join(ROOT, ".build/release/farmio"))
    parser.add_argument("--quiet", action="store_true", help="failures and counts only")
    parser.add_argument("--keep", metavar="DIR", help="work in this folder and leave it")
    if add:
        add(parser)
    options = parser.parse_args()
    options.program = Farmio(options.farmio)
    return options


def main(part, options):
    """Runs `part(suite, options, folder)` in a scratch folder; its exit status."""
    suite = Suite(options.quiet)
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
        part(suite, options, options.keep)
    else:
        with tempfile.TemporaryDirectory(prefix="farmio-frames-") as folder:
            part(suite, options, folder)
    sys.exit(suite.close())
