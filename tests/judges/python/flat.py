"""Files that were flattened: poppler paints them as it painted them before, and qpdf finds nothing."""

import glob
import os

from programs import run

RESOLUTION = "100"
# The edge of a shape can fall beside the middle of a point by the last digit of a product of matrices.
EDGE = 32
EDGES = 1000


def painted(judges, path, stage):
    """The pages as pictures, one after the other."""
    folder = os.path.join(judges.work, f"flat-{stage}")
    os.makedirs(folder, exist_ok=True)
    for old in glob.glob(os.path.join(folder, "*")):
        os.remove(old)
    run("pdftoppm", "-r", RESOLUTION, path, os.path.join(folder, "page"))
    pages = []
    for page in sorted(glob.glob(os.path.join(folder, "*.ppm"))):
        with open(page, "rb") as file:
            pages.append(file.read())
    return pages


def same(one, other):
    """Whether two pictures are the same; at most one value in a thousand may differ, and by the shade of an edge."""
    if len(one) != len(other):
        return False
    differing = [abs(a - b) for a, b in zip(one, other) if a != b]
    return len(differing) * EDGES <= len(one) and max(differing, default=0) <= EDGE


def judge(judges, above):
    found = sorted(glob.glob(os.path.join(above, "flat", "*-before.pdf")))
    judges.say("flat", above, bool(found), "no file that was flattened")
    for before in found:
        after = before.replace("-before.pdf", "-after.pdf")
        one, other = painted(judges, before, "before"), painted(judges, after, "after")
        alike = bool(one) and len(one) == len(other) and all(map(same, one, other))
        said = f"{len(one)} pages before, {len(other)} after, or other points"
        judges.say("flat-poppler", after, alike, said)
        judges.say("flat-qpdf", after, *judges.qpdf(after))
