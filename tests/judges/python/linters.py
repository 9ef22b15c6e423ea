"""Linters over every certificate, list and answer that was issued: pkilint, and zlint where it knows the key.

usage: linters.py KEYS-EXAMPLE-FILES DEMO.json ZLINT WORK

Issued are the example hierarchy, and what the demonstration left: certificates, lists and answers in the stores of its
sealed PDF files, its roots, the lists that it publishes. A finding of either linter fails, but for those of `KNOWN`,
each decided by a standard, each to be met. Then the linters are put to proof: what is bent is found.

Prints what was looked at, each finding, last `N passed, M failed`; exit status 1 when anything was found or not met.
"""

import glob
import json
import os
import subprocess
import sys

from asn1crypto import pem
from asn1crypto import x509 as readable
from pkilint import loader, pkix
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pkilint.validation import ValidationFindingSeverity
from pyhanko.pdf_utils.reader import PdfFileReader

from programs import read, store_of

# Findings that a standard decides: of whom, which, why.
KNOWN = {
    ("sm-encryption", "pkix.key_usage_value_prohibited_for_ec"):
        "GB/T 20518 has its encryption certificates encipher; RFC 5480 forbids it to keys on curves",
    ("sm-root", "pkix.aki_absent_self_issued_and_unsupported_algorithm"):
        "RFC 5280 4.2.1.1 lets a root leave its own identifier out; pkilint cannot check SM2 to see that it is one",
}


def certificates():
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def lists():
    return crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )


def answers():
    return ocsp.create_pkix_ocsp_response_validator_container(
        [
            ocsp.create_response_decoder(),
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [],
    )


LINTERS = {
    "certificate": (loader.RFC5280CertificateDocumentLoader(), certificates()),
    "list": (loader.RFC5280CertificateListDocumentLoader(), lists()),
    "answer": (loader.RFC6960OCSPResponseDocumentLoader(), answers()),
}


def pkilint(kind, der, title):
    """Codes of what pkilint finds, from a notice up; what it cannot read is one."""
    reader, rules = LINTERS[kind]
    try:
        results = rules.validate(reader.load_der_document(der, title).root)
    except ValueError as unreadable:
        return [f"unreadable: {unreadable}"]
    found = [one for result in results for one in result.finding_descriptions]
    # The graver, the smaller.
    return [one.finding.code for one in found if one.finding.severity <= ValidationFindingSeverity.NOTICE]


def issued(examples, demo):
    """What was issued: kind and octets, each once, with a name."""
    out = {}

    def add(kind, der, title):
        out.setdefault((kind, bytes(der)), title)

    for path in sorted(glob.glob(os.path.join(examples, "*.cer"))):
        add("certificate", read(path), os.path.basename(path))
    for path in sorted(glob.glob(os.path.join(examples, "*.crl"))):
        add("list", read(path), os.path.basename(path))
    folder = os.path.dirname(demo["trust"])
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.crl"), recursive=True)):
        add("list", read(path), os.path.relpath(path, folder))
    for path in sorted(glob.glob(os.path.join(folder, "*.pem"))):
        for kind, _, der in pem.unarmor(read(path), multiple=True):
            if kind == "CERTIFICATE":
                add("certificate", der, os.path.basename(path))
    for licence in demo["licences"]:
        title = os.path.basename(licence["pdf"])
        with open(licence["pdf"], "rb") as source:
            for kind, all_of_kind in zip(("certificate", "answer", "list"), store_of(PdfFileReader(source))):
                for der in all_of_kind:
                    add(kind, der, title)
    return out


def is_national(der):
    """Whether the key is one of SM2, which zlint does not read."""
    key = readable.Certificate.load(der)["tbs_certificate"]["subject_public_key_info"]
    return key["algorithm"]["parameters"].native == "1.2.156.10197.1.301"


def zlint(program, work, found):
    """What zlint finds in all of them at once."""
    os.makedirs(work, exist_ok=True)
    paths = []
    for at, (der, title) in enumerate(found):
        paths.append(os.path.join(work, f"{at}-{title.replace('/', '-')}.cer"))
        with open(paths[-1], "wb") as sink:
            sink.write(der)
    answer = subprocess.run([program, *paths], capture_output=True, timeout=120)
    lines = answer.stdout.decode(errors="replace").splitlines()
    if answer.returncode not in (0, 1) or not lines:
        return ["zlint: " + answer.stderr.decode(errors="replace")[-300:]], ""
    return lines[:-1], lines[-1]


def bent(der):
    """A certificate of a version that has no extensions, with extensions; a serial number below zero."""
    one = readable.Certificate.load(der)
    one["tbs_certificate"]["version"] = "v1"
    other = readable.Certificate.load(der)
    other["tbs_certificate"]["serial_number"] = -5
    return [each.dump(force=True) for each in (one, other)]


def main():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 64
    examples, demo, program, work = sys.argv[1], json.loads(read(sys.argv[2])), sys.argv[3], sys.argv[4]
    everything, wrong, known, counts = issued(examples, demo), [], set(), {}
    for (kind, der), title in everything.items():
        counts[kind] = counts.get(kind, 0) + 1
        for code in pkilint(kind, der, title):
            excuse = next((one for one in KNOWN if title.startswith(one[0]) and code == one[1]), None)
            if excuse:
                known.add(excuse)
            else:
                wrong.append(f"pkilint, {kind} {title}: {code}")
    wrong += [f"never met: {one}" for one in KNOWN if one not in known]
    wrong += [f"no {kind} was seen" for kind in LINTERS if not counts.get(kind)]
    found = [(der, title) for (kind, der), title in everything.items() if kind == "certificate" and not is_national(der)]
    said, last = zlint(program, work, found)
    wrong += [f"zlint: {line}" for line in said]
    for at, der in enumerate(bent(found[0][0])):
        if not pkilint("certificate", der, "bent"):
            wrong.append(f"pkilint sees nothing in what is bent ({at})")
    if not zlint(program, work, [(der, f"bent-{at}") for at, der in enumerate(bent(found[0][0]))])[0]:
        wrong.append("zlint sees nothing in what is bent")
    print(f"pkilint: {counts}; zlint: {last}")
    for line in wrong:
        print(f"FOUND {line}")
    print(f"{sum(counts.values()) + len(found)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
