"""Counter-proofs: each judge must refuse what was forged, or its acceptance says nothing."""

import datetime
import re

from asn1crypto import cms, ocsp, pem, x509
from cryptography import x509 as make
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

import lc1
import programs
import receipt


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def forge_pdfa(judges, path):
    """The page before sealing with another part number in its metadata."""
    data = programs.revision(programs.read(path), 0)
    forged, times = re.subn(rb"(pdfaid:part(?:>|=[\"']))3", rb"\g<1>2", data)
    assert times == 1, "one pdfaid:part in the metadata"
    return judges.file("forged-pdfa.pdf", forged)


def stranger(judges):
    """A root of the same name that signed nothing here."""
    key = ec.generate_private_key(ec.SECP384R1())
    name = make.load_pem_x509_certificate(programs.read(judges.roots)).subject
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        make.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(make.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA384())
    )
    return judges.file("stranger.pem", certificate.public_bytes(serialization.Encoding.PEM))


def painted(judges, path):
    """The sealed file with one more update that turns its page: no seal permits that."""
    target = judges.file("painted.pdf", programs.read(path))
    with open(target, "r+b") as file:
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Rotate"] = generic.NumberObject(180)
        writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
        writer.write_in_place()
    return target


def only(said, path):
    found = said[path].get("signatures")
    return found[0] if found else {}


def pdf_proofs(judges, path):
    data = programs.read(path)
    # Octet 12 stands in the comment after the header: every structure of the file stays as it was.
    bent = judges.file("bent.pdf", flipped(data, 12))
    cut = judges.file("cut.pdf", programs.revision(data, 1))
    turned = painted(judges, path)
    basic = judges.pyhanko("basic", [bent, turned])
    late = judges.pyhanko("lt", [bent, cut])
    foreign = judges.pyhanko("basic", [path], stranger(judges))
    return {
        "one octet bent in the signed range is refused by pyHanko": not basic[bent]["accepted"]
        and not late[bent]["accepted"]
        and only(basic, bent).get("intact") is False,
        "a page turned after sealing is refused by pyHanko": not basic[turned]["accepted"]
        and only(basic, turned).get("modification") == "OTHER",
        "a file without its security store is refused by pyHanko": not late[cut]["accepted"],
        "a chain to another root of the same name is refused by pyHanko": not foreign[path]["accepted"]
        and only(foreign, path).get("intact") is True,
    }


def openssl_proofs(judges, path):
    with open(path, "rb") as source:
        reader = PdfFileReader(source)
        signature = reader.embedded_regular_signatures[0]
        content, (certificates, answers, lists) = programs.covered(signature, source), programs.store_of(reader)
        info = signature.signer_info
        der = cms.ContentInfo.load(signature.pkcs7_content).dump()
        enclosed = judges.certificates("untrusted.pem", [signature.signer_cert, *signature.other_embedded_certs])
    chain = [x509.Certificate.load(one) for one in [*certificates, pem.unarmor(programs.read(judges.roots))[2]]]
    token = next(one for one in info["unsigned_attrs"] if one["type"].dotted == programs.TIME_STAMP)["values"][0].dump()
    value = info["signature"].native
    bent, why = judges.cms(der, flipped(content, 12))
    # A list ends with its signature value; an answer goes on with certificates, so there the value is looked for.
    basic = ocsp.OCSPResponse.load(answers[0])["response_bytes"]["response"].parsed
    at = answers[0].index(basic["signature"].native) + 20
    return {
        "one octet bent in the signed range is refused by openssl cms": not bent and "CMS_SignerInfo_verify_content" in why,
        "a chain to another root of the same name is refused by openssl cms":
            not judges.cms(der, content, stranger(judges))[0],
        "a time-stamp over another signature is refused by openssl ts":
            not judges.stamp(token, flipped(value, 20), enclosed)[0],
        "a bent OCSP answer is refused by openssl ocsp": not judges.answer(flipped(answers[0], at), chain)[0],
        "a bent list is refused by openssl crl": not judges.crl(flipped(lists[0], len(lists[0]) - 10), chain)[0],
    }


def page_proofs(judges, licence, other):
    path = licence["pdf"]
    data = programs.read(path)
    unsealed = judges.file("unsealed.pdf", programs.revision(data, 0))
    torn = judges.file("torn.pdf", data[: len(data) * 2 // 3])
    return {
        "a torn file is refused by qpdf": not judges.qpdf(torn)[0],
        "the page before sealing shows no red seal": not judges.seal(unsealed, unsealed)[0],
        "another licence's number is not on the page": not judges.text(path, [other["number"]])[0],
        "another licence's code is not on the page": not judges.code(path, programs.read(other["lc1"]).decode().strip())[0],
    }


def log_proofs(judges, licence, other, trust):
    data = programs.read(licence["receipt"])
    note = data.decode().partition("\n\n")[2]
    lines = note.split("\n")
    lines[1] = str(int(lines[1]) + 1)
    code = programs.read(licence["lc1"]).decode().strip()
    (_, (protected, _, payload, value)), _ = lc1.decoded(lc1.zlib.decompress(lc1.base45(code[4:])))
    return {
        "a code's claims bent by one octet are refused": not lc1.held(protected, flipped(payload, 9), value, trust)
        and lc1.held(protected, payload, value, trust),
        "another licence's code is refused for this file": not lc1.judge(code, other, trust)[0],
        "another file's receipt is refused": not receipt.judge(programs.read(other["receipt"]), licence["pdf"], trust)[0],
        "a checkpoint of another size is refused": not receipt.judge_note("\n".join(lines), trust)[0],
    }


def proofs(judges, licences, trust):
    first, second = licences[0], licences[1]
    return (
        pdf_proofs(judges, first["pdf"])
        | openssl_proofs(judges, first["pdf"])
        | page_proofs(judges, first, second)
        | log_proofs(judges, first, second, trust)
    )
