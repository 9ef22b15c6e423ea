// The desk of people who work here: they sign in, look at what waits for its seal, and release it with a passkey.
// Everything is asked of the API under /v1/, as any other caller asks it; the session is a cookie that no script reads.

const MINUTES = 5 * 60 * 1000;
const $ = (selector, within = document) => within.querySelector(selector);
const word = (name) => $(`[data-word="${name}"]`, $("#words"))?.textContent;

// base64url without filling, and octets.
const text = (octets) =>
  btoa(Array.from(new Uint8Array(octets), (octet) => String.fromCharCode(octet)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const octets = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const filled = (octets) => btoa(Array.from(new Uint8Array(octets), (octet) => String.fromCharCode(octet)).join(""));
const hex = (octets) =>
  Array.from(new Uint8Array(octets), (octet) => octet.toString(16).padStart(2, "0")).join("");

/** A problem document of the service. */
class Refused extends Error {
  constructor(problem) {
    super(problem.title ?? "");
    this.code = problem.code ?? "internal";
    this.defect = problem.defects?.[0]?.code;
  }
}

async function ask(method, path, content) {
  const answer = await fetch(path, {
    method,
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
    headers: content === undefined ? {} : { "content-type": "application/json" },
    body: content === undefined ? undefined : JSON.stringify(content),
  });
  if (!answer.ok) throw new Refused(await answer.json().catch(() => ({})));
  return answer;
}

const told = async (method, path, content) => (await ask(method, path, content)).json();

function say(kind, words) {
  const place = $("#told");
  place.className = `answer ${kind}`;
  $("p", place).textContent = words;
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

/** What went wrong, in the reader's words where there are some, with the code by which it is looked up. */
function complain(fault) {
  if (fault instanceof Refused) {
    if (fault.code === "session.over") leave();
    const code = fault.defect ?? fault.code;
    say("bad", `${word(fault.code) ?? word("refused")} (${code})`);
  } else if (fault instanceof DOMException) {
    say("unsure", word("not-answered"));
  } else {
    say("bad", `${word("failed")} (${fault.message})`);
  }
}

/** Runs what a button does; nothing is pressed twice. */
async function doing(button, act) {
  button.disabled = true;
  $("#told").hidden = true;
  try {
    await act();
  } catch (fault) {
    complain(fault);
  } finally {
    button.disabled = button.dataset.closed === "yes";
  }
}

// The door.

/** What a passkey answered, in octets. */
async function answered(challenge, party, known) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: octets(challenge),
      rpId: party,
      allowCredentials: known.map((one) => ({ type: "public-key", id: octets(one.credential) })),
      userVerification: "required",
      timeout: MINUTES,
    },
  });
  return { credential: credential.id, response: credential.response };
}

async function passkeyOfDoor() {
  const { question, relying_party } = await told("GET", "/v1/sessions/question");
  const { credential, response } = await answered(question, relying_party, []);
  return {
    question,
    credential,
    authenticator: text(response.authenticatorData),
    client: text(response.clientDataJSON),
    signature: text(response.signature),
    user: response.userHandle === null ? null : text(response.userHandle),
  };
}

async function signIn(form, by) {
  const who = { account: form.account.value, password: form.password.value, carry: "cookie" };
  if (by === "passkey") who.passkey = await passkeyOfDoor();
  else who.code = form.code.value;
  const session = await told("POST", "/v1/sessions", who);
  form.reset();
  await enter(session.account);
}

/** Whom the identity provider knows: the account's own second factor is left. */
async function signInSecond(form, by) {
  const what = { carry: "cookie" };
  if (by === "passkey") what.passkey = await passkeyOfDoor();
  else what.code = form.code.value;
  const session = await told("POST", "/v1/sessions/openid", what);
  form.reset();
  await enter(session.account);
}

/** One door at a time: who comes from the provider shows a second factor, the way back is the link below it. */
function showSecond(is) {
  $("#second").hidden = !is;
  $("#sign-in").hidden = is;
}

/** With what the identity provider sent somebody back: a second factor is asked for, or nobody was let in. */
function arrived() {
  const said = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  showSecond(said === "second");
  if (said === "second" || !/^[a-z-]+([.][a-z-]+)?$/.test(said)) return;
  say("bad", `${word(said) ?? word(said.split(".")[0]) ?? word("refused")} (${said})`);
}

async function enter(account) {
  $("#who").textContent = account;
  $("#door").hidden = true;
  $("#desk").hidden = false;
  await showPasskeys();
  await showOffers();
}

function leave() {
  $("#desk").hidden = true;
  $("#door").hidden = false;
  showSecond(false);
  $("#offers").replaceChildren();
  $("#lists").replaceChildren();
}

// Passkeys of the own account.

