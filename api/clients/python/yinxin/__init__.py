"""Client of the API of Yinxin: signed requests (RFC 9421), seals, releases, licences, verdicts.

The standard library alone. Each method names its route; shapes of requests and answers are those of ``openapi.json``.
"""

import base64
import hashlib
import hmac
import json
import secrets
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

__all__ = ["Account", "Answer", "Client", "Problem", "certified", "form"]

LARGEST_ANSWER = 256 * 1024 * 1024


class Problem(Exception):
    """What the service refused (RFC 9457): ``status``, ``code``, ``defects``, and the whole document in ``document``."""

    def __init__(self, status, document):
        self.status = status
        self.document = document if isinstance(document, dict) else {}
        self.code = self.document.get("code", "unknown")
        self.defects = self.document.get("defects", [])
        super().__init__(f"{status} {self.code}: {self.document.get('detail') or self.document.get('title', '')}")


@dataclass(frozen=True)
class Account:
    """A machine's account: its name and the text of its secret file."""

    name: str
    secret: str = field(repr=False)

    def sign(self, method, target, digest=None, key=None, created=None, nonce=None):
        """The fields ``signature-input`` and ``signature`` of one request (RFC 9421 2.5, 3.3.3).

        ``digest`` is the value of ``content-digest``, ``key`` that of ``idempotency-key``, where the request has them.
        """
        covered = [("@method", method), ("@target-uri", target)]
        covered += [("content-digest", digest)] if digest is not None else []
        covered += [("idempotency-key", key)] if key is not None else []
        names = " ".join(f'"{name}"' for name, _ in covered)
        created = int(time.time()) if created is None else created
        nonce = secrets.token_hex(12) if nonce is None else nonce
        parameters = f'({names});created={created};keyid="{self.name}";nonce="{nonce}"'
        lines = [f'"{name}": {value}' for name, value in covered]
        base = "\n".join([*lines, f'"@signature-params": {parameters}'])
        value = hmac.new(self.secret.encode(), base.encode(), hashlib.sha256).digest()
        return {
            "signature-input": f"request={parameters}",
            "signature": f"request=:{base64.b64encode(value).decode()}:",
        }


@dataclass(frozen=True)
class Answer:
    """What was answered: ``status``, ``kind`` (media type), ``content`` in octets."""

    status: int
    kind: str
    content: bytes = field(repr=False)

    def json(self):
        return json.loads(self.content)


