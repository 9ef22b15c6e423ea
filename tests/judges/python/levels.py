"""A caller's page at each level, as the program `papers` leaves it below `levels`: pyHanko at the level that it claims.

That the European reference library calls each of them TOTAL-PASSED at its level is a test of its own (`lives::envelopes`).
"""

import json
import os

LEVELS = {"B-B": "plain", "B-T": "basic", "B-LT": "lt", "B-LTA": "lta"}


def path_of(folder, name):
    return os.path.join(folder, f"{name}.pdf")


def judge(judges, folder):
    roots = os.path.join(folder, "root.pem")
    for name, level in LEVELS.items():
        path = path_of(folder, name)
        said = judges.pyhanko(level, [path], roots)[path]
        judges.say("pyhanko-levels", path, said["accepted"], json.dumps(said, ensure_ascii=False))


def proofs(judges, folder):
    """None passes for the level above it."""
    roots, names = os.path.join(folder, "root.pem"), list(LEVELS)
    held = {}
    for name, above in zip(names, names[1:]):
        path = path_of(folder, name)
        said = judges.pyhanko(LEVELS[above], [path], roots)[path]
        held[f"pyHanko does not take {name} for {above}"] = not said["accepted"]
    return held
