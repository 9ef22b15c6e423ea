"""A client of the Cloud Signature Consortium's API 2.1 that knows only its text: pyHanko's signer over HTTP, and the bare requests.

usage: csc.py BASE PROVIDER_KEY.pem AUDIENCE ISSUER SUBJECT SECOND ROOTS.pem PAGE.pdf OUT

Plays the user's provider, too: it has the provider's key, and gives a token for the service, and one for the credential and exactly
the hash that is to be signed (RFC 9068, RFC 9396). SECOND is the service's own clock, in seconds. Leaves OUT/hash.pdf, which pyHanko
signed by signatures/signHash with a time-stamp, and OUT/document.pdf, of signatures/signDoc; then judges both at the service's moment.

Prints a line for each; exit status 1 when something was refused.
"""

import asyncio
import base64
import datetime
import hashlib
import json
import os
import secrets
import sys

import aiohttp
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)
from pyhanko.sign.timestamps.aiohttp_client import AIOHttpTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

import pades

SHA256 = "2.16.840.1.101.3.4.2.1"
WORDS = "同意并签署《建设工程合同》"


class Provider:
    """The authorisation server, as far as a client sees it: its tokens."""

    def __init__(self, path, audience, issuer, second):
        with open(path, "rb") as source:
            self.key = serialization.load_pem_private_key(source.read(), None)
        self.audience, self.issuer, self.second = audience, issuer, int(second)

    def token(self, subject, more):
        claims = {
            "iss": self.issuer, "aud": self.audience, "sub": subject, "client_id": "outside", "iat": self.second,
            "exp": self.second + 300, "jti": secrets.token_urlsafe(16), **more,
        }
        parts = [encoded({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}), encoded(claims)]
        made = self.key.sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256()))
        value = b"".join(number.to_bytes(32, "big") for number in utils.decode_dss_signature(made))
        return ".".join([*parts, base64.urlsafe_b64encode(value).decode().rstrip("=")])

    def credential(self, subject, credential, digests):
        digests = [{"hash": digest, "label": WORDS} for digest in digests]
        details = {"type": "credential", "credentialID": credential, "documentDigests": digests, "hashAlgorithmOID": SHA256}
        return self.token(subject, {"authorization_details": [details]})


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class AtProvider(CSCAuthorizationManager):
    """11.10, auth/mode oauth2code: the token for the credential and the hashes is the activation data."""

    def __init__(self, session_info, credential_info, provider, subject):
        super().__init__(session_info, credential_info)
        self.provider, self.subject = provider, subject

    async def authorize_signature(self, hash_b64s):
        credential = self.csc_session_info.credential_id
        return CSCAuthorizationInfo(self.provider.credential(self.subject, credential, hash_b64s))


class Signer(CSCSigner):
    """pyHanko speaks 1.0; 2.0 gave two parameters of signHash other names."""

    async def format_csc_signing_req(self, tbs_hashes, digest_algorithm):
        asked = await super().format_csc_signing_req(tbs_hashes, digest_algorithm)
        asked["hashes"] = asked.pop("hash")
        asked["hashAlgorithmOID"] = asked.pop("hashAlgo")
        return asked


async def post(session, base, route, token, content):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.post(f"{base}/csc/v2/{route}", json=content, headers=headers) as answer:
        told = await answer.json()
        if answer.status != 200:
            raise SystemExit(f"{route}: {answer.status} {told}")
        return told


async def by_hash(session, base, provider, subject, credential, page, out):
    service = provider.token(subject, {"scope": "service"})
    session_info = CSCServiceSessionInfo(base, credential, oauth_token=service, api_ver="v2")
    credential_info = await fetch_certs_in_csc_credential(session, session_info)
    signer = Signer(session, AtProvider(session_info, credential_info, provider, subject))
    metadata = PdfSignatureMetadata(field_name="Outside", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
    stamper = AIOHttpTimeStamper(f"{base}/tsa", session)
    with open(page, "rb") as source, open(out, "w+b") as target:
        writer = IncrementalPdfFileWriter(source)
        await PdfSigner(metadata, signer, timestamper=stamper).async_sign_pdf(writer, output=target)


async def by_document(session, base, provider, subject, credential, page, out):
    with open(page, "rb") as source:
        document = source.read()
    digest = base64.b64encode(hashlib.sha256(document).digest()).decode()
    token = provider.credential(subject, credential, [digest])
    info = await post(session, base, "credentials/info", token, {"credentialID": credential})
    asked = {
        "credentialID": credential,
        "documents": [{
            "document": base64.b64encode(document).decode(), "signature_format": "P",
            "conformance_level": "AdES-B-LT", "signAlgo": info["key"]["algo"][0],
        }],
    }
    told = await post(session, base, "signatures/signDoc", token, asked)
    with open(out, "wb") as target:
        target.write(base64.b64decode(told["DocumentWithSignature"][0]))


async def judge(path, roots, second, proven):
    """Integrity, chain and time-stamp; where it is proven, every status from what the file itself carries."""
    moment = datetime.datetime.fromtimestamp(int(second), datetime.timezone.utc) + datetime.timedelta(seconds=1)
    asked = {"trust_roots": roots, "allow_fetching": False, "moment": moment}
    with open(path, "rb") as source:
        reader = PdfFileReader(source, strict=True)

        def context():
            if proven:
                store = DocumentSecurityStore.read_dss(reader)
                return store.as_validation_context(asked | {"revocation_mode": "require"})
            return ValidationContext(revocation_mode="soft-fail", **asked)

        signature = reader.embedded_regular_signatures[-1]
        status = await async_validate_pdf_signature(
            signature, signer_validation_context=context(), ts_validation_context=context(), key_usage_settings=pades.BINDING
        )
        stamp = status.timestamp_validity
        good = status.bottom_line and stamp and stamp.intact and stamp.valid and stamp.trusted and status.coverage in pades.WHOLE
        return {"file": path, "accepted": bool(good), "summary": status.summary()}


async def main():
    base, key, audience, issuer, subject, second, roots, page, folder = sys.argv[1:]
    provider = Provider(key, audience, issuer, second)
    async with aiohttp.ClientSession() as session:
        told = await post(session, base, "info", None, {})
        wanted = {"credentials/list", "credentials/info", "signatures/signHash", "signatures/signDoc"}
        if not wanted <= set(told["methods"]):
            raise SystemExit(f"not offered: {wanted - set(told['methods'])}")
        service = provider.token(subject, {"scope": "service"})
        listed = await post(session, base, "credentials/list", service, {"onlyValid": True})
        credential = listed["credentialIDs"][0]
        made = [(os.path.join(folder, "hash.pdf"), False, by_hash), (os.path.join(folder, "document.pdf"), True, by_document)]
        refused = 0
        for path, proven, sign in made:
            await sign(session, base, provider, subject, credential, page, path)
            said = await judge(path, pades.roots_of(roots), second, proven)
            print(json.dumps(said, ensure_ascii=False))
            refused += not said["accepted"]
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
