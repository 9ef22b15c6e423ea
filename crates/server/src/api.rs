//! The routes, and the API document that is generated from them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::admit;
use crate::problem::{Code, Problem};
use crate::secured::Ways;
use crate::state::App;
use crate::subscriptions;
use crate::{
    batches, case_papers, cases, catalogue, certificates, documents, health, licences, lives,
    machines, notices, packages, passkeys, proofs, releases, restrictions, sessions, signatures,
    signed, signings, trust, uses, versions, witnesses,
};
use crate::{seal_applications, seal_destructions, seals};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "印信 Yinxin",
        description = "Electronic licence and electronic seal trust service. Requests of callers are signed (RFC 9421) or come with a certificate; \
                   problems are documents of RFC 9457 with stable codes, listed in api/problems.md.",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(machines::ocsp_post, machines::tsa),
    modifiers(&Ways)
)]
struct Document;

/// What happens to a licence after it was issued, and what stands against its holder.
fn lived() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(versions::follow, versions::list))
        .routes(routes!(versions::end_part))
        .routes(routes!(lives::void))
        .routes(routes!(uses::uses))
        .routes(routes!(uses::link, uses::unlink))
        .routes(routes!(uses::holder_link, uses::holder_unlink))
        .routes(routes!(uses::take, uses::list))
        .routes(routes!(uses::find))
        .routes(routes!(uses::file))
        .routes(routes!(lives::paper, lives::copies))
        .routes(routes!(lives::copy))
        .routes(routes!(lives::lead))
        .routes(routes!(lives::aliases))
        .routes(routes!(licences::end))
        .routes(routes!(licences::suspend))
        .routes(routes!(licences::resume))
        .routes(routes!(restrictions::impose))
        .routes(routes!(restrictions::lift))
        .routes(routes!(restrictions::standing))
}

/// Several at once: batches of licences, packages of cases.
fn together() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(batches::begin, batches::list))
        .routes(routes!(batches::find))
        .routes(routes!(batches::offer, batches::release))
        .routes(routes!(batches::refuse))
        .routes(routes!(batches::beside))
        .routes(routes!(packages::take))
        .routes(routes!(packages::find))
}

/// Persons who sign, and what they signed.
fn persons() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(signatures::apply, signatures::list_signers))
        .routes(routes!(signatures::search_signers))
        .routes(routes!(signatures::find_signer))
        .routes(routes!(signatures::act))
        .routes(routes!(signatures::give))
        .routes(routes!(signatures::sign))
        .routes(routes!(signatures::prepare))
        .routes(routes!(signatures::find))
        .routes(routes!(signatures::file))
        .routes(routes!(signed::package))
        .merge(pad::described())
        .routes(routes!(signings::begin))
        .routes(routes!(signings::find))
        .routes(routes!(signings::file))
        .routes(routes!(signings::sign))
        .routes(routes!(signings::prepare))
        .routes(routes!(signings::decline))
        .routes(routes!(signings::check))
}

/// People, their accounts and sessions.
fn people() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(keeping::described())
        .merge(entrance::described())
        .routes(routes!(sessions::activate))
        .routes(routes!(sessions::begin))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::change_password))
        .routes(routes!(passkeys::ask))
        .routes(routes!(passkeys::list, passkeys::enrol))
}

/// Seals: where each stands, how it came to be, and what becomes of it.
fn kept_seals() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(seals::list))
        .routes(routes!(seals::find))
        .routes(routes!(seals::suspend))
        .routes(routes!(seals::resume))
        .routes(routes!(seals::cancel))
        .routes(routes!(seal_applications::apply, seal_applications::list))
        .routes(routes!(seal_applications::find))
        .routes(routes!(seal_applications::document))
        .routes(routes!(seal_applications::act))
        .routes(routes!(seal_applications::replace))
        .routes(routes!(seal_applications::offer, seal_applications::accept))
        .routes(routes!(seal_destructions::find, seal_destructions::order))
        .routes(routes!(seal_destructions::call_off))
        .routes(routes!(seal_destructions::witness))
        .routes(routes!(seal_destructions::record))
        .routes(routes!(
            seal_applications::scopes,
            seal_applications::change_scope
        ))
}

