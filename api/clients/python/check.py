"""Checks of the client against a service. Usage: check.py BASE SECRETS FILE.pdf"""

import sys
import uuid
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from example import ORDER, account, custodian_key
from yinxin import Account, Client, Problem, form


def refused(code, act, *given, **named):
    """The problem of what has to be refused with this code."""
    try:
        act(*given, **named)
    except Problem as problem:
        assert problem.code == code, f"{problem.code} instead of {code}"
        return problem
    raise AssertionError(f"{code} is not refused")


def signatures():
    """The same octets in every language's client."""
    signed = Account("Q-APR-approvals", "a secret of nobody").sign(
        "POST", "http://127.0.0.1:8080/v1/licences", "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
        "0123456789abcdef", created=1790000000, nonce="00112233445566778899aabb")
    assert signed["signature"] == "request=:9EC+hxFVP63RalW+ma7YIBGhIPwwXeaz8hNf+SQYSMs=:", signed
    content, kind = form([("file", 'a"b\r\nc', b"x")])
    assert b'filename="a%22b%0D%0Ac"' in content and kind.startswith("multipart/form-data; boundary=")


def main(base, secrets, given):
    signatures()
    secrets, given = Path(secrets), Path(given).read_bytes()
    approvals = Client(base, account(secrets, "Q-APR-approvals"))
    custodian = Client(base, account(secrets, "Q-APR-custodian"))
    files, key = [("letter.pdf", given)], uuid.uuid4().hex
    job = approvals.seal(ORDER, files, key)["job"]
    assert approvals.seal(ORDER, files, key)["job"] == job, "the same request again"
    refused("idempotency.reused", approvals.seal, ORDER | {"ground": "another"}, files, key)
    stranger = Client(base, Account("Q-APR-approvals", "another secret"))
    problem = refused("caller.not-signed", stranger.job, job)
    assert problem.status == 401
    # Nobody uses a seal alone: not who asked, and not with another key than the custodian's.
    offer = custodian.offer(job)
    own = ec.generate_private_key(ec.SECP256R1())
    foreign = lambda statement: own.sign(statement, ec.ECDSA(hashes.SHA256()))
    refused("release.refused", custodian.release, offer, foreign)
    refused("caller.not-allowed", approvals.release, offer, custodian_key(secrets))
    refused("not-found", approvals.sealed, job)
    # A later hour than the offer's is another statement.
    later = offer | {"expires": offer["expires"].replace("20", "21", 1)}
    refused("release.refused", custodian.release, later, custodian_key(secrets))
    custodian.release(offer, custodian_key(secrets))
    refused("release.refused", custodian.release, offer, custodian_key(secrets))
    sealed = approvals.sealed(job)
    anyone = Client(base)
    assert anyone.verify(sealed)["verdict"] == "valid"
    altered = sealed.replace(b"A letter of", b"A ladder of")
    assert altered != sealed and anyone.verify(altered)["verdict"] == "invalid"
    print("python: the client does what it says")


if __name__ == "__main__":
    main(*sys.argv[1:])
