"""A second reading of the log's receipts, notes and JOSE messages, written from the standards alone.

C2SP tlog-proof, tlog-checkpoint and signed-note, RFC 6962 2.1.1, RFC 8949 4.2 and RFC 7515, with the
`cryptography` package for every signature. The leaf is made anew from the sealed file, so a receipt
that speaks of any other file is refused.
"""

import base64
import hashlib
import json
import struct

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader

import programs


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Trust:
    """Certificates and log keys of a trust bundle."""

    def __init__(self, bundle):
        said = json.loads(unpadded(bundle.decode().strip().split(".")[1]))
        ders = [one["certificate"] for one in said["anchors"]] + said["certificates"]
        self.certificates = [x509.Certificate.load(base64.b64decode(der)) for der in ders]
        self.logs = {log["origin"]: log["keys"] for log in said["logs"]}


def cbor(value):
    """RFC 8949 4.2.1: the deterministic encoding of what leaves and commitments hold."""

    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        for code, width, form in ((24, 1, ">B"), (25, 2, ">H"), (26, 4, ">I"), (27, 8, ">Q")):
            if number < 1 << 8 * width:
                return bytes([major << 5 | code]) + struct.pack(form, number)
        raise ValueError(number)

    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(key) + cbor(value[key]) for key in sorted(value))


def sha256(octets):
    return hashlib.sha256(octets).digest()


def judge_note(note, trust):
    """signed-note: an Ed25519 signature by a log of the bundle over the text with its last line end."""
    text, _, signatures = note.partition("\n\n")
    origin = text.split("\n")[0]
    for key in trust.logs.get(origin, []):
        name, identity, encoded = key.split("+", 2)
        public = base64.b64decode(encoded)
        if public[0] != 1 or sha256(name.encode() + b"\n" + public)[:4].hex() != identity:
            return False, f"malformed key {key}"
        for line in signatures.splitlines():
            dash, signer, value = line.split(" ")
            value = base64.b64decode(value)
            if dash != "\u2014" or signer != name or value[:4].hex() != identity:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(value[4:], (text + "\n").encode())
                return True, ""
            except InvalidSignature:
                return False, "the log's signature does not hold"
    return False, f"no signature by a trusted key of {origin!r}"


def root_from(leaf, index, size, proof):
    """RFC 9162 2.1.3.2: the root that an inclusion proof leads to, or None where it cannot be one."""
    at, last, root = index, size - 1, sha256(b"\x00" + leaf)
    if not 0 <= index < size:
        return None
    for sibling in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = sha256(b"\x01" + sibling + root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = sha256(b"\x01" + root + sibling)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def attachments(reader):
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[at]): names[at + 1]["/EF"]["/F"].data for at in range(0, len(names), 2)}


def leaf_of(path, salt):
    """The leaf (D18) as the sealed file itself tells it."""
    with open(path, "rb") as source:
        reader = PdfFileReader(source)
        signature = reader.embedded_regular_signatures[0]
        signed, files = programs.covered(signature, source), attachments(reader)
    info, subject = signature.signer_info, signature.signer_cert.subject.native
    content = files["licence.json"]
    licence = json.loads(content)
    status = json.loads(files["status.json"])["status"]["status_list"]
    token = next(one for one in info["unsigned_attrs"] if one["type"].dotted == programs.TIME_STAMP)["values"][0]
    moment = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    commitment = sha256(cbor([
        salt, licence["identifier"], str(licence["version"]), sha256(content), sha256(signed),
        sha256(info["signature"].native),
    ]))
    return cbor({
        1: 1, 2: subject["organization_identifier"].removeprefix("NTRCN-"), 3: subject["serial_number"],
        4: int(moment.timestamp()), 5: commitment, 6: [status["uri"], status["idx"]],
    })


def judge(data, path, trust):
    """tlog-proof: the leaf made from the file is in the tree that the log signed."""
    proof, _, note = data.decode().partition("\n\n")
    first, extra, index, *hashes_ = proof.split("\n")
    if first != "c2sp.org/tlog-proof@v1":
        return False, f"first line {first!r}"
    held, why = judge_note(note, trust)
    if not held:
        return False, why
    size, root = note.split("\n")[1:3]
    leaf = leaf_of(path, base64.b64decode(extra.removeprefix("extra ")))
    found = root_from(leaf, int(index.removeprefix("index ")), int(size), [base64.b64decode(one) for one in hashes_])
    return found == base64.b64decode(root), "the proof leads to another root"


def judge_jws(data, judges):
    """RFC 7515: ES256 under the certificate of `x5c`, whose chain openssl follows to the root."""
    head, payload, value = data.decode().strip().split(".")
    header, value = json.loads(unpadded(head)), unpadded(value)
    chain = [base64.b64decode(one) for one in header["x5c"]]
    if header["alg"] != "ES256" or len(value) != 64:
        return False, f"algorithm {header['alg']}"
    der = encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    try:
        key = load_der_x509_certificate(chain[0]).public_key()
        key.verify(der, f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False, "the signature does not hold"
    certificates = [x509.Certificate.load(one) for one in chain]
    answer = programs.run(
        "openssl", "verify", "-x509_strict", "-CAfile", judges.roots,
        "-untrusted", judges.certificates("untrusted.pem", certificates[1:]),
        judges.certificates("leaf.pem", certificates[:1]),
    )
    return answer.returncode == 0, programs.tail(answer)
