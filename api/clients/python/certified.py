"""Asks with a certificate instead of a signature. Usage: certified.py BASE ROOTS CERTIFICATE KEY

ROOTS is a file with the certificates under which the service is trusted, CERTIFICATE the machine's own and those above it, KEY its key;
all PEM. Two administrators have bound the key to the machine's account (docs/operations/tls.md).
"""

import sys

from yinxin import Client, Problem, certified


def main(base, roots, certificate, key):
    client = Client(base, tls=certified(certificate, key, roots))
    try:
        print(len(client.call("GET", "/v1/licences").json()), "licences")
    except Problem as problem:
        raise SystemExit(f"{problem}: {[defect['code'] for defect in problem.defects]}") from None


if __name__ == "__main__":
    main(*sys.argv[1:])
