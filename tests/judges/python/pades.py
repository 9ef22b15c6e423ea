"""Judges sealed PDF files with pyHanko: one JSON object a file.

usage: pades.py ROOTS.pem LEVEL FILE...    (LEVEL: basic | lt)

basic  integrity, chain and no illegal modification, without revocation
lt     the same with the validation material that the file itself carries (PAdES B-LT)

Exit status 0 when every file is accepted, 1 otherwise.
"""

import asyncio
import json
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ltv import (
    RevocationInfoValidationType,
    async_validate_pdf_ltv_signature,
)
from pyhanko_certvalidator import ValidationContext


def roots_of(path):
    with open(path, "rb") as source:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(source.read(), multiple=True)]


async def judge(path, roots, level):
    found = []
    with open(path, "rb") as source:
        reader = PdfFileReader(source, strict=True)
        signatures = reader.embedded_regular_signatures
        if not signatures:
            return {"file": path, "accepted": False, "why": "no signature"}
        for signature in signatures:
            if level == "lt":
                status = await async_validate_pdf_ltv_signature(
                    signature,
                    RevocationInfoValidationType.PADES_LT,
                    validation_context_kwargs={"trust_roots": roots},
                )
            else:
                status = await async_validate_pdf_signature(
                    signature,
                    signer_validation_context=ValidationContext(
                        trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail"
                    ),
                )
            stamp = status.timestamp_validity
            found.append(
                {
                    "field": signature.field_name,
                    "accepted": bool(status.bottom_line),
                    "intact": bool(status.intact),
                    "valid": bool(status.valid),
                    "trusted": bool(status.trusted),
                    "coverage": status.coverage.name,
                    "modification": status.modification_level.name if status.modification_level else None,
                    "docmdp_ok": status.docmdp_ok,
                    "timestamp": bool(stamp and stamp.valid and stamp.trusted),
                    "summary": status.summary(),
                }
            )
    return {"file": path, "accepted": all(one["accepted"] for one in found), "signatures": found}


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in ("basic", "lt"):
        print(__doc__, file=sys.stderr)
        return 64
    roots = roots_of(sys.argv[1])
    accepted = True
    for path in sys.argv[3:]:
        try:
            answer = asyncio.run(judge(path, roots, sys.argv[2]))
        except Exception as refused:  # a judge that cannot read the file has refused it
            answer = {"file": path, "accepted": False, "why": f"{type(refused).__name__}: {refused}"}
        accepted = accepted and answer["accepted"]
        print(json.dumps(answer, ensure_ascii=False))
    return 0 if accepted else 1


if __name__ == "__main__":
    sys.exit(main())
