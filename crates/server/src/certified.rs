//! Which machine comes with a certificate (T-P1): asked at each request, as the state of an account is, so that what ended ends for
//! connections that are open and for sessions of TLS that are resumed.
//!
//! The certificate is that of the connection, and of no field of a header: what a proxy says of one is not believed.

use axum::http::request::Parts;
use registry::callers::{Bound, Caller};
use tls::{Presented, Untrusted};

use crate::problem::{Code, Problem};
use crate::problems::{of_store, one};
use crate::state::App;
use replies::denied::record_denial;

/// The machine whose certificate the connection of a request has; nothing where it has none.
///
/// # Errors
/// `caller.not-signed` with the reason as its defect, for a certificate that does not let in: in the trace where its key is an account's,
/// counted where it is nobody's.
pub(crate) async fn shown(
    app: &App,
    parts: &Parts,
    route: &str,
) -> Result<Option<Caller>, Problem> {
    let Some(presented) = parts.extensions.get::<Presented>() else {
        return Ok(None);
    };
    let judged = presented.judge(app.office.now());
    let found = match presented.key() {
        None => None,
        Some(key) => {
            let callers = app.office.registry().callers();
            let found = callers.find_bound(&key).await;
            found.map_err(|error| of_store(&error))?
        }
    };
    match bar(judged, found.as_ref()) {
        None => Ok(found.map(|(caller, _)| caller)),
        Some(ground) => {
            let whose = found.as_ref().map(|(caller, _)| caller);
            Err(refused(app, whose, (route, ground)).await?)
        }
    }
}

/// Why a certificate does not let in.
fn bar(judged: Result<(), Untrusted>, found: Option<&(Caller, Bound)>) -> Option<&'static str> {
    match (judged, found) {
        (Err(Untrusted(code)), _) => Some(code),
        (Ok(()), None) => Some("certificate.unbound"),
        (Ok(()), Some((_, Bound::Waits))) => Some("certificate.unconfirmed"),
        (Ok(()), Some((_, Bound::Ended))) => Some("certificate.ended"),
        (Ok(()), Some((caller, Bound::Holds))) => caller
            .ended
            .is_some()
            .then_some("certificate.account-ended"),
    }
}

/// A request that is signed as well is its certificate's: both name one account.
///
/// # Errors
/// `caller.not-signed`, `certificate.other-account`.
pub(crate) async fn inspect_same(
    app: &App,
    (certified, signed): (&Caller, &Caller),
    route: &str,
) -> Result<(), Problem> {
    if certified.id == signed.id {
        return Ok(());
    }
    let ground = "certificate.other-account";
    Err(refused(app, Some(certified), (route, ground)).await?)
}

async fn refused(
    app: &App,
    whose: Option<&Caller>,
    (route, ground): (&str, &'static str),
) -> Result<Problem, Problem> {
    metrics::counter!("yinxin_refused_certificates_total").increment(1);
    if let Some(caller) = whose {
        record_denial(&app.office, &caller.department, &caller.id, route, ground).await?;
    }
    let text = "the certificate of this connection does not let in";
    Ok(one(Code::NotSigned, ground, text.to_owned()))
}
