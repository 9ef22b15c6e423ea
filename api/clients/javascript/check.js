// Checks of the client against a service. Usage: node check.js BASE SECRETS FILE.pdf

import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { argv } from "node:process";

import { ORDER, account, custodianKey } from "./example.js";
import { Account, Client, Problem, form } from "./yinxin.js";

/** The problem of what has to be refused with this code. */
async function refused(code, act) {
  const problem = await act().then(() => undefined, (fault) => fault);
  assert.ok(problem instanceof Problem, `${code} is not refused: ${problem}`);
  assert.equal(problem.code, code);
  return problem;
}

/** The same octets in every language's client. */
function signatures() {
  const signed = new Account("Q-APR-approvals", "a secret of nobody").sign("POST", "http://127.0.0.1:8080/v1/licences", {
    digest: "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
    key: "0123456789abcdef",
    created: 1790000000,
    nonce: "00112233445566778899aabb",
  });
  assert.equal(signed.signature, "request=:9EC+hxFVP63RalW+ma7YIBGhIPwwXeaz8hNf+SQYSMs=:");
  const { content } = form([{ name: "file", file: 'a"b\r\nc', content: "x" }]);
  assert.ok(content.includes('filename="a%22b%0D%0Ac"'));
}

async function main(base, secrets, given) {
  signatures();
  const approvals = new Client(base, { account: account(secrets, "Q-APR-approvals") });
  const custodian = new Client(base, { account: account(secrets, "Q-APR-custodian") });
  const files = [{ name: "letter.pdf", content: readFileSync(given) }];
  const key = randomUUID();
  const { job } = await approvals.seal(ORDER, files, key);
  assert.equal((await approvals.seal(ORDER, files, key)).job, job, "the same request again");
  await refused("idempotency.reused", () => approvals.seal({ ...ORDER, ground: "another" }, files, key));
  const stranger = new Client(base, { account: new Account("Q-APR-approvals", "another secret") });
  assert.equal((await refused("caller.not-signed", () => stranger.job(job))).status, 401);
  // Nobody uses a seal alone: not who asked, and not with another key than the custodian's.
  const offer = await custodian.offer(job);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await refused("release.refused", () => custodian.release(offer, (statement) => sign("sha256", statement, privateKey)));
  await refused("caller.not-allowed", () => approvals.release(offer, custodianKey(secrets)));
  await refused("not-found", () => approvals.sealed(job));
  // A later hour than the offer's is another statement.
  const later = { ...offer, expires: offer.expires.replace("20", "21") };
  await refused("release.refused", () => custodian.release(later, custodianKey(secrets)));
  await custodian.release(offer, custodianKey(secrets));
  await refused("release.refused", () => custodian.release(offer, custodianKey(secrets)));
  const sealed = await approvals.sealed(job);
  const anyone = new Client(base);
  assert.equal((await anyone.verify(sealed)).verdict, "valid");
  const altered = Buffer.from(sealed);
  altered.write("A ladder of", altered.indexOf("A letter of"), "latin1");
  assert.equal((await anyone.verify(altered)).verdict, "invalid");
  console.log("javascript: the client does what it says");
}

await main(...argv.slice(2));
