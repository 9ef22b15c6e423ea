"""ofdrw over the samples that it made or takes, and over what is made here: what it says of each, with and without the stricter
checks.

Its own validator lets three files pass that nobody may trust; the stricter checks refuse them. A judge that says
something else than here is not the judge that it was.
"""

import os

from programs import HERE

SAMPLES = os.path.join(HERE, "..", "..", "fixtures", "ofdrw")
# 0: both say good; 2: the stricter checks alone refuse; 3: both refuse.
EXPECTED = {
    "sealed-v4": 0,
    "sealed-v4-certdigest": 0,
    "sealed-v4-twice": 0,
    "sealed-v1": 0,
    "signed-gbt35275": 0,
    "handmade-v4": 0,
    "hand-skeleton-sealed-v4": 0,
    "bad-content-changed": 3,
    "bad-signature-xml-changed": 3,
    "bad-seal-signature": 2,
    "bad-signer-not-in-seal": 2,
    "bad-unlisted-file-added": 2,
    "plain": 3,
    "hand-skeleton": 3,
}


# What is made here, each kind of seal signature, and signatures without a seal.
OWN = ["v4", "v4-digests", "v1", "twice", "across", "signed", "signed-stamped"]


def judge(judges, folder):
    """Says of each package of our own whether both verdicts are good."""
    paths = {name: os.path.join(folder, name + ".ofd") for name in OWN}
    said = judges.ofdrw({path: os.path.join(folder, "ca.pem") for path in paths.values()})
    for path in paths.values():
        status, line = said[path]
        judges.say("ofdrw", path, status == 0, line)


def judge_licences(judges, licences, authority):
    """The same of the OFD of each licence: its seal, with time-stamp and receipt in it."""
    said = judges.ofdrw({licence["ofd"]: authority for licence in licences})
    for path, (status, line) in said.items():
        judges.say("ofdrw", path, status == 0, line)


def proofs(judges):
    """Whether it says of each sample what is expected."""
    pairs = {}
    for name in EXPECTED:
        own = os.path.join(SAMPLES, name + ".ca.pem")
        pairs[os.path.join(SAMPLES, name + ".ofd")] = own if os.path.isfile(own) else os.path.join(SAMPLES, "ca.pem")
    said = judges.ofdrw(pairs)
    return {
        f"ofdrw answers {status} to {name}": said[os.path.join(SAMPLES, name + ".ofd")][0] == status
        for name, status in EXPECTED.items()
    }
