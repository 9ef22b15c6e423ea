"""A person signs a PDF with a key that they hold. Usage: own_token.py BASE SECRETS FILE.pdf SIGNED.pdf

SECRETS is a folder with the secret of an approval system, such as the demonstration's ``secrets``. The key is made here and stands in the place of
a token: the service sees its public half, a request for a certificate that it signed, and values.
"""

import base64
import hashlib
import sys
import uuid
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

from example import account
from yinxin import Client

PERSON = {"name": "林小满", "number": "990102198805210245"}
INTENT = "本人确认信函所填内容真实。"


def certified(client, key):
    """An identity of the person whose key is the token's: proven, and certified on a request that the token signed (RFC 2986)."""
    signer = client.signer(PERSON, key=uuid.uuid4().hex)["signer"]
    client.signer_act(signer, {"act": "prove", "level": "L2", "reason": "实名核验"})
    # The identity as the one serialNumber: the request is for this one and no other.
    subject = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, signer)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    request = base64.b64encode(request.public_bytes(serialization.Encoding.DER)).decode()
    client.signer_act(signer, {"act": "activate", "request": request, "reason": "本人持有介质"})
    return signer


def main(base, secrets, given, signed):
    client = Client(base, account(Path(secrets), "Q-APR-approvals"))
    key = ec.generate_private_key(ec.SECP256R1())
    signer, file = certified(client, key), Path(given).read_bytes()
    order = {"signer": signer, "intent": INTENT, "visible": {"page": 1, "x_mm": 30.0, "y_mm": 30.0}}
    prepared = client.prepare(order, ("letter.pdf", file), key=uuid.uuid4().hex)
    # What was shown is what was prepared, and what is signed are the octets that the digest is of.
    octets = base64.b64decode(prepared["to_be_signed"])
    if prepared["document"] != hashlib.sha256(file).hexdigest() or prepared["digest"] != hashlib.sha256(octets).hexdigest():
        raise SystemExit("what was prepared is something else")
    value = key.sign(bytes.fromhex(prepared["digest"]), ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    # The same key for the same value, whenever it is sent again: keep it until the answer is there.
    told = client.finish(prepared, value, key=uuid.uuid4().hex)
    Path(signed).write_bytes(client.signed(told["signature"]))
    report = Client(base).verify(Path(signed).read_bytes())
    print(report["verdict"], report["signatures"][-1]["signer"])


if __name__ == "__main__":
    main(*sys.argv[1:])
