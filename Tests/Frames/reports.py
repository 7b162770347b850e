#!/usr/bin/env python3
"""Reads what `verify` writes beside its answer: salvaged frames, JUnit and HTML reports.

What is saved of a damaged frame verifies, keeps the good pixels bit for bit, and is black where
nothing was left. A JUnit report is XML with a case a frame, and a failure for each bad one; a page
names every frame and what is wrong with it. Statuses are those of the contract.
"""
import html.parser
import os
import xml.etree.ElementTree as xml

import numpy

import exrfile
import oracle
import rig
import sources
from variant import put


def spoilt(whole, *chunks):
    """A frame with the middle of some chunks' payloads overwritten."""
    data, parsed = bytearray(whole), exrfile.File.parse(whole)
    for index in chunks:
        chunk = parsed.chunk(index)
        middle = chunk.offset + len(chunk.leader) + len(chunk.payload) // 2
        data[middle:middle + 24] = b"\xa5" * 24
    return bytes(data)


def salvaged(suite, program, folder):
    """Scan lines and tiles of which some do not decode, and a frame cut short."""
    whole = sources.encoded("ZIP", sources.picture(256, 200))
    tiles = sources.tiled(whole, "-t", "64", "64")
    for name, sound, damaged in (
            ("scan lines", whole, spoilt(whole, 2, 7)), ("a cut frame", whole, whole[:-9000]),
            ("tiles", tiles, spoilt(tiles, 5)),
            ("a table of zeros", whole, without_table(whole))):
        source = os.path.join(folder, "frame.exr")
        target = os.path.join(folder, "saved")
        put(source, damaged)
        answer = program.salvage(target, source)
        made = os.path.join(target, "frame.exr")
        if not suite.expect(f"salvage {name}: made", answer.trouble or (
                "" if os.path.exists(made) else "no file")):
            continue
        again = program.verify(made)
        errors = {f["code"] for f in again.findings
                  if f["severity"] == "error" and f["depth"] in ("structure", "decode")}
        suite.expect(f"salvage {name}: verifies", again.trouble or ", ".join(sorted(errors)))
        put(source, sound)
        suite.expect(f"salvage {name}: keeps what is good", lost(source, made))
        os.unlink(made)


def without_table(whole):
    parsed, data = exrfile.File.parse(whole), bytearray(whole)
    data[parsed.table_offset:parsed.table_offset + parsed.table_bytes] = bytes(
        parsed.table_bytes)
    return bytes(data)


def lost(sound, saved):
    """Every pixel is as it was or zero in all channels; most are as they were."""
    (_, before), = oracle.parts_of(sound)
    (_, after), = oracle.parts_of(saved)
    if sorted(before) != sorted(after):
        return f"channels {sorted(after)}"
    kept = numpy.all([before[name] == after[name] for name in before], axis=0)
    zero = numpy.all([after[name] == 0 for name in before], axis=0)
    if not (kept | zero).all():
        return f"{int((~(kept | zero)).sum())} pixels are neither"
    return "" if kept.mean() > 0.8 else f"only {100 * kept.mean():.0f} % kept"


class Words(html.parser.HTMLParser):
    """The text of a page, and its tags that were not closed."""
    EMPTY = {"img", "meta", "link", "br", "hr", "input", "col", "wbr"}

    def __init__(self):
        super().__init__()
        self.text, self.open = "", []

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attrs):
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()


def reports(suite, program, folder):
    whole = sources.encoded("ZIP", sources.picture(128, 96))
    paths = []
    for at, data in enumerate((whole, spoilt(whole, 3), b"", whole[:3000])):
        paths.append(os.path.join(folder, f"a<b&c.{1001 + at}.exr"))
        put(paths[-1], data)
    target = os.path.join(folder, "report.xml")
    answer = program.report("junit", target, *paths)
    if suite.expect("junit: made", answer.trouble or (
            "" if os.path.exists(target) else "no file")):
        root = xml.parse(target).getroot()
        cases = [case for case in root.iter("testcase") if case.get("classname") == "farmio.verify"]
        failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
        suite.expect("junit: a case a frame, a failure a bad one", "" if (
            len(cases), len(failed)) == (4, 3) else f"{len(cases)} cases, {len(failed)} failed")
    target = os.path.join(folder, "report.html")
    answer = program.report("html", target, *paths)
    if suite.expect("html: made", answer.trouble or (
            "" if os.path.exists(target) else "no file")):
        words = Words()
        with open(target, encoding="utf-8") as file:
            words.feed(file.read())
        lacking = [word for word in ("a<b&c", "1001", "1004", "file-empty", "file-truncated")
                   if word not in words.text]
        suite.expect("html: names frames and findings", ", ".join(lacking))
        suite.expect("html: tags are closed", ", ".join(words.open))


def statuses(suite, program, folder):
    sound, bad = (os.path.join(folder, f"{name}.exr") for name in ("sound", "bad"))
    whole = sources.encoded("ZIP", sources.picture(64, 64))
    put(sound, whole)
    put(bad, whole[:-1])
    for name, words, status in (
            ("a sound frame", ["verify", sound], 0), ("a bad frame", ["verify", bad], 1),
            ("no such file", ["verify", f"{folder}/absent.exr"], 3),
            ("no arguments", ["verify"], 2), ("an unknown option", ["verify", sound, "--deep"], 2),
            ("an unknown depth", ["verify", sound, "--depth", "bottom"], 2),
            ("a bad range", ["verify", sound, "--frames", "9-x"], 2),
            ("tile of nothing", ["tile", f"{folder}/absent.exr", f"{folder}/t.exr"], 3),
            ("convert of a bad frame", ["convert", bad, f"{folder}/c.exr"], 1)):
        answer = program.run(*words)
        suite.expect(f"status {status} for {name}", "" if answer.status == status
                     else f"{answer.status}: {answer.errors.strip()[-160:]}")
    suite.expect("no result where the source is bad", ", ".join(
        name for name in ("t.exr", "c.exr") if os.path.exists(os.path.join(folder, name))))


def part(suite, options, folder):
    for step in (salvaged, reports, statuses):
        step(suite, options.program, folder)


if __name__ == "__main__":
    rig.main(part, rig.options_of(__doc__))
