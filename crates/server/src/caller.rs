//! Who calls: one middleware before every route. What the access table does not name does not exist; what it
//! reserves needs a signed request of an account with the scope, a connection with its certificate, or the session of a person with
//! the role (T-P1, T-P3).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use duties::{Operation, Role, Roles};
use entrance::is_ours;
use issuance::Asker;
use registry::accounts::Standing;
use registry::callers::{Caller, Nonce, Quota};
use tracing::Instrument as _;

use crate::arrival;
use crate::certified;
use crate::message_signature::{Claimed, Message, Unsigned, target};
use crate::problem::{Code, Problem};
use crate::problems::of_store;
use crate::sessions::{self, Signed};
use crate::state::App;
use duties::access::{self, Access, Scope};
use replies::denied::{record_denial, written_down};

pub(crate) use replies::once::{Fingerprint, Keyed, once};

/// Routes that take a document rather than JSON.
const UPLOADS: [&str; 6] = [
    "/csc/v2/signatures/signDoc",
    "/v1/pads",
    "/v1/seal-signatures",
    "/v1/seal-applications",
    "/v1/verifications",
    "/verify",
];
/// The route that takes a whole catalogue.
const IMPORT: &str = "/v1/catalogue";
/// Octets of one: 95,000 matters are 96 MB.
const CATALOGUE: usize = 128 << 20;
/// Octets of a form beside its document.
const FORM: usize = 64 << 10;

/// The middleware.
pub(crate) async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let Some(route) = route else {
        return Problem::new(Code::NotFound).into_response();
    };
    let Some(access) = access::asked(request.method().as_str(), &route) else {
        return Problem::new(Code::MethodUnknown).into_response();
    };
    let office = app.threads.clone();
    let served = async move {
        match admitted(&app, &route, access, request).await {
            Ok(request) => answered(&app, &route, request, next).await,
            Err(problem) => problem.into_response(),
        }
    };
    if let Access::Public = access {
        return served.await;
    }
    // T-A4: what an account asks for is done by threads that give way to strangers; it is ended even where the caller
    // does not wait for the answer.
    let served = office.spawn(Box::pin(served).in_current_span()).await;
    served.unwrap_or_else(|_| Problem::new(Code::Internal).into_response())
}

/// T-L1: what a known caller wanted to change and was refused stands in the trace, here where no room has written it.
async fn answered(app: &App, route: &str, request: Request, next: Next) -> Response {
    let asker = request.extensions().get::<Asker>().cloned();
    let asker = asker.filter(|_| !sessions::is_safe(request.method()));
    let answer = next.run(request).await;
    match asker {
        Some(asker) => written_down(&app.office, &asker, route, answer).await,
        None => answer,
    }
}

async fn admitted(
    app: &App,
    route: &str,
    access: Access,
    request: Request,
) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let Access::Asked(operation, scopes) = access else {
        let body = if UPLOADS.contains(&route) {
            app.spool.take(body, limit(app)).await?.into_body()
        } else {
            arrival::content(body, app.config.json.0).await?.into()
        };
        return Ok(Request::from_parts(parts, body));
    };
    if let Some(signed) = sessions::shown(app, &parts, route).await? {
        return admitted_person(
            app,
            (route, operation),
            signed,
            Request::from_parts(parts, body),
        )
        .await;
    }
    let (caller, claimed) = machine(app, &parts, route).await?;
    // What is not signed was refused before it took any room.
    let (body, digest) = content(app, (route, may(&caller, &[Scope::Catalogue])), body).await?;
    if let Some(claimed) = &claimed
        && let Err(why) = claimed.inspect(digest.as_ref())
    {
        deny_once(app, &caller, (claimed, route), "caller.content").await?;
        return Err(not_signed(&why));
    }
    admit_once(app, &caller, (claimed.as_ref(), route)).await?;
    if !may(&caller, scopes) {
        deny(app, &caller, route, "caller.scope").await?;
        return Err(Problem::new(Code::NotAllowed));
    }
    parts.extensions.insert(asker(&caller));
    parts.extensions.insert(Granted(caller.scopes.into()));
    let digest = digest.unwrap_or_else(|| crypto::sha256(&[]));
    let fingerprint = Fingerprint(fingerprint(&parts, &digest));
    parts.extensions.insert(fingerprint);
    Ok(Request::from_parts(parts, body))
}

