"""Whether the European reference library comes to the same indication and sub-indication as `verify`, over files made for each of
them (crates/verify/tests/judging/indications.rs writes them).

`agreement.tsv` has a case a line, fields parted by tabs: file, trusted certificate, material, detached content, moment, rows of our
table of algorithms (JSON), hours that a status may be old, our sub-indication or `-`, and what the library has to say where it
differs. Each difference stands in docs/standards/en319102.md with the clause that decides it. Both judge under the same policy: where ours asks
for what the library's own only warns of, its levels are raised.

usage: agreement.py FOLDER   (YINXIN_JUDGE_DSS_CLASSES names the library)
"""

import glob
import json
import os
import re
import sys
import zipfile

import dss

FAILED = {"FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE", "REVOKED", "EXPIRED", "NOT_YET_VALID"}
LEAST = 60
MOST_DIFFERENCES = 5


def read(folder):
    with open(os.path.join(folder, "agreement.tsv"), encoding="utf-8") as source:
        for line in filter(None, source.read().splitlines()):
            yield line.split("\t")


def default_policy():
    """The library's own policy, from its archive on the class path."""
    for entry in os.environ["YINXIN_JUDGE_DSS_CLASSES"].split(":"):
        for path in glob.glob(entry + ".jar" if entry.endswith("*") else os.path.join(entry, "*.jar")):
            with zipfile.ZipFile(path) as archive:
                if "policy/constraint.xml" in archive.namelist():
                    return archive.read("policy/constraint.xml").decode()
    raise FileNotFoundError("policy/constraint.xml")


# What our policy asks for and the library's own tells.
RAISED = [
    ('<PolicyAvailable Level="INFORM"', '<PolicyAvailable Level="FAIL"'),
    ('<PolicyHashMatch Level="WARN"', '<PolicyHashMatch Level="FAIL"'),
    ('<Coherence Level="WARN"', '<Coherence Level="FAIL"'),
]


def policy(text, rows, age):
    """The library's policy at our levels, with the end of ECDSA from our table and our limit on the age of a status."""
    for told, asked in RAISED:
        text = text.replace(told, asked)
    # Of the signer's certificate alone: it comes first.
    text = text.replace('<KeyUsage Level="WARN"', '<KeyUsage Level="FAIL"', 1)
    if age:
        text = re.sub(r'<RevocationFreshness Level="\w+" Unit="\w+" Value="\d+"', f'<RevocationFreshness Level="FAIL" Unit="HOURS" Value="{age}"', text)
    if not rows:
        return text
    least = min(row["bits"] for row in rows)
    sizes, dates = text.split("<AlgoExpirationDate", 1)
    if least > 256:
        sizes = re.sub(r'<Algo Size="\d+">ECDSA</Algo>', f'<Algo Size="{least}">ECDSA</Algo>', sizes)
    # What ends after the day on which the library's table was made is only told by its own policy.
    dates = re.sub(r' UpdateDate="[^"]*" LevelAfterUpdate="\w+"', "", dates, count=1)
    dates = re.sub(r'<Algo( Date="[^"]*")? Size="\d+">ECDSA</Algo>', "", dates)
    ends = "".join(f'<Algo{ended(row)} Size="{row["bits"]}">ECDSA</Algo>' for row in rows)
    return sizes + "<AlgoExpirationDate" + dates.replace(">", ">" + ends, 1)


def ended(row):
    return f' Date="{row["until"]}"' if "until" in row else ""


def jobs(folder, cases):
    default = default_policy()
    for at, (file, trusted, material, detached, moment, rows, age, *_) in enumerate(cases):
        name = os.path.join(folder, f"policy-{at}.xml")
        with open(name, "w", encoding="utf-8") as out:
            out.write(policy(default, json.loads(rows), age))
        located = [dss.located(folder, 0, field) for field in (file, trusted, material, detached)]
        yield (*located, moment, name)


def wanted(case):
    """What the library has to say, and whether that is a difference."""
    ours, *other = case[7:10]
    if other[0]:
        return tuple(other), True
    if ours == "-":
        return ("TOTAL_PASSED", "-"), False
    return ("TOTAL_FAILED" if ours in FAILED else "INDETERMINATE", ours), False


def judge(folder):
    """For each case its name, whether it came out as wanted, and what was said; and the files that differ."""
    cases = list(read(folder))
    answers = dss.ask(list(jobs(folder, cases)))
    said, differing = [], []
    for case, answer in zip(cases, answers):
        first = answer.get(("signature", 0), answer.get(("unreadable", 0), ("-", "-", "-", "nothing said")))
        want, differs = wanted(case)
        said.append((case[0], first[:2] == want, f"wanted {' '.join(want)}, said {' '.join(first)}"))
        if differs:
            differing.append(case[0])
    return said, differing


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    said, differing = judge(sys.argv[1])
    refused = [(name, why) for name, good, why in said if not good]
    for name, why in refused:
        print(f"REFUSED by dss-agreement: {name}: {why}")
    enough = len(said) >= LEAST and len(differing) <= MOST_DIFFERENCES
    print(f"dss-agreement: {len(said)} files, {len(differing)} known to differ: {' '.join(differing)}")
    return 0 if enough and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
