#!/usr/bin/env python3
"""Renders frames with Blender and POV-Ray, asks the verifier about them, then spoils them.

Fresh frames must give no error, and no warning that numpy does not find true: negative samples,
constant channels, black frames, alpha, and Cryptomatte reckoned anew. Of the faults planted in
copies of the sequence, every one must be told at its frame.
"""
import glob
import os
import shutil
import subprocess

import numpy

import codes
import cryptomatte
import exrfile
import oracle
import rig
import scene_damage

SCENES = os.path.join(rig.HERE, "scenes")
FRAMES, WIDTH, HEIGHT = 6, 160, 90
# Blender looks for its libraries beside the python3 that PATH names: Debian's.
BLENDER = {**os.environ, "PATH": "/usr/bin:/bin"}


def rendered(folder):
    """{name: paths} of three sequences."""
    os.makedirs(folder, exist_ok=True)
    run(["blender", "-b", "--factory-startup", "--python-exit-code", "1", "--python",
         f"{SCENES}/shot.py", "--", folder, str(FRAMES), str(WIDTH), str(HEIGHT)], BLENDER)
    run(["povray", f"+I{SCENES}/spheres.pov", f"+O{folder}/spheres.exr", "+FE", f"+W{WIDTH}",
         f"+H{HEIGHT}", "-D", "-V", "+KFI1001", f"+KFF{1000 + FRAMES}"], os.environ)
    for path in glob.glob(f"{folder}/spheres1*.exr"):
        os.rename(path, path.replace("spheres1", "spheres.1"))
    found = {name: sorted(glob.glob(f"{folder}/{name}.*.exr"))
             for name in ("beauty", "multilayer", "spheres")}
    assert all(len(paths) == FRAMES for paths in found.values()), found
    return found


def run(words, environment):
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"renders: {words[0]} failed: {(done.stdout + done.stderr)[-800:]}")


def colour(name):
    """Whether a channel is a red, green or blue of light: that of AOVs without light is not."""
    return name.rsplit(".", 1)[-1] in ("R", "G", "B")


def true_warnings(path):
    """{code: channels} of the pixel findings that numpy finds true; "" stands for the frame."""
    with open(path, "rb") as file:
        header = exrfile.File.parse(file.read()).headers[0]
    (_, channels), = oracle.parts_of(path)
    true = {}

    def note(code, name, holds):
        if holds:
            true.setdefault(code, set()).add(name)

    for name, pixels in channels.items():
        note("negative-pixels", name, (pixels < 0).any())
        note("constant-channel", name, (pixels == pixels.flat[0]).all())
        note("half-clipped", name, pixels.dtype == numpy.float16
             and (abs(pixels) == numpy.float16(65504)).any())
        smallest = numpy.finfo(pixels.dtype).tiny
        note("denormal-pixels", name, ((pixels != 0) & (abs(pixels) < smallest)).any())
        if name.rsplit(".", 1)[-1] == "A":
            note("alpha-empty", name, not pixels.any())
            note("alpha-range", name, ((pixels < 0) | (pixels > 1)).any())
    note("black-frame", "", not any(p.any() for n, p in channels.items() if colour(n)))
    for code in cryptomatte.faults(header, channels):
        note(code, "", True)
    return true


def untrue(answer, truths):
    """The findings of an answer that numpy does not bear out."""
    wrong = []
    for frame in answer.frames:
        true = truths[os.path.realpath(frame["path"])]
        for finding in frame["findings"]:
            holds = finding["code"] in true and (
                not finding.get("channel") or not true[finding["code"]] - {""}
                or finding["channel"] in true[finding["code"]])
            if not holds and finding["code"] not in UNPROVEN:
                wrong.append(f"{os.path.basename(frame['path'])}: {finding['code']} "
                             f"{finding.get('channel', '')}")
    for record in answer.records:
        if record.get("type") == "sequence":
            wrong += [finding["code"] for finding in record["findings"]]
    return wrong


UNPROVEN = {"fireflies", "premultiply-doubt"}  # matters of taste: no plain arithmetic tells


def fresh(suite, program, sequences):
    """The frames as the renderers left them."""
    for name, paths in sequences.items():
        answer = program.verify(*paths, frame_range=f"1001-{1000 + FRAMES}", seconds=30)
        truths = {os.path.realpath(path): true_warnings(path) for path in paths}
        wrong = answer.trouble or ", ".join(sorted(answer.codes("error")))
        if not wrong and len(answer.frames) != FRAMES:
            wrong = f"{len(answer.frames)} frames, not {FRAMES}"
        suite.expect(f"{name}: no error", wrong or (answer.status and f"status {answer.status}"))
        suite.expect(f"{name}: nothing but what is true",
                     "; ".join(untrue(answer, truths)[:5]))
        for frame in answer.frames[:1]:
            (_, channels), = oracle.parts_of(frame["path"])
            said = {c["name"]: c for c in frame["parts"][0]["channels"]}
            differ = [f"{n}: {d}" for n, p in channels.items() if n in said
                      and (d := oracle.differences(said[n], oracle.statistics(p)))]
            suite.expect(f"{name}: numbers as numpy's", "; ".join(differ[:3]) if said
                         else "no channels")


def planted(suite, program, sequences, folder):
    """Faults in copies; each must be told, and at the right frame."""
    for name, paths in sequences.items():
        for fault, (spoil, wanted) in FAULTS.items():
            copies = []
            work = os.path.join(folder, "planted")
            shutil.rmtree(work, ignore_errors=True)
            os.makedirs(work)
            for path in paths:
                copies.append(shutil.copy(path, work))
            at = copies[3]
            answer = spoil(program, copies, at)
            suite.expect(f"{name}: {fault}", judged(answer, at, wanted))


