// Client of the API of Yinxin: signed requests (RFC 9421), seals, releases, licences, verdicts.
//
// Node's own modules alone. Each method names its route; shapes of requests and answers are those of openapi.json.

import { createHash, createHmac, randomBytes } from "node:crypto";

/** What the service refused (RFC 9457): `status`, `code`, `defects`, and the whole document in `document`. */
export class Problem extends Error {
  constructor(status, document) {
    const code = document.code ?? "unknown";
    super(`${status} ${code}: ${document.detail ?? document.title ?? ""}`);
    Object.assign(this, { status, code, document, defects: document.defects ?? [] });
  }
}

/** A machine's account: its name and the text of its secret file. */
export class Account {
  #secret;

  constructor(name, secret) {
    this.name = name;
    this.#secret = secret;
  }

  /**
   * The fields `signature-input` and `signature` of one request (RFC 9421 2.5, 3.3.3). `digest` is the value of
   * `content-digest`, `key` that of `idempotency-key`, where the request has them.
   */
  sign(method, target, { digest, key, created = Math.floor(Date.now() / 1000), nonce = randomBytes(12).toString("hex") } = {}) {
    const covered = [["@method", method], ["@target-uri", target]];
    if (digest !== undefined) covered.push(["content-digest", digest]);
    if (key !== undefined) covered.push(["idempotency-key", key]);
    const names = covered.map(([name]) => `"${name}"`).join(" ");
    const parameters = `(${names});created=${created};keyid="${this.name}";nonce="${nonce}"`;
    const lines = covered.map(([name, value]) => `"${name}": ${value}`);
    const base = [...lines, `"@signature-params": ${parameters}`].join("\n");
    const value = createHmac("sha256", this.#secret).update(base).digest("base64");
    return { "signature-input": `request=${parameters}`, signature: `request=:${value}:` };
  }
}

/**
 * `multipart/form-data` (RFC 7578) of `{ name, file, content }`, `file` where a part has a file's name. The same parts make the
 * same octets: a request that is sent again under its idempotency key is the same request.
 */
export function form(parts) {
  const named = parts.map(({ name, file, content }) => {
    const where = `form-data; name="${name}"${file === undefined ? "" : `; filename="${quoted(file)}"`}`;
    return Buffer.concat([Buffer.from(`Content-Disposition: ${where}\r\n\r\n`), Buffer.from(content), Buffer.from("\r\n")]);
  });
  const boundary = createHash("sha256").update(Buffer.concat(named)).digest("hex");
  const lines = named.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part]);
  return {
    content: Buffer.concat([...lines, Buffer.from(`--${boundary}--\r\n`)]),
    kind: `multipart/form-data; boundary=${boundary}`,
  };
}

// RFC 7578 4.2: what would end the quoted name, or the line, is written as browsers write it.
const quoted = (name) => name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const part = encodeURIComponent;

/** One service, asked in the name of one account; of nobody without one. */
export class Client {
  /** `base` is the service's public address without a path, such as `https://licences.example`. */
  constructor(base, { account, timeout = 60_000 } = {}) {
    this.base = base.replace(/\/+$/, "");
    this.account = account;
    this.timeout = timeout;
  }

  /**
   * One request. `content` is octets, or a value that becomes JSON. Gives `{ status, kind, content }`; throws `Problem` from
   * status 400 on.
   */
  async call(method, path, { content, kind = "application/json", key } = {}) {
    const target = this.base + path;
    const octets = content === undefined || content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
    const headers = {};
    let digest;
    if (octets !== undefined) {
      digest = `sha-256=:${createHash("sha256").update(octets).digest("base64")}:`;
      Object.assign(headers, { "content-type": kind, "content-digest": digest });
    }
    if (key !== undefined) headers["idempotency-key"] = key;
    if (this.account !== undefined) Object.assign(headers, this.account.sign(method, target, { digest, key }));
    // A signature is over one address: nothing is sent on to another.
    const answer = await fetch(target, { method, headers, body: octets, redirect: "error", signal: AbortSignal.timeout(this.timeout) });
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
    const told = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, kind: answer.headers.get("content-type"), content: told };
  }

  async #told(...request) {
    return JSON.parse((await this.call(...request)).content.toString());
  }

  async #file(path) {
    return (await this.call("GET", path)).content;
  }

  /** `POST /v1/seal-signatures`: asks for a seal. `files` are `{ name, content }`. Tells the job that waits. */
  seal(order, files, key) {
    const parts = files.map(({ name, content }) => ({ name: "file", file: name, content }));
    return this.#told("POST", "/v1/seal-signatures", { ...form([{ name: "order", content: JSON.stringify(order) }, ...parts]), key });
  }

  /** `GET /v1/seal-signatures/{job}/file`: the sealed document. */
  sealed(job) {
    return this.#file(`/v1/seal-signatures/${part(job)}/file`);
  }

  /** `POST /v1/licences`: a decided case. Tells the job that waits, the identifier and the number. */
  issue(request, key, photo) {
    return this.#told("POST", "/v1/licences", { content: photo === undefined ? { request } : { request, photo }, key });
  }

  /** `GET /v1/licences/{identifier}/files/{form}`: the file, `pdf` or `ofd`. */
  licence(identifier, form = "pdf") {
    return this.#file(`/v1/licences/${part(identifier)}/files/${part(form)}`);
  }

  /** `GET /v1/jobs/{job}`: where a job stands. */
  job(job) {
    return this.#told("GET", `/v1/jobs/${part(job)}`);
  }

  /** `GET /v1/releases/{job}`: what a custodian is asked to release. */
  offer(job) {
    return this.#told("GET", `/v1/releases/${part(job)}`);
  }

  /** `GET /v1/releases/{job}/page`: the octets that will be sealed. */
  page(job) {
    return this.#file(`/v1/releases/${part(job)}/page`);
  }

  /**
   * `POST /v1/releases/{job}`: releases exactly this offer. `sign` is given the octets of the offer's statement and gives the
   * signature of the custodian's own key, ECDSA in DER.
   */
  async release(offer, sign, algorithm = "ecdsa-p256-sha256") {
    const signature = Buffer.from(await sign(Buffer.from(offer.statement, "hex"))).toString("base64");
    return this.#told("POST", `/v1/releases/${part(offer.job)}`, { content: { expires: offer.expires, algorithm, signature } });
  }

  /** `POST /v1/verifications`: the report on a file of any kind. */
  verify(octets, name = "file") {
    return this.#told("POST", "/v1/verifications", form([{ name: "file", file: name, content: octets }]));
  }
}
