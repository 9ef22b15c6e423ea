"""A key ceremony, drilled in three suites, before openssl: chain, list and revocation; and the drill again, octet for octet.

usage: ceremony.py YINXIN-VERIFY FIXTURES WORK
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

PRESENT = ["zhang-san", "li-si", "wang-wu", "zhao-liu", "sun-qi"]
KEEPERS = PRESENT[1:4]


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, timeout=600)


def said(answer):
    return (answer.stdout + answer.stderr).decode(errors="replace").strip()


class Room:
    """A folder with a declaration, its request and the media."""

    def __init__(self, program, fixtures, place):
        shutil.rmtree(place, ignore_errors=True)
        self.program, self.place, self.folder = program, place, place / "folder"
        for keeper in KEEPERS:
            (place / "media" / keeper).mkdir(parents=True)
        shutil.copy(fixtures / "issuing.csr", place)

    def drill(self, text, present):
        declaration = self.place / "declaration.toml"
        declaration.write_text(text)
        plan = run(self.program, "ceremony", "plan", "--declaration", declaration)
        digest = re.search(r"signed off: ([0-9a-f]{64})", said(plan))[1]
        assert digest == hashlib.sha256(text.encode()).hexdigest()
        there = [word for name in present for word in ("--present", name)]
        paths = ["--declaration", declaration, "--folder", self.folder, "--media", self.place / "media"]
        held = run(self.program, "ceremony", "drill", *paths, "--signed-off", digest, *there)
        assert held.returncode == 0, said(held)

    def verdict(self):
        return run(self.program, "ceremony", "verify", "--folder", self.folder)

    def pem(self, kind, name):
        out = self.place / f"{name}.pem"
        answer = run("openssl", kind, "-inform", "DER", "-in", self.folder / name, "-out", out)
        assert answer.returncode == 0, said(answer)
        return out

    def octets(self):
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


def later(text, serial):
    """The next session: a list with the authority of the first one in it."""
    before, rest = text.split("[[certificate]]")
    text = f"{before}[list]{rest.split('[list]')[1]}"
    text = text.replace("session = 1", "session = 2").replace("number = 1", "number = 2")
    since = "2026-11-27T08:00:00Z"
    return f'{text}\n[[revoked]]\nserial = "{serial}"\nsince = "{since}"\nreason = "superseded"\n'


def openssl(room, crl, kind):
    """What openssl says of the authority, at the drill's time. Under SM2 it checks the authority alone: of list and root nobody can tell it the identity."""
    at = ["-attime", "1795770060"]  # 2026-11-27T09:01:00Z
    root, issuing, crl = room.pem("x509", "root.cer"), room.pem("x509", "issuing.cer"), room.pem("crl", crl)
    whole = ["-check_ss_sig", "-crl_check", "-CRLfile", crl]
    how = ["-vfyopt", "distid:1234567812345678"] if kind == "sm2" else whole
    return run("openssl", "verify", *at, "-x509_strict", *how, "-CAfile", root, issuing)


def judge(program, fixtures, work, kind):
    text = (fixtures / "declaration.toml").read_text().replace("ecdsa-p384", kind)
    rooms = [Room(program, fixtures, work / f"{kind}-{number}") for number in (1, 2)]
    for room in rooms:
        room.drill(text, PRESENT)
    assert rooms[0].octets() == rooms[1].octets(), "the drill is not the same again"
    room = rooms[0]
    good = openssl(room, "root-1.crl", kind)
    assert good.returncode == 0 and said(good).endswith("OK"), said(good)
    assert room.verdict().returncode == 0, said(room.verdict())
    shown = said(run("openssl", "x509", "-in", room.place / "issuing.cer.pem", "-noout", "-serial"))
    room.drill(later(text, shown.split("=")[1].lower()), PRESENT[:1] + PRESENT[2:])
    revoked = openssl(room, "root-2.crl", kind)
    assert kind == "sm2" or "certificate revoked" in said(revoked), said(revoked)
    # What openssl takes for another certificate, the transcript names.
    path = room.folder / "issuing.cer"
    altered = path.read_bytes().replace(b"DRILL Issuing", b"DRILL issuing")
    path.write_bytes(altered)
    bad = openssl(room, "root-1.crl", kind)
    assert bad.returncode != 0 and "signature failure" in said(bad), said(bad)
    told = room.verdict()
    assert told.returncode == 1 and "issuing.cer: the octet at " in said(told), said(told)


def main(program, fixtures, work):
    for kind in ("ecdsa-p384", "ed25519", "sm2"):
        judge(os.path.abspath(program), pathlib.Path(fixtures), pathlib.Path(work), kind)
        print(f"ok  ceremony  {kind}: drilled twice, chain, list, revocation and one octet before openssl")
    print("3 passed, 0 failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
