"""The European reference library over our files, in one JVM: the demonstration's licences, and every corpus.

A corpus is a folder with a `corpus.tsv`, a file a line, fields parted by tabs: the file, trusted certificates, material,
detached content, moment, policy (as `judges.Dss` takes them, paths from the folder), then what the library has to say: `signature`,
`timestamp` or `evidence-record`, place, indication, sub-indication or `-`, level or `-` for any. Several expectations of one file are
several lines with the same first six fields.
"""

import os
import subprocess

import counter

COLUMNS = 6


def ask(jobs):
    """What the library says, by the job's place: (kind, place) to (indication, sub-indication, level, errors)."""
    command = ["java", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-cp", os.environ["YINXIN_JUDGE_DSS_CLASSES"], "judges.Dss"]
    text = "".join("\t".join(job) + "\n" for job in jobs)
    answer = subprocess.run(command, input=text.encode(), capture_output=True, timeout=900)
    said, place, last = [{} for _ in jobs], -1, None
    for line in answer.stdout.decode().splitlines():
        file, kind, number, *rest = line.split("\t")
        key = (kind, int(number))
        # Answers come in the order of the jobs; two jobs over one file differ by their first line.
        if last != file or key in said[place]:
            place += 1
            while place < len(jobs) and jobs[place][0] != file:
                place += 1
            last = file
        said[place][key] = tuple(rest)
    return said


def judge_licences(judges, licences):
    """Each sealed PDF is TOTAL-PASSED at B-LT from what it carries, under the root alone; an altered one is not."""
    paths = [one["pdf"] for one in licences]
    said = ask([(path, judges.roots) for path in paths])
    for path, answer in zip(paths, said):
        signature = answer.get(("signature", 0), ("-", "-", "-", "nothing said"))
        judges.say("dss", path, signature[:3] == ("TOTAL_PASSED", "-", "PAdES-BASELINE-LT"), " ".join(signature))


def judge_corpora(judges, above):
    """Each folder with a corpus; the number of files judged."""
    expected = {}
    for folder, _, names in sorted(os.walk(above)):
        if "corpus.tsv" not in names:
            continue
        with open(os.path.join(folder, "corpus.tsv"), encoding="utf-8") as source:
            for line in filter(None, source.read().splitlines()):
                fields = line.split("\t")
                job = tuple(located(folder, place, field) for place, field in enumerate(fields[:COLUMNS]))
                expected.setdefault(job, []).append(tuple(fields[COLUMNS:COLUMNS + 5]))
    jobs = list(expected)
    for job, answer in zip(jobs, ask(jobs)):
        for kind, place, indication, sub, level in expected[job]:
            said = answer.get((kind, int(place)), ("-", "-", "-", f"no {kind} {place} among {sorted(answer)}"))
            good = said[:2] == (indication, sub) and level in ("-", said[2])
            judges.say("dss-corpus", job[0], good, f"wanted {indication} {sub} {level}, said {' '.join(said)}")
    return len(jobs)


def located(folder, place, field):
    """Paths of the corpus are from its folder; the moment, the fifth field, is none."""
    if place == 4 or not field:
        return field
    return ";".join(os.path.join(folder, name) for name in field.split(";"))


def proofs(judges, licences):
    """The library refuses what was changed after it was sealed, and a root that is not ours."""
    path = licences[0]["pdf"]
    with open(path, "rb") as source:
        data = bytearray(source.read())
    data[len(data) // 4] ^= 1
    altered = judges.file("dss-altered.pdf", bytes(data))
    changed, strange = ask([(altered, judges.roots), (path, counter.stranger(judges))])
    return {
        "the reference library refuses an octet that is another": changed.get(("signature", 0), ("",))[0] != "TOTAL_PASSED",
        "the reference library refuses a root of the same name": strange.get(("signature", 0), ("",))[0] == "INDETERMINATE",
    }
