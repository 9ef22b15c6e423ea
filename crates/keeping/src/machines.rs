//! Accounts of machines, as the administrator of their department keeps them: opened without a secret, and let in by keys of
//! certificates that two administrators have bound (T-P1, T-S4).

use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Json};
use backoffice::said::hex;
use duties::access::Scope;
use issuance::{Asker, Once};
use registry::callers::{BoundKey, KeyDigest, Machine, MachineOrder, MachineRefused, NewCaller};
use registry::trace::{Act, Deed};
use replies::day::moment;
use replies::json::{Strict, said};
use replies::once::Keyed;
use replies::problems::{of_store, one};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::problem::{Code, Problem};
use zeroize::Zeroizing;

use crate::desk::Desk;

/// Requests of a day, where nothing else is said.
const QUOTA: u64 = 100_000;
/// The most that may be said.
const MAX_QUOTA: u64 = 100_000_000;
/// Characters of a name, at most.
const NAME: usize = 100;

/// A machine's account to be opened.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MachineBody {
    /// Its name in requests and the trace, 3 to 64 of `A-Z a-z 0-9 . _ -`; never given again.
    machine: String,
    /// Its name for people, 1 to 100 characters.
    name: String,
    /// Scopes of `api/README.md`.
    scopes: Vec<String>,
    /// Requests of a day; 100,000 without it.
    #[serde(default)]
    quota: Option<u64>,
}

/// A machine's account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MachineTold {
    machine: String,
    name: String,
    scopes: Vec<String>,
    quota: u64,
    /// Whether it has a secret with which it signs requests.
    signs: bool,
    /// When it was opened, RFC 3339.
    opened: String,
    /// Since when it lets nobody in.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// Keys of its certificates.
    keys: Vec<KeyTold>,
}

/// A key of a machine's certificates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyTold {
    /// SHA-256 of its SubjectPublicKeyInfo, hexadecimal.
    key: String,
    /// `waits` for a second administrator, `holds`, or `ended`.
    state: &'static str,
    /// When the first administrator bound it, RFC 3339.
    bound: String,
    bound_by: String,
    /// Since when it lets in.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

/// The machines of a department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MachinesTold {
    machines: Vec<MachineTold>,
}

fn key_told(key: &BoundKey) -> KeyTold {
    let state = match (key.confirmed, key.ended) {
        (_, Some(_)) => "ended",
        (None, None) => "waits",
        (Some(_), None) => "holds",
    };
    KeyTold {
        key: hex(&key.digest),
        state,
        bound: moment(key.bound),
        bound_by: key.bound_by.clone(),
        confirmed: key.confirmed.map(moment),
        confirmed_by: key.confirmed_by.clone(),
        ended: key.ended.map(moment),
    }
}

fn told(machine: &Machine) -> MachineTold {
    let caller = &machine.caller;
    MachineTold {
        machine: caller.id.clone(),
        name: caller.name.clone(),
        scopes: caller.scopes.clone(),
        quota: caller.quota,
        signs: caller.secret().is_some(),
        opened: moment(caller.enrolled),
        ended: caller.ended.map(moment),
        keys: machine.keys.iter().map(key_told).collect(),
    }
}

/// What an administrator asks for, once for each request.
async fn keep(
    desk: &Desk,
    (asker, once): (&Asker, &Once),
    (status, order): (u16, MachineOrder),
) -> Result<Response, Problem> {
    let say = move |machine: &Machine| registry::asked::Response {
        status,
        // These values hold strings, numbers and booleans: they always write.
        body: serde_json::to_vec(&told(machine)).unwrap_or_default(),
    };
    let machine = order.machine().to_owned();
    let request = (asker.asked(once), asker.by(desk.0.now()));
    let callers = desk.0.registry().callers();
    let kept = callers.keep(&asker.department, order, request, Box::new(say));
    match kept.await {
        Ok(Some(response)) => Ok(said(response)),
        Ok(None) => Err(Problem::new(Code::KeyRunning)),
        Err(MachineRefused::Store(error)) => Err(of_store(&error)),
        // A key of a request is not an act on an account.
        Err(MachineRefused::KeyReused) => Err(Problem::new(Code::KeyReused)),
        Err(refused) => {
            deny(desk, asker, &machine, &refused).await?;
            Err(of_machine(&refused))
        }
    }
}

fn of_machine(refused: &MachineRefused) -> Problem {
    match refused {
        // T-P3: another department's is as one that is not there.
        MachineRefused::Unknown => Problem::new(Code::NotFound).traced(),
        refused => one(Code::AccountRefused, refused.code(), refused.to_string()),
    }
}