async function showPasskeys() {
  const offered = await told("GET", "/v1/sessions/current/passkeys");
  const lines = offered.passkeys.map((one) => {
    const line = document.createElement("li");
    line.textContent = `${one.credential.slice(0, 12)}… · ${one.enrolled}`;
    return line;
  });
  $("#passkeys").replaceChildren(...lines);
  return offered;
}

async function enrol(form) {
  const offered = await showPasskeys();
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: octets(offered.question),
      rp: { id: offered.relying_party, name: document.title },
      user: { id: octets(offered.user), name: offered.account, displayName: offered.account },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -8 }],
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: offered.passkeys.map((one) => ({ type: "public-key", id: octets(one.credential) })),
      attestation: "none",
      timeout: MINUTES,
    },
  });
  await ask("POST", "/v1/sessions/current/passkeys", {
    password: form.password.value,
    code: form.code.value,
    question: offered.question,
    client: text(made.response.clientDataJSON),
    attestation: text(made.response.attestationObject),
  });
  form.reset();
  await showPasskeys();
  say("good", word("enrolled"));
}

// What waits.

async function showOffers() {
  const offers = await told("GET", "/v1/releases");
  $("#offers").replaceChildren(...offers.map(shown));
  await showLists();
  $("#none").hidden = $("#offers").childElementCount + $("#lists").childElementCount > 0;
}

/** What people call it: the number, where it has one by now. */
const named = (offer) => offer.number ?? offer.case ?? offer.job;

/** Writes the members of an offer where the page has places for them: as text, whatever they are. */
function fill(card, offer) {
  for (const place of card.querySelectorAll("[data-of]")) {
    const value = offer[place.dataset.of];
    place.textContent = Array.isArray(value) ? value.join(", ") : value ?? "–";
  }
}

function shown(offer) {
  const card = $("#offer").content.firstElementChild.cloneNode(true);
  card.dataset.job = offer.job;
  fill(card, offer);
  $("h3", card).textContent = named(offer);
  const [look, release, refuse] = ["look", "release", "refuse"].map((act) => $(`[data-act="${act}"]`, card));
  release.dataset.closed = "yes";
  release.disabled = true;
  $("[data-unseen]", card).hidden = offer.content_not_sent === undefined;
  $('[name="unseen"]', card).addEventListener("change", () => unlock(card, offer, release));
  look.addEventListener("click", () => doing(look, () => lookAt(card, offer, release)));
  release.addEventListener("click", () => doing(release, () => give(card, offer)));
  $("form", card).addEventListener("submit", (event) => {
    event.preventDefault();
    doing(refuse, () => turnDown(card, offer, event.target.reason.value));
  });
  return card;
}

/** The files that wait, and whether their octets are those that the offer names: one file's SHA-256, or that over several. */
async function filesOf(offer) {
  const formats = offer.formats?.length > 1 ? offer.formats : [""];
  const files = await Promise.all(formats.map(async (format) => {
    const answer = await ask("GET", `/v1/releases/${offer.job}/page${format && `?format=${format}`}`);
    return { kind: answer.headers.get("content-type"), octets: await answer.arrayBuffer() };
  }));
  const digests = await Promise.all(files.map((file) => crypto.subtle.digest("SHA-256", file.octets)));
  const [one] = digests;
  const all = digests.length === 1 ? one : await crypto.subtle.digest("SHA-256", await new Blob(digests).arrayBuffer());
  if (hex(all) !== offer.unsealed) throw new Error(word("another-page"));
  return files.map(page);
}

async function lookAt(card, offer, release) {
  const pages = await filesOf(offer);
  // What stands against the holder today is told of one offer alone.
  const young = await told("GET", `/v1/releases/${offer.job}`);
  $('[data-of="restrictions"]', card).textContent = young.restrictions?.join(", ") ?? "–";
  $("[data-pages]", card).replaceChildren(...pages);
  $("[data-unseen] ul", card).replaceChildren(...(young.content_not_sent ?? []).map(notSent));
  card.dataset.looked = "yes";
  unlock(card, offer, release);
}

/** Released is what was looked at; content that was not sent, by who says that they know it. */
function unlock(card, offer, release) {
  const known = offer.content_not_sent === undefined || $('[name="unseen"]', card).checked;
  const open = known && card.dataset.looked === "yes";
  release.dataset.closed = open ? "no" : "yes";
  release.disabled = !open;
}

/** What is known of a file that was not sent. */
function notSent({ name, media_type, digests }) {
  const line = document.createElement("li");
  const values = Object.entries(digests).map(([algorithm, value]) => `${algorithm} ${value}`);
  line.textContent = `${name} (${media_type}): ${values.join(", ")}`;
  return line;
}

