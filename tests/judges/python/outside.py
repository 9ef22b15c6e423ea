"""Lets programs that are not ours judge what the demonstration left behind.

usage: outside.py DEMO.json WORK [JAVA_CLASSPATH]

For each sealed PDF: pyHanko (chain, integrity, no illegal modification, B-LT material), openssl
(CMS, time-stamp, every OCSP answer and CRL in the file), veraPDF (PDF/A-3u before and after
sealing), qpdf (structure), poppler (Chinese text, a red seal) and zbar (the printed code).
Prints one line a judge and a file that fails; exit status 1 when anything was refused.
"""

import json
import os
import re
import subprocess
import sys

from asn1crypto import cms, ocsp, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader

HERE = os.path.dirname(os.path.abspath(__file__))


def run(*command, **more):
    return subprocess.run(command, capture_output=True, **more)


class Judges:
    def __init__(self, work, roots):
        self.work, self.roots = work, roots
        self.accepted, self.refused = {}, []

    def say(self, judge, path, good, why=""):
        self.accepted[judge] = self.accepted.get(judge, 0) + bool(good)
        if not good:
            self.refused.append((judge, path, why))

    def file(self, name, data):
        path = os.path.join(self.work, name)
        with open(path, "wb") as sink:
            sink.write(data)
        return path

    def pyhanko(self, files):
        for level in ("basic", "lt"):
            answer = run(sys.executable, os.path.join(HERE, "pades.py"), self.roots, level, *files)
            lines = [json.loads(line) for line in answer.stdout.splitlines()]
            if len(lines) != len(files):
                self.say(f"pyhanko-{level}", "all", False, answer.stderr.decode()[-400:])
            for line in lines:
                self.say(f"pyhanko-{level}", line["file"], line["accepted"], json.dumps(line))

    def verapdf(self, files, classpath):
        before = []
        for at, path in enumerate(files):
            data = open(path, "rb").read()
            first = data.index(b"%%EOF") + len(b"%%EOF\n")
            before.append(self.file(f"before-{at}.pdf", data[:first]))
        answer = run("java", "-Xmx1g", "-cp", classpath, "judges.PdfA", *files, *before)
        lines = answer.stdout.decode().splitlines()
        verdicts = [line for line in lines if line.startswith(("PASS ", "FAIL "))]
        if len(verdicts) != 2 * len(files):
            self.say("verapdf", "all", False, answer.stderr.decode()[-400:])
        for line in verdicts:
            self.say("verapdf", line.split(" ")[1], line.startswith("PASS "), line)

    def openssl(self, path):
        with open(path, "rb") as source:
            reader = PdfFileReader(source)
            for signature in reader.embedded_signatures:
                self.openssl_signature(path, signature)
            store = reader.root.get("/DSS")
            if store is None:
                self.say("openssl-ocsp", path, False, "no security store in the file")
                return
            chain = [stream.get_object().data for stream in store.get("/Certs", [])]
            answers = [stream.get_object().data for stream in store.get("/OCSPs", [])]
            lists = [stream.get_object().data for stream in store.get("/CRLs", [])]
        chain += [pem.unarmor(open(self.roots, "rb").read())[2]]
        self.openssl_status(path, chain, answers, lists)

    def openssl_signature(self, path, signature):
        source = signature.reader.stream
        first = signature.byte_range
        covered = b""
        for start, length in zip(first[0::2], first[1::2]):
            source.seek(start)
            covered += source.read(length)
        der = signature.pkcs7_content
        size = cms.ContentInfo.load(der).dump()
        one = self.file("one.p7s", size)
        data = self.file("one.data", covered)
        answer = run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", one, "-content", data,
                     "-CAfile", self.roots, "-purpose", "any", "-out", os.devnull)
        self.say("openssl-cms", path, answer.returncode == 0, answer.stderr.decode()[-300:])
        info = cms.ContentInfo.load(size)["content"]["signer_infos"][0]
        for attribute in info["unsigned_attrs"] or []:
            if attribute["type"].dotted != "1.2.840.113549.1.9.16.2.14":
                continue
            token = self.file("one.tst", attribute["values"][0].dump())
            value = self.file("one.value", info["signature"].native)
            answer = run("openssl", "ts", "-verify", "-token_in", "-in", token, "-data", value, "-CAfile", self.roots,
                         "-untrusted", self.untrusted(signature))
            self.say("openssl-ts", path, b"Verification: OK" in answer.stdout, answer.stderr.decode()[-300:])

    def untrusted(self, signature):
        found = b"".join(
            pem.armor("CERTIFICATE", one.dump()) for one in [signature.signer_cert, *signature.other_embedded_certs]
        )
        return self.file("untrusted.pem", found)

    def openssl_status(self, path, chain, answers, lists):
        parsed = [x509.Certificate.load(der) for der in chain]
        store = self.file("chain.pem", b"".join(pem.armor("CERTIFICATE", der) for der in chain))
        for der in answers:
            response = ocsp.OCSPResponse.load(der)
            serial = response.response_data["responses"][0]["cert_id"]["serial_number"].native
            subject = next(one for one in parsed if one.serial_number == serial)
            issuer = next(one for one in parsed if one.subject == subject.issuer)
            answer = run(
                "openssl", "ocsp", "-respin", self.file("one.ocsp", der), "-no_nonce",
                "-issuer", self.file("issuer.pem", pem.armor("CERTIFICATE", issuer.dump())),
                "-cert", self.file("subject.pem", pem.armor("CERTIFICATE", subject.dump())),
                "-CAfile", self.roots, "-verify_other", store,
            )
            good = b"Response verify OK" in answer.stderr and b": good" in answer.stdout
            self.say("openssl-ocsp", path, good, (answer.stdout + answer.stderr).decode()[-300:])
        for der in lists:
            answer = run("openssl", "crl", "-inform", "DER", "-in", self.file("one.crl", der), "-noout",
                         "-CAfile", store, "-verify")
            self.say("openssl-crl", path, b"verify OK" in answer.stdout + answer.stderr, answer.stderr.decode()[-300:])

    def page(self, path, licence):
        answer = run("qpdf", "--check", path)
        self.say("qpdf", path, answer.returncode == 0, answer.stderr.decode()[-300:])
        text = run("pdftotext", "-layout", path, "-").stdout.decode()
        packed = re.sub(r"\s+", "", text)
        self.say("poppler-text", path, re.search("[\u4e00-\u9fff]{2}", packed) and licence["number"] in packed, packed[:200])
        base = os.path.join(self.work, "page")
        run("pdftoppm", "-r", "200", "-f", "1", "-l", "1", "-png", "-singlefile", path, base)
        small = run("pdftoppm", "-r", "36", "-f", "1", "-l", "1", "-singlefile", path, base).returncode
        self.say("poppler-seal", path, small == 0 and red_share(base + ".ppm") > 0.0005, "no red seal on the page")
        codes = run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", base + ".png").stdout.decode()
        wanted = open(licence["lc1"]).read().strip() if os.path.exists(str(licence["lc1"])) else str(licence["lc1"])
        self.say("zbar", path, wanted in codes, f"read {codes[:80]!r}, wanted {wanted[:80]!r}")