/// T-L1: what is refused is an act.
async fn deny(
    desk: &Desk,
    asker: &Asker,
    machine: &str,
    refused: &MachineRefused,
) -> Result<(), Problem> {
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(desk.0.now()),
        deed: Deed::Deny,
        object: machine.to_owned(),
        ground: refused.code().to_owned(),
        detail: Vec::new(),
        key: None,
    };
    let trace = desk.0.registry().trace();
    let recorded = trace.record(act).await;
    recorded.map(|_| ()).map_err(|error| of_store(&error))
}

fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

impl MachineBody {
    fn read(self, asker: &Asker) -> Result<NewCaller, Problem> {
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"._-".contains(&octet);
        if !(3..=64).contains(&self.machine.len()) || !self.machine.bytes().all(fits) {
            return Err(malformed("machine is no name"));
        }
        let length = self.name.chars().count();
        if !(1..=NAME).contains(&length) || self.name.chars().any(char::is_control) {
            return Err(malformed("name is 1 to 100 characters"));
        }
        let known = self.scopes.iter().all(|code| Scope::find(code).is_some());
        if self.scopes.is_empty() || !known {
            return Err(malformed("scopes are one or more of api/README.md"));
        }
        let quota = self.quota.unwrap_or(QUOTA);
        if !(1..=MAX_QUOTA).contains(&quota) {
            return Err(malformed("quota is 1 to 100,000,000"));
        }
        Ok(NewCaller {
            id: self.machine,
            department: asker.department.clone(),
            name: self.name,
            scopes: self.scopes,
            quota,
            person: None,
            secret: Zeroizing::default(),
        })
    }
}

/// A text that is no digest names no key.
fn digest(text: &str) -> Result<KeyDigest, Problem> {
    let none = || Problem::new(Code::NotFound);
    let octets = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        let plain = pair.bytes().all(|octet| octet.is_ascii_hexdigit());
        u8::from_str_radix(pair, 16).ok().filter(|_| plain)
    });
    let octets: Vec<u8> = octets.collect::<Option<_>>().ok_or_else(none)?;
    octets.try_into().map_err(|_| none())
}

/// Opens the account of a machine of the own department. It has no secret, and lets nobody in before two administrators have bound the
/// key of a certificate to it.
#[utoipa::path(post, path = "/v1/machines", tag = "accounts", request_body = MachineBody,
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 201, description = "the account", body = MachineTold),
        (status = 409, description = "refused: the defect says why")))]
pub(crate) async fn open_machine(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Strict(body): Strict<MachineBody>,
) -> Result<Response, Problem> {
    let new = body.read(&asker)?;
    keep(&desk, (&asker, &once), (201, MachineOrder::Open(new))).await
}

/// The machines of the own department, with the keys of their certificates, ended ones too.
#[utoipa::path(get, path = "/v1/machines", tag = "accounts",
    responses((status = 200, description = "all of them", body = MachinesTold)))]
pub(crate) async fn list_machines(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<MachinesTold>, Problem> {
    let machines = desk.0.registry().callers();
    let machines = machines.machines(&asker.department).await;
    let machines = machines.map_err(|error| of_store(&error))?;
    Ok(Json(MachinesTold {
        machines: machines.iter().map(told).collect(),
    }))
}

/// Binds the key of a certificate to a machine: the SHA-256 of its SubjectPublicKeyInfo. It lets in when a second administrator binds
/// the same, and beside the keys that are bound already.
#[utoipa::path(put, path = "/v1/machines/{machine}/keys/{key}", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "the account: the key `waits` or `holds`", body = MachineTold), (status = 404, description = "none here"),
        (status = 409, description = "refused: the defect says why")))]
pub(crate) async fn bind(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path((machine, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let order = MachineOrder::Bind(machine, digest(&key)?);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Ends a key of a machine at once and for good, or takes back one that waits.
#[utoipa::path(delete, path = "/v1/machines/{machine}/keys/{key}", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "the account", body = MachineTold), (status = 404, description = "none here")))]
pub(crate) async fn unbind(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path((machine, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let order = MachineOrder::Unbind(machine, digest(&key)?);
    keep(&desk, (&asker, &once), (200, order)).await
}

/// Ends the account of a machine at once and for good, whether it signs or comes with a certificate.
#[utoipa::path(post, path = "/v1/machines/{machine}/end", tag = "accounts",
    params(("Idempotency-Key" = String, Header, description = "16 to 128 printable ASCII characters")),
    responses((status = 200, description = "it lets nobody in", body = MachineTold), (status = 404, description = "none here")))]
pub(crate) async fn end_machine(
    State(desk): State<Desk>,
    Extension(asker): Extension<Asker>,
    Keyed(once): Keyed,
    Path(machine): Path<String>,
) -> Result<Response, Problem> {
    keep(&desk, (&asker, &once), (200, MachineOrder::End(machine))).await
}