function page({ kind, octets }) {
  const address = URL.createObjectURL(new Blob([octets], { type: kind }));
  if (kind !== "application/pdf") {
    const link = document.createElement("a");
    link.href = address;
    link.download = "";
    link.textContent = `${word("file")} (${kind}, ${octets.byteLength})`;
    return link;
  }
  const frame = document.createElement("iframe");
  frame.src = `${address}#navpanes=0`;
  frame.title = word("page");
  return frame;
}

/** What a passkey answers to an offer, as it is sent. */
async function release(offer) {
  const known = await told("GET", "/v1/sessions/current/passkeys");
  const { credential, response } = await answered(offer.challenge, known.relying_party, known.passkeys);
  const own = known.passkeys.find((one) => one.credential === credential);
  return {
    expires: offer.expires,
    // SubjectPublicKeyInfo of Ed25519 has 44 octets.
    algorithm: own && octets(own.public_key).length === 44 ? "ed25519" : "ecdsa-p256-sha256",
    signature: filled(response.signature),
    passkey: {
      credential,
      authenticator: text(response.authenticatorData),
      client: text(response.clientDataJSON),
    },
  };
}

/** The offer is asked for anew: its challenge is young. What was looked at is what is released, or nothing. */
async function give(card, offer) {
  const young = await told("GET", `/v1/releases/${offer.job}`);
  if (young.unsealed !== offer.unsealed) throw new Error(word("another-page"));
  const unseen = young.content_not_sent !== undefined && $('[name="unseen"]', card).checked;
  await ask("POST", `/v1/releases/${offer.job}`, { ...(await release(young)), content_not_sent: unseen });
  card.remove();
  say("good", `${word("released")} ${named(offer)}`);
}

// Lists: licences that were asked for at once, released by one answer.

async function showLists() {
  const batches = (await told("GET", "/v1/batches")).filter((batch) => batch.counts.waiting > 0);
  const offers = await Promise.all(batches.map(({ batch }) => told("GET", `/v1/batches/${batch}/release`).catch(() => undefined)));
  $("#lists").replaceChildren(...offers.filter((offer) => offer !== undefined).map(listed));
}

function listed(offer) {
  const card = $("#list").content.firstElementChild.cloneNode(true);
  fill(card, offer);
  const release = $('[data-act="release"]', card);
  const lines = offer.lines.map((line) => oneOf(line));
  $("tbody", card).replaceChildren(...lines);
  release.dataset.closed = "yes";
  release.disabled = true;
  // A list that nobody has unfolded was not looked at.
  $("details", card).addEventListener("toggle", () => {
    release.dataset.closed = "no";
    release.disabled = false;
  });
  release.addEventListener("click", () => doing(release, () => giveList(card, offer)));
  return card;
}

function oneOf(line) {
  const row = $("#line").content.firstElementChild.cloneNode(true);
  fill(row, line);
  const look = $('[data-act="look"]', row);
  look.addEventListener("click", () => doing(look, async () => {
    // How many files it has is told of one offer alone; the digest that counts is that of the list.
    const { formats } = await told("GET", `/v1/releases/${line.job}`);
    $("[data-pages]", row).replaceChildren(...(await filesOf({ ...line, formats })));
    row.dataset.looked = "yes";
  }));
  return row;
}

/** The list is asked for anew, as one offer is: another list is not released. */
async function giveList(card, offer) {
  const path = `/v1/batches/${offer.batch}/release`;
  const young = await told("GET", path);
  if (young.list !== offer.list) throw new Error(word("another-page"));
  await ask("POST", path, await release(young));
  card.remove();
  say("good", `${word("released-list")} ${offer.count}`);
}

async function turnDown(card, offer, reason) {
  await ask("POST", `/v1/releases/${offer.job}/refusal`, { reason });
  card.remove();
  say("plain", `${word("turned-down")} ${named(offer)}`);
}

// What is pressed.

$("#sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const by = event.submitter?.value ?? "code";
  doing(event.submitter ?? $("button", event.target), () => signIn(event.target, by));
});
$("#second").addEventListener("submit", (event) => {
  event.preventDefault();
  const by = event.submitter?.value ?? "code";
  doing(event.submitter ?? $("button", event.target), () => signInSecond(event.target, by));
});
$("#enrol").addEventListener("submit", (event) => {
  event.preventDefault();
  doing($("button", event.target), () => enrol(event.target));
});
$("#again").addEventListener("click", (event) => doing(event.target, showOffers));
$("#leave").addEventListener("click", (event) =>
  doing(event.target, async () => {
    await ask("DELETE", "/v1/sessions/current");
    leave();
  }));

// A session that is still there: a page that was opened again.
told("GET", "/v1/sessions/current/passkeys").then((offered) => enter(offered.account), () => {
  leave();
  arrived();
  // Where there is no provider, or passkeys cannot be, the door is as it was.
  told("GET", "/v1/sessions/question").then((asked) => { $("#openid").hidden = !asked.openid; }, () => {});
});
