"""The programs that judge: pyHanko, veraPDF, ofdrw, openssl, qpdf, poppler and zbar, one method each."""

import json
import os
import re
import subprocess
import sys

from asn1crypto import ocsp, pem

HERE = os.path.dirname(os.path.abspath(__file__))
TIME_STAMP = "1.2.840.113549.1.9.16.2.14"  # RFC 3161 appendix A, signature time-stamp
DOTS = 36  # an inch of the small pictures in which the seal is looked for
SEAL = (28, 60)  # least and greatest size of a seal in mm, with a dot less on each side of the least


def run(*command):
    return subprocess.run(command, capture_output=True, timeout=600)


def tail(answer):
    return (answer.stdout + answer.stderr).decode(errors="replace")[-300:].replace("\n", " / ")


def read(path):
    with open(path, "rb") as source:
        return source.read()


def revision(data, number):
    """The file as it was at the end of this revision, the first being 0."""
    ends = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", data)]
    return data[: ends[number]]


def covered(signature, source):
    ranges = [int(one) for one in signature.byte_range]
    octets = b""
    for start, length in zip(ranges[0::2], ranges[1::2]):
        source.seek(start)
        octets += source.read(length)
    return octets


class Judges:
    """Every judge gives `(good, why)`; `say` keeps it."""

    def __init__(self, work, roots, classpath):
        self.work, self.roots, self.classpath = work, roots, classpath
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

    def certificates(self, name, found):
        return self.file(name, b"".join(pem.armor("CERTIFICATE", one.dump()) for one in found))

    def pyhanko(self, level, files, roots=None):
        """What pyHanko says of each file, by path; a file it is silent about is refused."""
        answer = run(sys.executable, os.path.join(HERE, "pades.py"), roots or self.roots, level, *files)
        said = {line["file"]: line for line in map(json.loads, answer.stdout.splitlines())}
        return {path: said.get(path, {"accepted": False, "why": tail(answer)}) for path in files}

    def verapdf(self, files):
        """What veraPDF says of each file, by path."""
        answer = run("java", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-cp", self.classpath, "judges.PdfA", *files)
        said = {}
        for line in answer.stdout.decode().splitlines():
            verdict, _, rest = line.partition(" ")
            if verdict in ("PASS", "FAIL"):
                said[rest.split(" ")[0]] = (verdict == "PASS", rest[:600])
        return {path: said.get(path, (False, "no verdict: " + tail(answer))) for path in files}

    def ofdrw(self, pairs):
        """What ofdrw and the stricter checks say of each OFD file under its CA, by path: 0 good, 1 to 3 who refuses."""
        command = ["java", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-cp", self.classpath, "judges.Ofd", "verify"]
        answer = run(*command, *(one for path, authority in pairs.items() for one in (path, authority or "-")))
        said = {}
        for line in answer.stdout.decode().splitlines():
            word, _, rest = line.partition(" ")
            if word == "JUDGED":
                status, _, path = rest.partition(" ")
                said[path] = (int(status), line)
        return {path: said.get(path, (3, "no verdict: " + tail(answer))) for path in pairs}

    def cms(self, der, content, roots=None):
        answer = run(
            "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", self.file("one.p7s", der),
            "-content", self.file("one.data", content), "-CAfile", roots or self.roots, "-purpose", "any",
            "-out", os.devnull,
        )
        return answer.returncode == 0, tail(answer)

    def stamp(self, token, value, untrusted):
        answer = run(
            "openssl", "ts", "-verify", "-token_in", "-in", self.file("one.tst", token),
            "-data", self.file("one.value", value), "-CAfile", self.roots, "-untrusted", untrusted,
        )
        return answer.returncode == 0 and b"Verification: OK" in answer.stdout, tail(answer)

    def answer(self, der, chain):
        single = ocsp.OCSPResponse.load(der).response_data["responses"][0]
        serial = single["cert_id"]["serial_number"].native
        subject = next((one for one in chain if one.serial_number == serial), None)
        issuer = subject and next((one for one in chain if one.subject == subject.issuer), None)
        if issuer is None:
            return False, f"the store lacks the certificate {serial} or its issuer"
        answer = run(
            "openssl", "ocsp", "-respin", self.file("one.ocsp", der), "-no_nonce",
            "-issuer", self.certificates("issuer.pem", [issuer]), "-cert", self.certificates("subject.pem", [subject]),
            "-CAfile", self.roots, "-verify_other", self.certificates("chain.pem", chain),
        )
        timely = b"Status times invalid" not in answer.stdout + answer.stderr
        return timely and b"Response verify OK" in answer.stderr and b": good" in answer.stdout, tail(answer)

    def crl(self, der, chain):
        answer = run(
            "openssl", "crl", "-inform", "DER", "-in", self.file("one.crl", der), "-noout", "-verify",
            "-CAfile", self.certificates("chain.pem", chain),
        )
        return b"verify OK" in answer.stdout + answer.stderr, tail(answer)

    def qpdf(self, path):
        answer = run("qpdf", "--check", path)
        return answer.returncode == 0, tail(answer)

    def text(self, path, wanted):
        """Chinese words, and each wanted text."""
        packed = re.sub(r"\s+", "", run("pdftotext", "-layout", path, "-").stdout.decode(errors="replace"))
        chinese = re.search("[\u4e00-\u9fff]{2}", packed)
        found = all(re.sub(r"\s+", "", one) in packed for one in wanted)
        return bool(chinese) and found, f"wanted {wanted} in {packed[:200]!r}"

    def seal(self, path, before, page=1):
        """What sealing reddened on the page is as large as a seal: borders may be red already."""
        width, after = self.red(path, page)
        new = after - self.red(before, page)[1]
        if not new:
            return False, "sealing reddened nothing"
        across, down = [at % width for at in new], [at // width for at in new]
        sizes = [(max(line) - min(line) + 1) * 25.4 / DOTS for line in (across, down)]
        return all(SEAL[0] <= size <= SEAL[1] for size in sizes), "reddened %.0f by %.0f mm" % tuple(sizes)

    def red(self, path, page):
        """Width of a page and the places of its red dots."""
        base = os.path.join(self.work, "small")
        run("pdftoppm", "-r", str(DOTS), "-f", str(page), "-l", str(page), "-singlefile", path, base)
        data = read(base + ".ppm")
        header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        pixels = data[header.end():]
        os.remove(base + ".ppm")
        return int(header[1]), {
            at // 3 for at in range(0, len(pixels) - 2, 3)
            if pixels[at] > 150 and pixels[at + 1] < 130 and pixels[at + 2] < 130
        }

    def code(self, path, wanted):
        base = os.path.join(self.work, "page")
        run("pdftoppm", "-r", "200", "-f", "1", "-l", "1", "-gray", "-singlefile", path, base)
        answer = run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", base + ".pgm")
        codes = answer.stdout.decode(errors="replace").splitlines()
        return wanted in codes, f"read {[one[:60] for one in codes]}, wanted {wanted[:60]!r}"


def store_of(reader):
    """Certificates, OCSP answers and CRLs of the file's security store."""
    store = reader.root["/DSS"] if "/DSS" in reader.root else {}
    return [[one.get_object().data for one in (store[kind] if kind in store else [])] for kind in ("/Certs", "/OCSPs", "/CRLs")]