def judged(answer, at, wanted):
    """What is wrong with an answer that should tell one of `wanted` codes of frame `at`."""
    if answer.trouble:
        return answer.trouble
    told = {finding["code"] for frame in answer.frames for finding in frame["findings"]
            if frame["path"].endswith(os.path.basename(at))}
    told |= {finding["code"] for record in answer.records if record.get("type") == "sequence"
             for finding in record["findings"]}
    if not wanted & told:
        return f"wanted {'/'.join(sorted(wanted))}, told {', '.join(sorted(told)) or 'nothing'}"
    others = [frame["path"] for frame in answer.frames
              if not frame["path"].endswith(os.path.basename(at))
              and any(f["severity"] == "error" and f["depth"] != "sequence"
                      for f in frame["findings"])]
    if others:
        return f"errors at sound frames too: {', '.join(map(os.path.basename, others))}"
    severe = any(codes.CODES[code][1] == "error" for code in wanted & told)
    return f"status {answer.status}" if severe and answer.status != 1 else ""


def asked(program, copies):
    return program.verify(*copies, frame_range=f"1001-{1000 + FRAMES}", seconds=30)


def missing(program, copies, at):
    os.unlink(at)
    return asked(program, [path for path in copies if path != at])


def duplicate(program, copies, at):
    shutil.copy(copies[2], at)
    return asked(program, copies)


def truncated(program, copies, at):
    os.truncate(at, os.path.getsize(at) * 2 // 3)
    return asked(program, copies)


def empty(program, copies, at):
    os.truncate(at, 0)
    return asked(program, copies)


def holed(program, copies, at):
    os.sync()
    start = os.path.getsize(at) // 2 // 4096 * 4096
    subprocess.run(["fallocate", "-p", "-o", str(start), "-l", "8192", at], check=True)
    return asked(program, copies)


def died(program, copies, at):
    """The table still zero, the last third of the chunks not written."""
    with open(at, "rb") as file:
        data = bytearray(file.read())
    parsed = exrfile.File.parse(bytes(data))
    cut = parsed.chunks[len(parsed.chunks) * 2 // 3].offset
    data[parsed.table_offset:parsed.table_offset + parsed.table_bytes] = bytes(
        parsed.table_bytes)
    with open(at, "wb") as file:
        file.write(data[:cut])
    return asked(program, copies)


def empty_lines(program, copies, at):
    """The lines of one chunk painted over with zeros, and the file written whole again."""
    import OpenEXR
    with OpenEXR.File(at, separate_channels=True) as file:
        header = dict(file.header())
        planes = {name: numpy.array(c.pixels) for name, c in file.channels().items()}
    for pixels in planes.values():
        pixels[32:64] = 0
    header.pop("channels", None)
    OpenEXR.File(header, planes).write(at)
    return asked(program, copies)


def growing(program, copies, at):
    os.truncate(at, os.path.getsize(at) // 2)
    with open(at, "ab") as file:
        file.write(bytes(scene_damage.LONG))
    return scene_damage.while_it_grows(at, lambda: asked(program, copies))


FAULTS = {
    "a missing frame": (missing, {"frame-missing"}),
    "a duplicate": (duplicate, {"frame-duplicate"}),
    "a truncated frame": (truncated, {"file-truncated"}),
    "an empty file": (empty, {"file-empty"}),
    "a hole": (holed, {"file-hole"}),
    "a writer that died": (died, {"writer-died"}),
    "empty lines": (empty_lines, {"zero-band"}),
    "a growing frame": (growing, {"file-growing"}),
}


def crypto(suite, program, paths, folder):
    """Cryptomatte that is spoilt in one place each."""
    with open(paths[0], "rb") as file:
        data = file.read()
    target = os.path.join(folder, "crypto.exr")

    def spoilt(change):
        parsed = exrfile.File.parse(data)
        change(parsed.headers[0])
        with open(target, "wb") as file:
            file.write(parsed.build())
        return program.verify(target)

    def rekeyed(header):
        key, _ = next(iter(cryptomatte.layers(header).items()))
        for attribute in header:
            attribute.name = attribute.name.replace(f"/{key}/", "/0123456/")

    def rehashed(header):
        next(a for a in header if a.name.endswith("/hash")).value = b"MD5"

    def unlisted(header):
        found = next(a for a in header if a.name.endswith("/manifest") and b"teapot" in a.value)
        found.value = b'{"ground":"c5b51ede"}'

    def torn(header):
        next(a for a in header if a.name.endswith("/manifest")).value = b'{"ground":"c5b5'

    for name, change, code in (("a key that its name does not give", rekeyed, "crypto-key"),
                               ("another hash", rehashed, "crypto-hash"),
                               ("a manifest that lacks objects", unlisted, "crypto-id"),
                               ("a torn manifest", torn, "crypto-manifest")):
        answer = spoilt(change)
        suite.expect(f"cryptomatte: {name}", answer.trouble or (
            "" if code in answer.codes() else f"told {sorted(answer.codes())}, not {code}"))


def part(suite, options, folder):
    sequences = rendered(os.path.join(folder, "renders"))
    with open(sequences["multilayer"][0], "rb") as file:
        header = exrfile.File.parse(file.read()).headers[0]
    suite.expect("this rig's Cryptomatte agrees with Blender's", ", ".join(
        cryptomatte.faults(header, oracle.parts_of(sequences["multilayer"][0])[0][1])))
    fresh(suite, options.program, sequences)
    planted(suite, options.program, sequences, folder)
    crypto(suite, options.program, sequences["multilayer"], folder)


if __name__ == "__main__":
    rig.main(part, rig.options_of(__doc__))