def certified(certificate, key, roots=None):
    """TLS with a machine's own certificate, for :class:`Client`: files in PEM, ``certificate`` with those above it.

    ``roots`` is the file of certificates under which the service is trusted; those of the system without it.
    """
    context = ssl.create_default_context(cafile=roots)
    context.load_cert_chain(certificate, key)
    return context


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signature is over one address: nothing is sent on to another."""

    def redirect_request(self, *_):
        return None


class Client:
    """One service, asked in the name of one account; of nobody without one.

    ``base`` is the service's public address without a path, such as ``https://licences.example``. With ``tls`` of
    :func:`certified` the account is that of the certificate, and needs no secret.
    """

    def __init__(self, base, account=None, timeout=60, tls=None):
        self.base = base.rstrip("/")
        self.account = account
        self.timeout = timeout
        protected = [] if tls is None else [urllib.request.HTTPSHandler(context=tls)]
        self._opener = urllib.request.build_opener(_NoRedirect, *protected)

    def call(self, method, path, content=None, kind="application/json", key=None):
        """One request. ``content`` is octets, or a value that becomes JSON. Raises :class:`Problem` from status 400 on."""
        if content is not None and not isinstance(content, bytes):
            content = json.dumps(content, ensure_ascii=False).encode()
        target = self.base + path
        fields, digest = {}, None
        if content is not None:
            digest = f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
            fields |= {"content-type": kind, "content-digest": digest}
        if key is not None:
            fields["idempotency-key"] = key
        if self.account is not None:
            fields |= self.account.sign(method, target, digest, key)
        request = urllib.request.Request(target, data=content, headers=fields, method=method)
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                return Answer(answer.status, answer.headers.get_content_type(), answer.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as refused:
            with refused:
                raise Problem(refused.code, _document(refused.read(LARGEST_ANSWER))) from None

    def seal(self, order, files, key):
        """``POST /v1/seal-signatures``: asks for a seal. ``files`` is a list of (name, octets). Tells the job that waits."""
        content, kind = form([("order", None, json.dumps(order, ensure_ascii=False).encode())]
                             + [("file", name, octets) for name, octets in files])
        return self.call("POST", "/v1/seal-signatures", content, kind, key).json()

    def sealed(self, job):
        """``GET /v1/seal-signatures/{job}/file``: the sealed document."""
        return self.call("GET", f"/v1/seal-signatures/{_part(job)}/file").content

    def issue(self, request, key, photo=None):
        """``POST /v1/licences``: a decided case. Tells the job that waits, the identifier and the number."""
        content = {"request": request} | ({"photo": photo} if photo else {})
        return self.call("POST", "/v1/licences", content, key=key).json()

    def licence(self, identifier, form="pdf"):
        """``GET /v1/licences/{identifier}/files/{form}``: the file, ``pdf`` or ``ofd``."""
        return self.call("GET", f"/v1/licences/{_part(identifier)}/files/{_part(form)}").content

    def job(self, job):
        """``GET /v1/jobs/{job}``: where a job stands."""
        return self.call("GET", f"/v1/jobs/{_part(job)}").json()

    def offer(self, job):
        """``GET /v1/releases/{job}``: what a custodian is asked to release."""
        return self.call("GET", f"/v1/releases/{_part(job)}").json()

    def page(self, job):
        """``GET /v1/releases/{job}/page``: the octets that will be sealed."""
        return self.call("GET", f"/v1/releases/{_part(job)}/page").content

    def release(self, offer, sign, algorithm="ecdsa-p256-sha256"):
        """``POST /v1/releases/{job}``: releases exactly this offer.

        ``sign`` is given the octets of the offer's statement and gives the signature of the custodian's own key, ECDSA in DER.
        """
        signature = sign(bytes.fromhex(offer["statement"]))
        content = {
            "expires": offer["expires"],
            "algorithm": algorithm,
            "signature": base64.b64encode(signature).decode(),
        }
        return self.call("POST", f"/v1/releases/{_part(offer['job'])}", content).json()

    def signer(self, person, key):
        """``POST /v1/signers``: takes a person in who is to sign, by ``name`` and ``number``."""
        return self.call("POST", "/v1/signers", person, key=key).json()

    def signer_act(self, signer, act):
        """``POST /v1/signers/{signer}/acts``: a step of an identity's life."""
        return self.call("POST", f"/v1/signers/{_part(signer)}/acts", act).json()

    def prepare(self, order, file, key):
        """``POST /v1/signatures/prepared``: what a person's own token is to sign. ``file`` is (name, octets)."""
        content, kind = form([("order", None, json.dumps(order, ensure_ascii=False).encode()), ("file", *file)])
        return self.call("POST", "/v1/signatures/prepared", content, kind, key).json()

    def finish(self, prepared, value, key, form="der"):
        """``POST /v1/signatures/prepared/{prepared}/value``: what the token answered, in DER or ``plain`` as r and s."""
        content = {
            "value": base64.b64encode(value).decode(),
            "form": form,
            "algorithm": prepared["algorithm"],
            "document": prepared["document"],
        }
        return self.call("POST", f"/v1/signatures/prepared/{_part(prepared['prepared'])}/value", content, key=key).json()

    def signed(self, signature):
        """``GET /v1/signatures/{signature}/file``: the signed document."""
        return self.call("GET", f"/v1/signatures/{_part(signature)}/file").content

    def verify(self, octets, name="file"):
        """``POST /v1/verifications``: the report on a file of any kind."""
        content, kind = form([("file", name, octets)])
        return self.call("POST", "/v1/verifications", content, kind).json()


def form(parts):
    """``multipart/form-data`` (RFC 7578) of (name, file name or ``None``, octets); the octets and the media type.

    The same parts make the same octets: a request that is sent again under its idempotency key is the same request.
    """
    named = []
    for name, file, octets in parts:
        where = f'form-data; name="{name}"' + ("" if file is None else f'; filename="{_quoted(file)}"')
        named.append(f"Content-Disposition: {where}\r\n\r\n".encode() + octets + b"\r\n")
    boundary = hashlib.sha256(b"".join(named)).hexdigest()
    line = f"--{boundary}".encode()
    content = b"".join(line + b"\r\n" + part for part in named) + line + b"--\r\n"
    return content, f"multipart/form-data; boundary={boundary}"


def _quoted(name):
    """RFC 7578 4.2: what would end the quoted name, or the line, is written as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _part(text):
    return urllib.parse.quote(text, safe="")


def _document(octets):
    try:
        return json.loads(octets)
    except ValueError:
        return {}
