"""One damaged thing, what must be said of it, and the verdict on what was said."""
import dataclasses
import os
import shutil

import codes

RIGHT, OTHER, MISSED = "right", "other code", "missed"


@dataclasses.dataclass
class Variant:
    """`data` is the damaged frame. `main` are the codes of which one must be said; `also` must
    all be said besides; of `place`, what the finding names must agree.

    `original`, where there is one, is the sound frame: with `manifest` the damaged frame is
    checked against a manifest of it, with `neighbours` it stands between sound frames."""
    group: str
    name: str
    data: bytes
    main: frozenset
    also: frozenset = frozenset()
    place: dict = dataclasses.field(default_factory=dict)
    original: bytes = b""
    manifest: bool = False
    neighbours: tuple = ()

    @property
    def title(self):
        return f"{self.group}: {self.name}"

    @property
    def depth(self):
        """The deepest look that any of the main codes needs."""
        order = ("structure", "decode", "pixels", "profile", "sequence", "manifest")
        return max((codes.CODES[code][0] for code in self.main), key=order.index)

    def answer(self, program, folder):
        """What the program says, given only what it needs."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        if self.manifest:
            path, manifest = f"{folder}/frame.exr", f"{folder}/frame.manifest"
            put(path, self.original)
            wrote = program.write_manifest(manifest, path)
            if wrote.status not in (0, 1) or not os.path.exists(manifest):
                return wrote
            put(path, self.data)
            return program.verify(path, manifest=manifest)
        if self.neighbours:
            frames = list(self.neighbours)
            frames.insert(len(frames) // 2, self.data)
            paths = [f"{folder}/beauty.{1001 + at}.exr" for at in range(len(frames))]
            for path, data in zip(paths, frames):
                put(path, data)
            return program.verify(*paths)
        put(f"{folder}/frame.exr", self.data)
        return program.verify(f"{folder}/frame.exr")

    def verdict(self, answer):
        """RIGHT, OTHER or MISSED, and why it is not RIGHT."""
        said = answer.codes()
        if answer.trouble:
            return (OTHER if said else MISSED), answer.trouble
        errors = answer.codes("error")
        if not self.main & said:
            loud = errors or {c for c in answer.codes("warning") if c not in QUIET}
            return (OTHER if loud else MISSED), f"said {', '.join(sorted(said)) or 'nothing'}"
        if self.also - said:
            return OTHER, f"did not say {', '.join(sorted(self.also - said))}"
        found = [finding for finding in answer.findings if finding["code"] in self.main]
        if wrong := next(filter(None, map(codes.broken_promise, answer.findings)), ""):
            return OTHER, wrong
        if (answer.status == 1) != bool(errors):
            return OTHER, f"status {answer.status} with errors {sorted(errors)}"
        if not any(self.agrees(finding) for finding in found):
            return OTHER, f"another place than {self.place}: {places(found)}"
        return RIGHT, ""

    def agrees(self, finding):
        return all(finding.get(key) == value for key, value in self.place.items())


# Warnings that a sound picture of ours may earn.
QUIET = {"constant-channel", "frame-name", "fireflies", "digest-missing"}


def places(findings):
    kept = ("part", "chunk", "level", "tile", "channel", "pixel", "offset")
    return "; ".join(", ".join(f"{key} {finding[key]}" for key in kept if key in finding)
                     for finding in findings[:3])


def put(path, data):
    with open(path, "wb") as file:
        file.write(data)
