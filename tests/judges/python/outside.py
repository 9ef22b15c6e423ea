"""Lets programs that are not ours judge what the demonstration left behind.

usage: outside.py DEMO.json PAPERS WORK JAVA_CLASSPATH

For each sealed PDF: pyHanko (chain, integrity, no illegal modification, B-LT material), openssl
(CMS, time-stamp, every OCSP answer and CRL in the file), veraPDF (PDF/A-3u before and after
sealing), qpdf (structure), poppler (Chinese text with the number, a red seal) and zbar (the printed
code equals the code file), the European reference library (TOTAL-PASSED at B-LT; every corpus beside the papers). pyHanko over a page at each level. poppler and qpdf over files that were flattened. ofdrw over the samples of sealed OFD files. Codes, receipts and published lists: a second reading of the formats with
the `cryptography` package, and openssl.
Then the judges themselves are put to proof (counter.py): what is forged must be refused.

Prints a line for each judge and for each refusal, last `N passed, M failed`; exit status 1 when
anything was refused, missing, or wrongly accepted.
"""

import json
import os
import sys

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader

import counter
import dss
import flat
import lc1
import levels
import ofdrw
import papers
import receipt
from programs import TIME_STAMP, Judges, covered, read, revision, store_of

LEAST = 28  # the catalogue's licence types: the demonstration issues one of each


def judge_evidence(judges, path):
    """openssl over the signature, its time-stamp and every answer and list in the store."""
    with open(path, "rb") as source:
        reader = PdfFileReader(source)
        signatures = reader.embedded_regular_signatures
        judges.say("signatures", path, bool(signatures), "no signature in the file")
        for signature in signatures:
            der = cms.ContentInfo.load(signature.pkcs7_content).dump()  # without the padding
            judges.say("openssl-cms", path, *judges.cms(der, covered(signature, source)))
            enclosed = judges.certificates("untrusted.pem", [signature.signer_cert, *signature.other_embedded_certs])
            value = signature.signer_info["signature"].native
            tokens = [one for one in signature.signer_info["unsigned_attrs"] if one["type"].dotted == TIME_STAMP]
            judges.say("stamps", path, bool(tokens), "no signature time-stamp")
            for token in tokens:
                judges.say("openssl-ts", path, *judges.stamp(token["values"][0].dump(), value, enclosed))
        certificates, answers, lists = store_of(reader)
    chain = [x509.Certificate.load(der) for der in [*certificates, pem.unarmor(read(judges.roots))[2]]]
    # B-LT: an answer for the seal's certificate and the stamp's, a list for the issuing authority's.
    judges.say("store", path, len(answers) >= 2 and lists, f"{len(answers)} answers, {len(lists)} lists")
    for der in answers:
        judges.say("openssl-ocsp", path, *judges.answer(der, chain))
    for der in lists:
        judges.say("openssl-crl", path, *judges.crl(der, chain))


def printed(licence):
    """What the page must show: an identity card shows the citizen's number and no licence number."""
    return [licence["identifier"]] + ([] if licence["type"] == "ID" else [licence["number"]])


def judge_licence(judges, licence, before, trust):
    path = licence["pdf"]
    judge_evidence(judges, path)
    judges.say("qpdf", path, *judges.qpdf(path))
    judges.say("poppler-text", path, *judges.text(path, printed(licence)))
    judges.say("poppler-seal", path, *judges.seal(path, before))
    code = read(licence["lc1"]).decode().strip()
    judges.say("zbar", path, *judges.code(path, code))
    judges.say("code", licence["lc1"], *lc1.judge(code, licence, trust))
    judges.say("receipt", licence["receipt"], *receipt.judge(read(licence["receipt"]), path, trust))


def judge_published(judges, out, trust):
    """What stands beside the files for everybody: lists, the log's checkpoint, the trust bundle."""
    chain = trust.certificates
    for name in ("root.crl", "ca.crl"):
        path = os.path.join(out, "status", name)
        judges.say("published-crl", path, *judges.crl(read(path), chain))
    for name in ("status/1.statuslist", "trust.jws"):
        path = os.path.join(out, name)
        judges.say("published-jws", path, *receipt.judge_jws(read(path), judges))
    path = os.path.join(out, "status", "log.checkpoint")
    judges.say("published-checkpoint", path, *receipt.judge_note(read(path).decode(), trust))


