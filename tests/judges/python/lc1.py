"""A second reading of printed codes, written from the standards alone.

Base45 (RFC 9285), zlib, COSE_Sign1 (RFC 9052 4.2) and CWT (RFC 8392), ES256 checked by the
`cryptography` package; the claims are compared with what the sealed file holds.
"""

import hashlib
import json
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader

import receipt

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SIGN1 = 18  # CBOR tag of COSE_Sign1
ES256 = -7
STATUS, LICENCE = 65535, -70001  # claims: status reference, licence map


def base45(text):
    octets = b""
    for at in range(0, len(text), 3):
        digits = [ALPHABET.index(one) for one in text[at:at + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(digits))
        octets += number.to_bytes(len(digits) - 1, "big")
    return octets


def decoded(octets, at=0):
    """RFC 8949 3: the value at this place, and where it ends; definite lengths only."""
    major, number = octets[at] >> 5, octets[at] & 31
    at += 1
    if number >= 24:
        width = 1 << number - 24
        if width > 8:
            raise ValueError("not a definite length")
        number, at = int.from_bytes(octets[at:at + width], "big"), at + width
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        value = octets[at:at + number]
        return (value if major == 2 else value.decode()), at + number
    if major == 4:
        found = []
        for _ in range(number):
            value, at = decoded(octets, at)
            found.append(value)
        return found, at
    if major == 5:
        found = {}
        for _ in range(number):
            key, at = decoded(octets, at)
            found[key], at = decoded(octets, at)
        return found, at
    if major == 6:
        value, at = decoded(octets, at)
        return (number, value), at
    return {20: False, 21: True, 22: None}[number], at


def held(protected, payload, value, trust):
    """RFC 9052 4.4, by any certificate of the bundle that has this key id (a key id is no trust)."""
    header = decoded(protected)[0]
    if header[1] != ES256 or len(value) != 64:
        return False
    message = receipt.cbor(["Signature1", protected, b"", payload])
    der = encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    for certificate in trust.certificates:
        if hashlib.sha256(certificate.dump()).digest()[:8] != header[4]:
            continue
        try:
            load_der_x509_certificate(certificate.dump()).public_key().verify(der, message, ec.ECDSA(hashes.SHA256()))
            return True
        except InvalidSignature:
            continue
    return False


def judge(text, licence, trust):
    if not text.startswith("LC1:"):
        return False, f"prefix {text[:8]!r}"
    octets = zlib.decompress(base45(text[4:]))
    (tag, (protected, _, payload, value)), end = decoded(octets)
    if tag != SIGN1 or end != len(octets):
        return False, "not one COSE_Sign1"
    if not held(protected, payload, value, trust):
        return False, "no certificate of the bundle made this signature"
    claims = decoded(payload)[0]
    with open(licence["pdf"], "rb") as source:
        files = receipt.attachments(PdfFileReader(source))
    content = json.loads(files["licence.json"])
    told = {
        "identifier": (claims[LICENCE][0], licence["identifier"]),
        "number": (claims[LICENCE][2], licence["number"]),
        "digest": (claims[LICENCE][10], hashlib.sha256(files["licence.json"]).digest()),
        "identifier of the content": (content["identifier"], licence["identifier"]),
        "status": (claims[STATUS], json.loads(files["status.json"])["status"]),
    }
    other = {name: said for name, said in told.items() if said[0] != said[1]}
    return not other, f"{other}"