/// A person with a session: what the roles say is asked before anything is read.
async fn admitted_person(
    app: &App,
    (route, operation): (&str, Operation),
    signed: Signed,
    request: Request,
) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let standing = &signed.standing;
    let asker = issuance::accounts::asker(standing);
    if !duties::may(&standing.roles, operation) {
        return Err(lacks_role(app, standing, route).await?);
    }
    let (body, digest) = content(app, (route, false), body).await?;
    parts.extensions.insert(asker);
    parts.extensions.insert(Granted(in_duty(&standing.roles)));
    parts.extensions.insert(standing.roles.clone());
    let digest = digest.unwrap_or_else(|| crypto::sha256(&[]));
    let fingerprint = Fingerprint(fingerprint(&parts, &digest));
    parts.extensions.insert(fingerprint);
    parts.extensions.insert(signed);
    Ok(Request::from_parts(parts, body))
}

/// What a handler asks of a person beyond its route, because only the content says what is to be done.
///
/// # Errors
/// `caller.not-allowed`; the trace has it.
pub(crate) async fn permit(app: &App, signed: &Signed, wanted: Operation) -> Result<(), Problem> {
    let standing = &signed.standing;
    if duties::may(&standing.roles, wanted) {
        return Ok(());
    }
    Err(lacks_role(app, standing, wanted.code()).await?)
}

async fn lacks_role(app: &App, standing: &Standing, what: &str) -> Result<Problem, Problem> {
    let (department, account) = (&standing.department, standing.account.as_str());
    record_denial(&app.office, department, account, what, "account.role").await?;
    Ok(Problem::new(Code::NotAllowed))
}

/// The scopes by whose names handlers ask in which duty somebody acts.
fn in_duty(roles: &Roles) -> Arc<[String]> {
    let scopes = Scope::ALL.into_iter().map(Scope::code);
    scopes
        .filter(|scope| Role::of_scope(scope).is_some_and(|role| roles.has(role)))
        .map(str::to_owned)
        .collect()
}

fn may(caller: &Caller, scopes: &[Scope]) -> bool {
    scopes
        .iter()
        .any(|scope| caller.scopes.iter().any(|code| code == scope.code()))
}

/// The whole content, within the route's limit, and its SHA-256 (T-I1, T-I2).
async fn content(
    app: &App,
    (route, may_import): (&str, bool),
    body: Body,
) -> Result<(Body, Option<[u8; 32]>), Problem> {
    if UPLOADS.contains(&route) {
        let taken = app.spool.take(body, limit(app)).await?;
        let digest = taken.digest;
        return Ok((taken.into_body(), digest));
    }
    // Only who may import a catalogue sends as much as one.
    let imports = route == IMPORT && may_import;
    let limit = if imports {
        CATALOGUE
    } else {
        app.config.json.0
    };
    let content = arrival::content(body, limit).await?;
    let digest = (!content.is_empty()).then(|| crypto::sha256(&content));
    Ok((content.into(), digest))
}

/// Octets of an upload: a document, and the form around it.
fn limit(app: &App) -> usize {
    app.config.upload.0.saturating_add(FORM)
}

fn not_signed(why: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::NotSigned).saying(why.to_string())
}

/// Whose request it is, by its certificate, its signature, or both.
async fn machine(
    app: &App,
    parts: &Parts,
    route: &str,
) -> Result<(Caller, Option<Claimed>), Problem> {
    let certified = certified::shown(app, parts, route).await?;
    let is_signed = ["signature-input", "signature"]
        .iter()
        .any(|field| parts.headers.contains_key(*field));
    let Some(certified) = certified else {
        let (caller, claimed) = authenticated(app, parts).await?;
        return Ok((caller, Some(claimed)));
    };
    if is_signed {
        let (caller, claimed) = authenticated(app, parts).await?;
        certified::inspect_same(app, (&certified, &caller), route).await?;
        return Ok((caller, Some(claimed)));
    }
    // A browser sends a certificate along with whatever a page asks it to send; a machine names no page.
    let origin = parts.headers.contains_key(header::ORIGIN);
    if origin && !is_ours(app.origin(), &parts.headers) {
        return Err(Problem::new(Code::CrossOrigin));
    }
    Ok((certified, None))
}

