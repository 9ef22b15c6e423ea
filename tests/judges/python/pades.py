"""Judges sealed PDF files with pyHanko: one JSON object a file.

usage: pades.py ROOTS.pem LEVEL FILE...    (LEVEL: plain | basic | lt | lta)

plain  as basic, for a signature that has no time-stamp (PAdES B-B)
basic  integrity, chain, time-stamp and no illegal modification, without revocation
lt     the same, every status known from the validation material that the file itself carries
       (PAdES B-LT) and nothing fetched, and PASSED by the algorithm of EN 319 102-1 5.5
lta    the same, and a document time-stamp over the whole file that is intact and trusted (PAdES B-LTA). Its algorithm of 5.6.3
       is not asked: of what is good now, too, it wants a past validation, and there it finds no list of a trust anchor's

Exit status 0 when every file is accepted, 1 otherwise.
"""

import asyncio
import json
import sys

from asn1crypto import crl, ocsp, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    KeyUsageConstraints,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.ades import ades_with_time_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

# EN 319 412-2 4.3.2 type A: a certificate that binds has contentCommitment (nonRepudiation) alone.
BINDING = KeyUsageConstraints(key_usage={"non_repudiation"})
LEVELS = ("plain", "basic", "lt", "lta")
PROVEN = ("lt", "lta")  # with the status that proves it in the file
WHOLE = (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)
HARMLESS = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def roots_of(path):
    with open(path, "rb") as source:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(source.read(), multiple=True)]


def context(reader, roots, level):
    asked = {"trust_roots": roots, "allow_fetching": False}
    if level in PROVEN:
        store = DocumentSecurityStore.read_dss(reader)
        return store.as_validation_context(asked | {"revocation_mode": "require"})
    return ValidationContext(revocation_mode="soft-fail", **asked)


def material(reader):
    store = DocumentSecurityStore.read_dss(reader)
    answers = [ocsp.OCSPResponse.load(stream.get_object().data) for stream in store.ocsps]
    lists = [crl.CertificateList.load(stream.get_object().data) for stream in store.crls]
    return LocalKnowledge(
        known_ocsps=[one for answer in answers for one in OCSPContainer.load_multi(answer)],
        known_crls=[CRLContainer(crl_data=one) for one in lists],
        known_certs=list(store.load_certs()),
    )


async def indication(signature, reader, roots):
    spec = SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(roots),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=material(reader),
        key_usage_settings=BINDING,
    )
    answer = await ades_with_time_validation(signature.signed_data, spec, raw_digest=signature.compute_digest())
    return {"indication": f"{type(answer.ades_subindic).__name__}.{answer.ades_subindic.name}", "failure": answer.failure_msg}


async def archived(reader, roots):
    """Whether the last thing in the file is a time-stamp over all of it."""
    stamps = reader.embedded_timestamp_signatures
    if not stamps:
        return False
    status = await async_validate_pdf_timestamp(stamps[-1], context(reader, roots, "lt"))
    trusted = status.intact and status.valid and status.trusted
    return bool(trusted and status.coverage == SignatureCoverageLevel.ENTIRE_FILE)


async def judge_signature(signature, reader, roots, level):
    status = await async_validate_pdf_signature(
        signature,
        signer_validation_context=context(reader, roots, level),
        ts_validation_context=context(reader, roots, level),
        key_usage_settings=BINDING,
    )
    stamp = status.timestamp_validity
    found = {
        "field": signature.field_name,
        "intact": bool(status.intact),
        "valid": bool(status.valid),
        "trusted": bool(status.trusted),
        "coverage": status.coverage.name,
        "modification": status.modification_level.name if status.modification_level else None,
        "docmdp_ok": status.docmdp_ok,
        "timestamp": bool(stamp and stamp.intact and stamp.valid and stamp.trusted),
        "summary": status.summary(),
    }
    good = bool(
        status.bottom_line
        and found["timestamp"] == (level != "plain")
        and status.docmdp_ok
        and status.coverage in WHOLE
        and status.modification_level in HARMLESS
    )
    if level in PROVEN:
        found |= await indication(signature, reader, roots)
        found["archived"] = await archived(reader, roots)
        good = good and found["indication"] == "AdESPassed.OK" and found["archived"] == (level == "lta")
    return found | {"accepted": good}


async def judge(path, roots, level):
    with open(path, "rb") as source:
        reader = PdfFileReader(source, strict=True)
        signatures = reader.embedded_regular_signatures
        found = [await judge_signature(one, reader, roots, level) for one in signatures]
    return {"file": path, "accepted": bool(found) and all(one["accepted"] for one in found), "signatures": found}


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in LEVELS:
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
