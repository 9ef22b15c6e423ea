"""Whether our reports of ETSI TS 119 102-2 keep its schema, by the schema that the European reference library carries.

usage: reports.py YINXIN_VERIFY OUT PAPERS WORK

OUT is what the demonstration left (`trust.jws`, `status/`, sealed files), PAPERS the stage documents and corpora. Each file is reported
as it is, each of the demonstration's also altered, without trust and without status, so that every verdict has its report. Then the judge is put
to proof: a report with a reference that leads nowhere, one with a word that the standard has not, one cut short.

Prints `N reports keep the schema`; exit status 1 when one does not, or a proof does not hold.
"""

import os
import subprocess
import sys

ENDINGS = (".pdf", ".ofd", ".lc1", ".p7m", ".p7s", ".der", ".esl")


def files_below(folder):
    for above, _, names in sorted(os.walk(folder)):
        yield from (os.path.join(above, name) for name in sorted(names) if name.endswith(ENDINGS))


def report(verifier, path, options, to):
    """Our report of a file, kept; the program's exit status is the verdict's and says nothing of the report."""
    ran = subprocess.run([verifier, "--report", "etsi", *options, path], capture_output=True, timeout=60)
    if ran.returncode not in (0, 1, 2):
        raise RuntimeError(f"{path}: {ran.stderr.decode()}")
    with open(to, "wb") as target:
        target.write(ran.stdout)
    return to


def altered(path, to):
    with open(path, "rb") as source:
        data = bytearray(source.read())
    data[len(data) // 3] ^= 1
    with open(to, "wb") as target:
        target.write(data)
    return to


def refused(paths):
    """Those that the schema refuses, with why; nothing else may be said of a file."""
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", os.environ["YINXIN_JUDGE_DSS_CLASSES"], "judges.Reports", *paths]
    answer = subprocess.run(command, capture_output=True, timeout=600)
    lines = [line.split("\t") for line in answer.stdout.decode().splitlines()[:-1]]
    if len(lines) != len(paths):
        raise RuntimeError(answer.stderr.decode()[-2000:])
    return {path: why for word, path, why in lines if word != "valid"}


def forgeries(work, paths):
    """Reports that break the schema, by what is wrong with them: made of the first that tells of a signature."""
    for path in paths:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        if ' id="D-1"' in text:
            break
    wrong = {
        "a reference that leads nowhere": text.replace('VOReference="C-', 'VOReference="C-f', 1),
        "two objects of one name": text.replace(' id="D-1"', ' id="S-1"', 1),
        "an element that the standard has not": text.replace("<MainIndication>", "<Indication/><MainIndication>", 1),
        "a moment that is none": text.replace("<POETime>2", "<POETime>x", 1),
        "a report that is cut short": text[: len(text) // 2],
    }
    made = {}
    for place, (name, forged) in enumerate(wrong.items()):
        made[name] = os.path.join(work, f"forged-{place}.xml")
        with open(made[name], "w", encoding="utf-8") as target:
            target.write(forged)
    return made


def main():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 64
    verifier, out, papers, work = sys.argv[1:]
    os.makedirs(work, exist_ok=True)
    trusted = ["--trust", os.path.join(out, "trust.jws")]
    known = [*trusted, "--status", os.path.join(out, "status")]
    made = []

    def keep(path, options):
        made.append(report(verifier, path, options, os.path.join(work, f"report-{len(made)}.xml")))

    for path in files_below(out):
        keep(path, known)
        keep(path, trusted)
        keep(path, [])
        keep(altered(path, os.path.join(work, "altered" + os.path.splitext(path)[1])), known)
    for path in files_below(papers):
        keep(path, trusted)
    wrong = refused(made)
    for path, why in wrong.items():
        print(f"REFUSED {path}: {why}")
    forged = forgeries(work, made)
    caught = refused(list(forged.values()))
    missed = [name for name, path in forged.items() if path not in caught]
    for name in forged:
        print(f"{'MISSED' if name in missed else 'counter-proof'}: {name} is refused by the schema")
    print(f"{len(made) - len(wrong)} reports keep the schema")
    return 1 if wrong or missed or not made else 0


if __name__ == "__main__":
    sys.exit(main())