/// Whose request it is, by its signature; what it brings was not read yet.
async fn authenticated(app: &App, parts: &Parts) -> Result<(Caller, Claimed), Problem> {
    let target = target(&app.config.public_url, parts);
    let message = Message {
        method: &parts.method,
        target: &target,
        headers: &parts.headers,
    };
    let claimed = Claimed::read(&message, app.office.now()).map_err(|why| not_signed(&why))?;
    let callers = app.office.registry().callers();
    let found = callers
        .find(&claimed.key)
        .await
        .map_err(|error| of_store(&error))?;
    // An unknown account is refused like a wrong secret (T-P6).
    // So is one that has no secret.
    let caller = found.filter(|caller| caller.ended.is_none() && caller.secret().is_some());
    let secret = caller.as_ref().and_then(Caller::secret);
    let secret = secret.unwrap_or(&[0; 32]);
    let checked = claimed.check(secret);
    match (caller, checked) {
        (Some(caller), Ok(())) => Ok((caller, claimed)),
        (None, _) | (_, Err(_)) => {
            metrics::counter!("yinxin_refused_signatures_total").increment(1);
            Err(not_signed(&Unsigned::Wrong))
        }
    }
}

/// A nonce once, and within the account's quota. What is not signed has no nonce: its connection cannot be replayed.
async fn admit_once(
    app: &App,
    caller: &Caller,
    (claimed, route): (Option<&Claimed>, &str),
) -> Result<(), Problem> {
    let (callers, now) = (app.office.registry().callers(), app.office.now());
    let admitted = match claimed {
        Some(claimed) => callers.admit(caller, &claimed.nonce, now).await,
        None => {
            let counted = callers.count(caller, now).await;
            counted.map(|quota| (Nonce::Fresh, quota))
        }
    };
    match admitted.map_err(|error| of_store(&error))? {
        (Nonce::Used, _) => {
            if let Some(claimed) = claimed {
                deny_once(app, caller, (claimed, route), "caller.nonce").await?;
            }
            Err(not_signed(&"the nonce was used before"))
        }
        (_, Quota::Exhausted { until }) => {
            Err(Problem::new(Code::TooMany).again_after((until - now).whole_seconds()))
        }
        (Nonce::Fresh, Quota::Left(_)) => Ok(()),
    }
}

/// The scopes of the account that calls.
#[derive(Debug, Clone)]
pub(crate) struct Granted(Arc<[String]>);

impl Granted {
    /// Whether the account has a scope.
    pub(crate) fn has(&self, scope: Scope) -> bool {
        self.0.iter().any(|code| code == scope.code())
    }
}

fn asker(caller: &Caller) -> Asker {
    Asker {
        account: caller.id.clone(),
        person: caller.person().to_owned(),
        department: caller.department.clone(),
    }
}

async fn deny(app: &App, caller: &Caller, route: &str, ground: &str) -> Result<(), Problem> {
    record_denial(&app.office, &caller.department, &caller.id, route, ground).await
}

/// A signed request that somebody caught may come again without end, and is no act of its caller: the trace has it once.
async fn deny_once(
    app: &App,
    caller: &Caller,
    (claimed, route): (&Claimed, &str),
    ground: &str,
) -> Result<(), Problem> {
    // Longer than a nonce that a request may bring.
    let told = format!("{ground}{:64}", claimed.nonce);
    let callers = app.office.registry().callers();
    let seen = callers.admit(caller, &told, app.office.now()).await;
    match seen.map_err(|error| of_store(&error))? {
        (Nonce::Used, _) => Ok(()),
        (Nonce::Fresh, _) => deny(app, caller, route, ground).await,
    }
}

fn fingerprint(parts: &Parts, content: &[u8; 32]) -> [u8; 32] {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut octets = format!("{}\n{path}\n", parts.method).into_bytes();
    octets.extend_from_slice(content);
    crypto::sha256(&octets)
}
