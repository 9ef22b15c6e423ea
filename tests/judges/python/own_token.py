"""A person's own token that is not ours: SoftHSM2, spoken to by the bare functions of PKCS#11, and pyHanko over what it signed.

usage: own_token.py make MODULE FOLDER ec|rsa SERIAL       a token in FOLDER, a key that never leaves it, FOLDER/request.der for its certificate
       own_token.py sign MODULE FOLDER ec|rsa OCTETS       FOLDER/value: of ec r and s over the digest of the octets, as CKM_ECDSA gives them
       own_token.py judge FILE.pdf ROOTS.pem SECOND        pyHanko: the last signature, its time-stamp, every status from the file itself

Exit status 1 when the judge refuses; 2 when the token does.
"""

import asyncio
import ctypes
import hashlib
import json
import os
import subprocess
import sys

from asn1crypto import algos, core, csr, keys, x509

LABEL, PIN = "own", b"1234"
PUBLIC, PRIVATE = 2, 3
CLASS, TOKEN, HIDDEN, ID, SENSITIVE, SIGN, VERIFY, MODULUS, BITS, EXPONENT, EXTRACTABLE, CURVE, POINT = (
    0x0, 0x1, 0x2, 0x102, 0x103, 0x108, 0x10A, 0x120, 0x121, 0x122, 0x162, 0x180, 0x181)
KINDS = {"ec": (0x1040, 0x1041), "rsa": (0x0, 0x40)}
P256 = bytes.fromhex("06082a8648ce3d030107")
YES, NO = b"\x01", b"\x00"


class Attribute(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_ulong), ("value", ctypes.c_char_p), ("length", ctypes.c_ulong)]


class Mechanism(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_ulong), ("parameter", ctypes.c_void_p), ("length", ctypes.c_ulong)]


def number(value):
    return bytes(ctypes.c_ulong(value))


def template(pairs):
    return (Attribute * len(pairs))(*[Attribute(kind, value, len(value)) for kind, value in pairs])