def complete(demo):
    """The licences; what the demonstration promises and did not leave is said, and ends the run."""
    licences = demo["licences"]
    wanting = [f"{len(licences)} licences, wanted {LEAST}"] if len(licences) < LEAST else []
    for licence in licences:
        for kind in ("pdf", "ofd", "lc1", "receipt"):
            path = licence.get(kind)
            if path is None or not os.path.isfile(path):
                wanting.append(f"{licence.get('type')}: {kind} {path}")
    wanting += [f"check {one}" for one in demo["checks"] if not one["answer"] or not one["verdict"]]
    return licences, wanting


def main():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 64
    demo = json.loads(read(sys.argv[1]))
    out = os.path.dirname(demo["trust"])
    os.makedirs(sys.argv[3], exist_ok=True)
    judges = Judges(sys.argv[3], os.path.join(out, "root.pem"), sys.argv[4])
    licences, wanting = complete(demo)
    for one in wanting:
        print(f"MISSING {one}")
    if wanting:
        print(f"0 passed, {len(wanting)} failed")
        return 1
    trust = receipt.Trust(read(demo["trust"]))
    files = [one["pdf"] for one in licences]
    for level in ("basic", "lt"):
        for path, said in judges.pyhanko(level, files).items():
            judges.say(f"pyhanko-{level}", path, said["accepted"], json.dumps(said, ensure_ascii=False))
    before = [judges.file(f"before-{at}.pdf", revision(read(path), 0)) for at, path in enumerate(files)]
    forged = counter.forge_pdfa(judges, files[0])
    written = papers.found(judges, sys.argv[2])
    both = [path for paper in written for path in (paper["path"], paper["before"])]
    said = judges.verapdf([*files, *before, *both, forged])
    for path in [*files, *before, *both]:
        judges.say("verapdf", path, *said[path])
    for licence, unsealed in zip(licences, before):
        try:
            judge_licence(judges, licence, unsealed, trust)
        except Exception as unreadable:  # what a judge cannot even read, it has refused
            judges.say("reading", licence["pdf"], False, f"{type(unreadable).__name__}: {unreadable}")
    judge_published(judges, out, trust)
    papers.judge(judges, sys.argv[2], written)
    each_level = os.path.join(sys.argv[2], "levels")
    levels.judge(judges, each_level)
    ofdrw.judge(judges, os.path.join(sys.argv[2], "ofd"))
    ofdrw.judge_licences(judges, licences, os.path.join(out, "sm-ca.pem"))
    dss.judge_licences(judges, licences)
    for above in [sys.argv[2], *filter(None, [os.environ.get("YINXIN_CORPORA")])]:
        dss.judge_corpora(judges, above)
    if os.environ.get("YINXIN_CORPORA"):
        flat.judge(judges, os.environ["YINXIN_CORPORA"])
    print(" ".join(f"{judge}:{count}" for judge, count in sorted(judges.accepted.items())))
    proofs = counter.proofs(judges, licences, trust) | papers.proofs(written) | ofdrw.proofs(judges)
    proofs |= dss.proofs(judges, licences) | levels.proofs(judges, each_level)
    proofs["a page that claims another PDF/A part is refused by veraPDF"] = not said[forged][0]
    for proof, held in proofs.items():
        if held:
            print(f"counter-proof: {proof}")
        else:
            judges.refused.append(("counter-proof", proof, "did not hold"))
    for judge, path, why in judges.refused:
        print(f"REFUSED by {judge}: {path}: {why}")
    expected = {
        "openssl-cms", "openssl-ts", "openssl-ocsp", "openssl-crl", "zbar", "verapdf", "qpdf", "poppler-text",
        "poppler-seal", "pyhanko-basic", "pyhanko-lt", "code", "receipt", "published-crl", "published-jws", "published-checkpoint",
        "paper-pages", "paper-rows", "paper-tree", "ofdrw", "dss", "pyhanko-levels",
    }
    silent = sorted(judge for judge in expected if not judges.accepted.get(judge))
    if silent:
        print(f"judges that accepted nothing: {silent}")
    print(f"{sum(judges.accepted.values()) + sum(proofs.values())} passed, {len(judges.refused) + len(silent)} failed")
    return 1 if judges.refused or silent else 0


if __name__ == "__main__":
    sys.exit(main())
