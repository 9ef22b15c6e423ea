// Seals a PDF of one's own and judges it. Usage: node example.js BASE SECRETS FILE.pdf SEALED.pdf
//
// SECRETS is a folder with the secrets of an approval system and of a custodian, and the custodian's key, such as the
// demonstration's `secrets`.

import { createHash, randomUUID, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

import { Account, Client } from "./yinxin.js";

export const ORDER = {
  seal: "990102-SPZYZ-01",
  purpose: "document",
  ground: "青审函〔2026〕第8号",
  page: 1,
  x_mm: 130,
  y_mm: 40,
};

export const account = (secrets, name) => new Account(name, readFileSync(join(secrets, `${name}.secret`), "utf8").trim());

export function custodianKey(secrets) {
  const key = readFileSync(join(secrets, "custodian.pem"));
  return (statement) => sign("sha256", statement, key);
}

async function main(base, secrets, given, sealed) {
  const approvals = new Client(base, { account: account(secrets, "Q-APR-approvals") });
  const custodian = new Client(base, { account: account(secrets, "Q-APR-custodian") });
  // The same key for the same order, whenever it is sent again: keep it until the answer is there.
  const { job } = await approvals.seal(ORDER, [{ name: "letter.pdf", content: readFileSync(given) }], randomUUID());
  // Another person looks at exactly what will be sealed, and releases that.
  const offer = await custodian.offer(job);
  const page = await custodian.page(job);
  if (createHash("sha256").update(page).digest("hex") !== offer.unsealed) throw new Error("the page is not the one that is offered");
  await custodian.release(offer, custodianKey(secrets));
  writeFileSync(sealed, await approvals.sealed(job));
  // Anybody may ask what a file is worth.
  const report = await new Client(base).verify(readFileSync(sealed));
  console.log(report.verdict, report.sentence.en);
}

if (argv[1] === fileURLToPath(import.meta.url)) await main(...argv.slice(2));
