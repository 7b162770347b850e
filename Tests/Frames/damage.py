#!/usr/bin/env python3
"""Breaks frames in every way that the field knows, and asks the verifier what is wrong.

Prints a recall table: what was found with the right code, depth, severity and place; what was
found as something else; what was missed. Sound frames of every codec and storage must give no
error. The rig proves itself, too: it must notice a verifier that calls everything sound, one that
calls everything corrupt, and must be content with one that knows the truth.

    --peers     instead: what OpenEXR and OpenImageIO notice of the same files
    --only TEXT variants whose title holds the text
"""
import collections
import json
import os

import container_damage
import content_damage
import fakes
import header_damage
import peers
import rig
import scene_damage
import sources
from variant import MISSED, OTHER, RIGHT, put


def options_of():
    def add(parser):
        parser.add_argument("--peers", action="store_true", help="score the peers instead")
        parser.add_argument("--only", metavar="TEXT", default="", help="variants of this title")
        parser.add_argument("--codec", action="append", metavar="C", help="source frames of it")
    return rig.options_of(__doc__, add)


def all_variants(options):
    codecs = options.codec or container_damage.CODECS
    found = [*container_damage.variants(codecs), *header_damage.variants(),
             *content_damage.variants(), *scene_damage.variants()]
    return [variant for variant in found if options.only in variant.title]


def sound_frames(suite, program, folder):
    """No error and no structure or decode finding at all on a frame that is whole."""
    path = os.path.join(folder, "sound.exr")
    for name, data in sources.sound().items():
        put(path, data)
        answer = program.verify(path)
        wrong = answer.trouble or ", ".join(sorted(answer.codes("error")))
        loud = [finding["code"] for finding in answer.findings
                if finding["depth"] in ("structure", "decode")]
        if not wrong and answer.status != 0:
            wrong = f"status {answer.status}"
        if not wrong and not answer.frames:
            wrong = "no frame in the answer"
        suite.expect(f"sound: {name}", wrong or ", ".join(loud))


def damaged_frames(suite, program, variants, folder):
    """The verdict on every variant; {group: {verdict: number}}."""
    table = collections.defaultdict(collections.Counter)
    for variant in variants:
        answer = variant.answer(program, os.path.join(folder, "variant"))
        verdict, why = variant.verdict(answer)
        if verdict == RIGHT and answer.peak > 512 << 20:
            verdict, why = OTHER, f"took {answer.peak >> 20} MB"
        table[variant.group][verdict] += 1
        wanted = "/".join(sorted(variant.main))
        suite.expect(f"{variant.title} ({wanted})", "" if verdict == RIGHT
                     else f"{verdict}: {why}")
    return table


def structure_alone(suite, program, variants, folder):
    """What structure tells must be told at depth structure, and no deeper look be taken."""
    for variant in variants:
        if variant.depth != "structure" or variant.manifest or variant.neighbours:
            continue
        if not isinstance(variant.data, bytes):
            continue
        path = os.path.join(folder, "shallow.exr")
        put(path, variant.data)
        answer = program.verify(path, depth="structure")
        deeper = {finding["code"] for finding in answer.findings
                  if finding["depth"] not in ("structure", "sequence")}
        wrong = answer.trouble or ("" if variant.main & answer.codes() else
                                   f"said {', '.join(sorted(answer.codes())) or 'nothing'}")
        suite.expect(f"depth structure, {variant.title}",
                     wrong or ", ".join(sorted(deeper - {"salvage", "codec-unsupported"})))


def canary(suite, variants):
    """The rig must tell a blind verifier from a knowing one."""
    counts = {}
    for name, fake in (("sound", fakes.Sound()), ("corrupt", fakes.Corrupt())):
        counts[name] = collections.Counter(
            variant.verdict(fake.answer_to(variant))[0] for variant in variants)
    knowing = [variant.title for variant in variants
               if variant.verdict(fakes.Knowing().answer_to(variant))[0] != RIGHT]
    suite.expect("canary: a verifier that calls all sound finds nothing",
                 "" if counts["sound"] == {MISSED: len(variants)} else str(counts["sound"]))
    right = counts["corrupt"][RIGHT]
    suite.expect("canary: one that calls all corrupt is seldom right",
                 "" if not counts["corrupt"][MISSED] and right < len(variants) / 5
                 else str(counts["corrupt"]))
    suite.expect("canary: one that knows is always right", ", ".join(knowing[:5]))


def print_table(table):
    print(f"\n{'group':<16}{'variants':>9}{'right':>7}{'other code':>12}{'missed':>8}")
    total = collections.Counter()
    for group, counts in table.items():
        total += counts
        print(f"{group:<16}{sum(counts.values()):>9}{counts[RIGHT]:>7}{counts[OTHER]:>12}"
              f"{counts[MISSED]:>8}")
    print(f"{'all':<16}{sum(total.values()):>9}{total[RIGHT]:>7}{total[OTHER]:>12}"
          f"{total[MISSED]:>8}\n")


def score_peers(folder):
    """How many of each group every peer notices."""
    path = os.path.join(folder, "frame.exr")
    scores, sizes = collections.defaultdict(collections.Counter), collections.Counter()
    details = []
    for group, found in (("the 71", container_damage.scored()),
                         ("container, all", container_damage.variants()),
                         ("header", header_damage.variants()),
                         ("content", content_damage.variants())):
        for variant in found:
            put(path, variant.data)
            verdicts = {name: peers.caught(name, path) for name in peers.PEERS}
            details.append({"group": group, "variant": variant.title, **verdicts})
            sizes[group] += 1
            scores[group].update(name for name, saw in verdicts.items() if saw)
    print(f"{'noticed of':<20}" + "".join(f"{f'{g} ({n})':>22}" for g, n in sizes.items()))
    for name in peers.PEERS:
        print(f"{name:<20}" + "".join(f"{scores[group][name]:>22}" for group in sizes))
    with open(os.path.join(rig.TOOLS, "peers.json"), "w", encoding="utf-8") as file:
        json.dump(details, file, indent=1)


def part(suite, options, folder):
    if options.peers:
        score_peers(folder)
        suite.expect("peers scored", "")
        return
    variants = all_variants(options)
    if not options.only:
        canary(suite, variants)
        sound_frames(suite, options.program, folder)
    table = damaged_frames(suite, options.program, variants, folder)
    structure_alone(suite, options.program, variants, folder)
    print_table(table)


if __name__ == "__main__":
    rig.main(part, options_of())
