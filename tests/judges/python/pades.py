"""Judges sealed PDF files with pyHanko: one JSON object a file.

usage: pades.py ROOTS.pem LEVEL FILE...    (LEVEL: plain | basic | lt | lta)

plain  as basic, for a signature that has no time-stamp (PAdES B-B)
basic  integrity, chain, time-stamp and no illegal modification, without revocation
lt     the same, every status known from the validation material that the file itself carries
       (PAdES B-LT) and nothing fetched, and PASSED by the algorithm of EN 319 102-1 5.5; and by that of 5.6.3 on the day
       after the signer's certificate ends, if the file is kept up with time-stamps until then
lta    the same, a document time-stamp over the whole file that is intact and trusted (PAdES B-LTA), and PASSED by 5.6.3 now

Exit status 0 when every file is accepted, 1 otherwise.
"""

import asyncio
import datetime
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
from pyhanko.sign.validation.ades import (
    ades_lta_validation,
    ades_with_time_validation,
    simulate_future_ades_lta_validation,
)
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
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
PASSED = "AdESPassed.OK"
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


def specification(roots, known):
    return SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(roots),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=known,
        key_usage_settings=BINDING,
    )


def named(answer):
    return f"{type(answer.ades_subindic).__name__}.{answer.ades_subindic.name}"


async def indication(signature, reader, roots):
    spec = specification(roots, material(reader))
    answer = await ades_with_time_validation(signature.signed_data, spec, raw_digest=signature.compute_digest())
    return {"indication": named(answer), "failure": answer.failure_msg}


async def lasting(signature, roots):
    """What 5.6.3 says now, and when the signer's certificate has ended and the file was kept up as it should be.

    The anchors are told twice. Past validation looks for who signed a list among the certificates that it was given, and
    `bootstrap_validation_data_handlers` of pyHanko 0.38 does not put the anchors among them, as its `ValidationContext` does.
    """
    spec = PdfSignatureValidationSpec(specification(roots, LocalKnowledge(known_certs=roots)))
    now = await ades_lta_validation(signature, spec)
    after = signature.signer_cert.not_valid_after + datetime.timedelta(days=1)
    then = await simulate_future_ades_lta_validation(signature, spec, after)
    return {
        "lasting": named(now),
        "lasting_later": named(then),
        "proven_by_document": now.oldest_evidence_record_timestamp is not None,
        "lasting_failure": then.failure_msg,
    }


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
        found |= await lasting(signature, roots)
        good = good and found["archived"] == found["proven_by_document"] == (level == "lta")
        asked = ("indication", "lasting_later", "lasting")[: 3 if level == "lta" else 2]
        good = good and all(found[one] == PASSED for one in asked)
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
