"""SM2 and SM3 by a second implementation, `gmssl`: it judges the example hierarchy, and we judge its signatures.

usage: national.py KEYS-EXAMPLE-FILES SIGNATURE-HARNESS
"""

import json
import pathlib
import subprocess
import sys

from asn1crypto import core, crl, x509
from gmssl import sm2

# PKCS#8 as the service writes it: the private number stands at this place.
NUMBER = slice(36, 68)


class Der(core.Sequence):
    _fields = [("r", core.Integer), ("s", core.Integer)]


def judge(spki, number=""):
    """The package takes 04 off a point, and every further 0 and 4 with it: the point is set without."""
    one = sm2.CryptSM2(private_key=number, public_key="", asn1=False)
    one.public_key = spki[-64:].hex()
    return one


def raw(signature):
    value = Der.load(signature, strict=True)
    return f"{value['r'].native:064x}{value['s'].native:064x}"


def holds(spki, octets, signature):
    return bool(judge(spki).verify_with_sm3(raw(signature), octets))


def spki_of(certificate):
    return certificate["tbs_certificate"]["subject_public_key_info"].dump()


def certificates_and_lists(folder):
    """How many certificates and lists of the example hierarchy hold; none may fail."""
    certificates = {
        path.stem: x509.Certificate.load(path.read_bytes()) for path in folder.glob("sm-*.cer")
    }
    by_subject = {one.subject.dump(): one for one in certificates.values() if one.ca}
    count = 0
    for name, one in sorted(certificates.items()):
        issuer = by_subject[one.issuer.dump()]
        octets, value = one["tbs_certificate"].dump(), one["signature_value"].native
        assert holds(spki_of(issuer), octets, value), name
        assert not holds(spki_of(issuer), octets + b"\0", value), name
        count += 1
    for path in sorted(folder.glob("sm-*.crl")):
        one = crl.CertificateList.load(path.read_bytes())
        octets, value = one["tbs_cert_list"].dump(), one["signature"].native
        assert holds(spki_of(certificates[path.stem]), octets, value), path
        count += 1
    return count


def signatures(folder, harness):
    """Signatures of the package under the example keys, by our own judge; every second one over another message."""
    cases, expected = [], []
    for path in sorted(folder.glob("sm-*.pkcs8")):
        certificate = x509.Certificate.load(path.with_suffix(".cer").read_bytes())
        spki = spki_of(certificate)
        signer = judge(spki, path.read_bytes()[NUMBER].hex())
        message = path.stem.encode()
        value = signer.sign_with_sm3(message)
        der = Der({"r": int(value[:64], 16), "s": int(value[64:], 16)}).dump()
        for signed, result in [(message, "SUCCESS"), (message + b"!", "FAILURE")]:
            cases.append({
                "id": len(cases), "algorithm": "sm2-sm3", "spki": spki.hex(),
                "msg": signed.hex(), "sig": der.hex(), "user_id": None,
            })
            expected.append(result)
    asked = json.dumps({"version": 1, "testcases": cases})
    ran = subprocess.run([harness], input=asked, capture_output=True, text=True, check=True)
    found = [one["actual_result"] for one in json.loads(ran.stdout)["results"]]
    assert found == expected, found
    return len(cases)


def main():
    folder, harness = pathlib.Path(sys.argv[1]), sys.argv[2]
    judged = certificates_and_lists(folder)
    checked = signatures(folder, harness)
    assert judged > 20 and checked > 40, (judged, checked)
    print(f"gmssl holds {judged} certificates and lists of ours; we judge {checked} of its signatures rightly")


main()
