// A certified OpenID provider on this machine, and somebody who signs in at it, as a browser would, without one.
//
// It is told its client on the command line: secret and the address to come back to. It says its issuer and its moment in a line of JSON, and for each
// line {"url", "login", "now"} that it is given, with what the provider sent that person back. Its clock is the one of those lines.

import { createServer } from "node:http";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const Machine = Date;
let offset = 0;
globalThis.Date = class extends Machine {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(Machine.now() + offset);
  }
  static now() {
    return Machine.now() + offset;
  }
};

// Lines of ours alone go out; what it notes of itself goes where warnings go.
console.info = console.error;
const [secret, back] = process.argv.slice(2);
const server = createServer((request, response) => handle(request, response));
let handle = (_, response) => response.writeHead(503).end();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const provider = new Provider(issuer, {
  clients: [{
    client_id: "yinxin",
    client_secret: secret,
    redirect_uris: [back],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    id_token_signed_response_alg: "ES256",
  }],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "of-today" }] },
  cookies: { keys: ["a key of the tests"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
});
handle = provider.callback();

async function signIn({ url, login, now }) {
  offset = now * 1000 - Machine.now();
  const jar = new Map();
  let next = url;
  let form;
  for (let step = 0; step < 20; step += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(next, {
      method: form ? "POST" : "GET",
      headers: { cookie, ...(form && { "content-type": "application/x-www-form-urlencoded" }) },
      body: form && new URLSearchParams(form).toString(),
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      jar.set(name, value);
    }
    const place = answer.headers.get("location");
    const page = await answer.text();
    form = undefined;
    if (place) {
      next = new URL(place, next).href;
      if (next.startsWith(back)) return { back: next };
      continue;
    }
    const action = page.match(/<form[^>]* action="([^"]+)"/)?.[1];
    const prompt = page.match(/name="prompt" value="([^"]+)"/)?.[1];
    if (!action || !prompt) return { stuck: `${answer.status} ${next}`, page };
    next = new URL(action, next).href;
    form = prompt === "login" ? { prompt, login, password: "anything" } : { prompt };
  }
  return { stuck: "too many steps" };
}

console.log(JSON.stringify({ issuer, now: Math.floor(Date.now() / 1000) }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await signIn(JSON.parse(line)).catch((fault) => ({ stuck: String(fault) }))));
}
server.closeAllConnections();
server.close();
