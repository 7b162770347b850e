"""Verifiers that are wrong, or right, by construction: the rig is proven on them."""
import json

import codes
from farmio import Answer


def spoken(findings, status):
    frame = {"type": "frame", "path": "frame.exr", "status": "bad" if status else "sound",
             "findings": findings}
    return Answer(status, json.dumps(frame) + "\n", "")


def finding(code, **place):
    depth, severity = codes.CODES[code]
    return {"code": code, "depth": depth, "severity": severity, "text": "", **place}


class Sound:
    """Sees nothing."""

    def answer_to(self, variant):
        return spoken([], 0)


class Corrupt:
    """Says the same of every file."""

    def answer_to(self, variant):
        return spoken([finding("chunk-corrupt", chunk=variant.place.get("chunk"))], 1)


class Knowing:
    """Says what the variant expects."""

    def answer_to(self, variant):
        said = [finding(sorted(variant.main)[0], **variant.place)]
        said += [finding(code) for code in sorted(variant.also)]
        return spoken(said, int(any(f["severity"] == "error" for f in said)))
