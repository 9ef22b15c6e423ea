"""Seals a PDF of one's own and judges it. Usage: example.py BASE SECRETS FILE.pdf SEALED.pdf

SECRETS is a folder with the secrets of an approval system and of a custodian, and the custodian's key, such as the
demonstration's ``secrets``.
"""

import hashlib
import sys
import uuid
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from yinxin import Account, Client

ORDER = {
    "seal": "990102-SPZYZ-01",
    "purpose": "document",
    "ground": "青审函〔2026〕第8号",
    "page": 1,
    "x_mm": 130.0,
    "y_mm": 40.0,
}


def account(secrets, name):
    return Account(name, (secrets / f"{name}.secret").read_text().strip())


def custodian_key(secrets):
    key = serialization.load_pem_private_key((secrets / "custodian.pem").read_bytes(), None)
    return lambda statement: key.sign(statement, ec.ECDSA(hashes.SHA256()))


def main(base, secrets, given, sealed):
    secrets = Path(secrets)
    approvals = Client(base, account(secrets, "Q-APR-approvals"))
    custodian = Client(base, account(secrets, "Q-APR-custodian"))
    # The same key for the same order, whenever it is sent again: keep it until the answer is there.
    job = approvals.seal(ORDER, [("letter.pdf", Path(given).read_bytes())], key=uuid.uuid4().hex)["job"]
    # Another person looks at exactly what will be sealed, and releases that.
    offer = custodian.offer(job)
    page = custodian.page(job)
    if hashlib.sha256(page).hexdigest() != offer["unsealed"]:
        raise SystemExit("the page is not the one that is offered")
    custodian.release(offer, custodian_key(secrets))
    Path(sealed).write_bytes(approvals.sealed(job))
    # Anybody may ask what a file is worth.
    report = Client(base).verify(Path(sealed).read_bytes())
    print(report["verdict"], report["sentence"]["en"])


if __name__ == "__main__":
    main(*sys.argv[1:])