class Token:
    """One session with the token of this folder."""

    def __init__(self, module, folder):
        os.environ["SOFTHSM2_CONF"] = os.path.join(folder, "conf")
        self.library = ctypes.CDLL(module)
        self.call("C_Initialize", None)
        self.session = ctypes.c_ulong()
        self.call("C_OpenSession", self.slot(), ctypes.c_ulong(6), None, None, ctypes.byref(self.session))
        self.call("C_Login", self.session, ctypes.c_ulong(1), PIN, ctypes.c_ulong(len(PIN)))

    def call(self, name, *given):
        told = getattr(self.library, name)(*given)
        if told != 0:
            print(f"{name}: {told:#x}", file=sys.stderr)
            raise SystemExit(2)

    def slot(self):
        count = ctypes.c_ulong()
        self.call("C_GetSlotList", ctypes.c_ubyte(1), None, ctypes.byref(count))
        slots = (ctypes.c_ulong * count.value)()
        self.call("C_GetSlotList", ctypes.c_ubyte(1), slots, ctypes.byref(count))
        for slot in slots:
            told = ctypes.create_string_buffer(1024)
            self.call("C_GetTokenInfo", ctypes.c_ulong(slot), told)
            if told.raw[:32].decode().strip() == LABEL:
                return ctypes.c_ulong(slot)
        raise SystemExit(2)

    def make(self, kind):
        mechanism = Mechanism(KINDS[kind][0], None, 0)
        of = [(CURVE, P256)] if kind == "ec" else [(BITS, number(2048)), (EXPONENT, b"\x01\x00\x01")]
        public = template([(TOKEN, YES), (VERIFY, YES), (ID, b"k"), *of])
        private = template([(TOKEN, YES), (HIDDEN, YES), (SENSITIVE, YES), (EXTRACTABLE, NO), (SIGN, YES), (ID, b"k")])
        made = ctypes.c_ulong(), ctypes.c_ulong()
        self.call("C_GenerateKeyPair", self.session, ctypes.byref(mechanism), public, ctypes.c_ulong(len(public)),
                  private, ctypes.c_ulong(len(private)), ctypes.byref(made[0]), ctypes.byref(made[1]))

    def find(self, what):
        wanted = template([(CLASS, number(what)), (ID, b"k")])
        self.call("C_FindObjectsInit", self.session, wanted, ctypes.c_ulong(len(wanted)))
        found, count = ctypes.c_ulong(), ctypes.c_ulong()
        self.call("C_FindObjects", self.session, ctypes.byref(found), ctypes.c_ulong(1), ctypes.byref(count))
        self.call("C_FindObjectsFinal", self.session)
        return found

    def read(self, kind):
        room = ctypes.create_string_buffer(1024)
        asked = (Attribute * 1)(Attribute(kind, ctypes.cast(room, ctypes.c_char_p), len(room)))
        self.call("C_GetAttributeValue", self.session, self.find(PUBLIC), asked, ctypes.c_ulong(1))
        return room.raw[:asked[0].length]

    def sign(self, kind, octets):
        given = hashlib.sha256(octets).digest() if kind == "ec" else octets
        mechanism = Mechanism(KINDS[kind][1], None, 0)
        self.call("C_SignInit", self.session, ctypes.byref(mechanism), self.find(PRIVATE))
        room, length = ctypes.create_string_buffer(1024), ctypes.c_ulong(1024)
        self.call("C_Sign", self.session, given, ctypes.c_ulong(len(given)), room, ctypes.byref(length))
        return room.raw[:length.value]

    def public(self, kind):
        if kind == "ec":
            curve = keys.ECDomainParameters(name="named", value="secp256r1")
            point = core.OctetString.load(self.read(POINT)).native
            return keys.PublicKeyInfo({"algorithm": {"algorithm": "ec", "parameters": curve}, "public_key": keys.ECPointBitString(point)})
        numbers = [int.from_bytes(self.read(part), "big") for part in (MODULUS, EXPONENT)]
        own = keys.RSAPublicKey({"modulus": numbers[0], "public_exponent": numbers[1]})
        return keys.PublicKeyInfo({"algorithm": {"algorithm": "rsa", "parameters": core.Null()}, "public_key": own})


def make(module, folder, kind, serial):
    tokens = os.path.join(folder, "tokens")
    os.mkdir(tokens)
    with open(os.path.join(folder, "conf"), "w") as target:
        target.write(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = os.path.join(folder, "conf")
    init = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", "314159", "--pin", PIN.decode()]
    subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
    token = Token(module, folder)
    token.make(kind)
    subject = x509.Name.build({"common_name": "the owner of a token", "serial_number": serial})
    about = csr.CertificationRequestInfo({"version": "v1", "subject": subject, "subject_pk_info": token.public(kind), "attributes": []})
    value = token.sign(kind, about.dump())
    by = {"algorithm": "sha256_ecdsa"}
    if kind == "ec":
        value = algos.DSASignature.from_p1363(value).dump()
    else:
        by = {"algorithm": "sha256_rsa", "parameters": core.Null()}
    request = csr.CertificationRequest({"certification_request_info": about, "signature_algorithm": by, "signature": value})
    with open(os.path.join(folder, "request.der"), "wb") as target:
        target.write(request.dump())


def sign(module, folder, kind, octets):
    with open(octets, "rb") as source:
        value = Token(module, folder).sign(kind, source.read())
    with open(os.path.join(folder, "value"), "wb") as target:
        target.write(value)


def judge(path, roots, second):
    import csc
    import pades

    said = asyncio.run(csc.judge(path, pades.roots_of(roots), second, True))
    print(json.dumps(said, ensure_ascii=False))
    return 0 if said["accepted"] else 1


if __name__ == "__main__":
    sys.exit({"make": make, "sign": sign, "judge": judge}[sys.argv[1]](*sys.argv[2:]))