/// Whom the installation trusts.
fn trusted() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(trust::regions))
        .routes(routes!(trust::put_region))
        .routes(routes!(trust::agree_region))
        .routes(routes!(trust::end_region))
        .routes(routes!(trust::anchors))
        .routes(routes!(trust::put_anchor))
        .routes(routes!(trust::agree_anchor))
        .routes(routes!(trust::end_anchor))
}

/// Routes with their descriptions.
fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(lived())
        .merge(people())
        .merge(persons())
        .merge(together())
        .merge(csc::described())
        .merge(trusted())
        .routes(routes!(catalogue::import))
        .routes(routes!(catalogue::types))
        .routes(routes!(catalogue::matter))
        .routes(routes!(catalogue::matters::draft))
        .routes(routes!(catalogue::matters::version))
        .routes(routes!(catalogue::matters::act))
        .routes(routes!(catalogue::reports::coverage))
        .routes(routes!(catalogue::reports::comparison))
        .routes(routes!(catalogue::reports::changes))
        .routes(routes!(catalogue::reports::cancelled))
        .routes(routes!(cases::take))
        .routes(routes!(cases::find))
        .routes(routes!(cases::list))
        .routes(routes!(licences::issue, licences::list))
        .routes(routes!(licences::find))
        .routes(routes!(licences::history))
        .routes(routes!(licences::state))
        .routes(routes!(licences::receipt))
        .routes(routes!(licences::file))
        .routes(routes!(licences::ofd))
        .routes(routes!(licences::picture))
        .routes(routes!(releases::standing))
        .routes(routes!(releases::list))
        .routes(routes!(releases::find, releases::release))
        .routes(routes!(releases::page))
        .routes(routes!(releases::refuse))
        .routes(routes!(documents::seal))
        .routes(routes!(documents::standing))
        .routes(routes!(documents::file))
        .routes(routes!(notices::write, notices::own))
        .routes(routes!(notices::publish))
        .routes(routes!(notices::end))
        .routes(routes!(case_papers::ask, case_papers::list))
        .routes(routes!(case_papers::evidence))
        .routes(routes!(case_papers::link, case_papers::unlink))
        .merge(kept_seals())
        .merge(ledger::described())
        .merge(watch::described())
        .merge(bulk::described())
        .merge(elsewhere::described())
        .merge(proxies::described())
        .routes(routes!(certificates::issue))
        .routes(routes!(certificates::revoke))
        .routes(routes!(
            subscriptions::put,
            subscriptions::find,
            subscriptions::end
        ))
        .routes(routes!(subscriptions::parked))
        .routes(routes!(subscriptions::decide))
        .routes(routes!(subscriptions::replay))
        .merge(public::described())
        .routes(routes!(witnesses::checkpoint))
        .routes(routes!(witnesses::witnessed))
        .routes(routes!(witnesses::cosign))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(proofs::proofs))
}

/// The API document, pretty, with a line end: what `api/openapi.json` holds.
///
/// # Errors
/// When it cannot be written as JSON, which it always can.
pub fn openapi() -> Result<String, serde_json::Error> {
    let (_, document) = described().split_for_parts();
    let mut text = document.to_pretty_json()?;
    text.push('\n');
    Ok(text)
}

/// Everything that is served, but what is answered at the door.
pub(crate) fn router(app: App) -> Router {
    let (routes, _) = described().split_for_parts();
    routes
        .route("/openapi.json", get(health::openapi))
        .merge(public::shown())
        .merge(pad::shown())
        .method_not_allowed_fallback(async || Problem::new(Code::MethodUnknown))
        .fallback(async || Problem::new(Code::NotFound))
        .layer(DefaultBodyLimit::disable())
        .route_layer(from_fn_with_state(app.clone(), admit))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .with_state(app)
}

/// What the log says of a request: its route. What stands in the place of an identifier may be anything (T-P8, D8).
fn span(request: &Request) -> tracing::Span {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    tracing::debug_span!("request", method = %request.method(), route)
}