def red_share(path):
    data = open(path, "rb").read()
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    pixels = data[header.end():]
    red = sum(
        1 for at in range(0, len(pixels) - 2, 3)
        if pixels[at] > 150 and pixels[at + 1] < 130 and pixels[at + 2] < 130
    )
    return red / (len(pixels) // 3)


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 64
    demo = json.load(open(sys.argv[1]))
    roots = os.path.join(os.path.dirname(demo["trust"]), "root.pem")
    os.makedirs(sys.argv[2], exist_ok=True)
    judges = Judges(sys.argv[2], roots)
    licences = [one for one in demo["licences"] if one["pdf"]]
    files = [one["pdf"] for one in licences]
    assert len(files) >= 28, "the demonstration issues one licence of each type"
    judges.pyhanko(files)
    judges.verapdf(files, sys.argv[3])
    for licence in licences:
        judges.openssl(licence["pdf"])
        judges.page(licence["pdf"], licence)
    for judge, count in sorted(judges.accepted.items()):
        print(f"{judge}: {count} accepted")
    for judge, path, why in judges.refused:
        print(f"REFUSED by {judge}: {path}: {why}")
    expected = {"openssl-cms", "openssl-ts", "openssl-ocsp", "openssl-crl", "zbar", "verapdf", "qpdf",
                "poppler-text", "poppler-seal", "pyhanko-basic", "pyhanko-lt"}
    silent = expected - {judge for judge, count in judges.accepted.items() if count}
    if silent:
        print(f"judges that accepted nothing: {sorted(silent)}")
    print(f"{sum(judges.accepted.values())} passed, {len(judges.refused) + len(silent)} failed")
    return 1 if judges.refused or silent else 0


if __name__ == "__main__":
    sys.exit(main())
