//! What anyone may fetch: revocation lists, status lists, certificates, the log, the trust bundle. All of it is served
//! from memory or as stored octets; nothing is decided here.

#![expect(
    unused_qualifications,
    reason = "the attribute of a route writes the extractor's path again"
)]

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use issuance::lists::Published;
use registry::log::Log;
use serde::Deserialize;
use time::UtcDateTime;
use tlog::TilePath;
use utoipa::IntoParams;
use wire::problem::{Code, Problem};

use crate::counter::Counter;

/// A published list with the life that it has left.
fn list(published: &Published, kind: &'static str, now: UtcDateTime) -> Response {
    let left = (published.next_update - now)
        .whole_seconds()
        .clamp(0, 3_600);
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, format!("max-age={left},public")),
    ];
    (headers, published.bytes.clone()).into_response()
}

/// A revocation list.
#[utoipa::path(get, path = "/crl/{name}", tag = "certificates",
    responses((status = 200, description = "a CertificateList", content_type = "application/pkix-crl"), (status = 404, description = "none current")))]
pub(crate) async fn crl(
    State(counter): State<Counter>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let found = counter.office.lists().revoked(&name);
    let found = found.ok_or(Problem::new(Code::NotFound))?;
    Ok(list(&found, "application/pkix-crl", counter.office.now()))
}

/// As of when a list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct At {
    /// Seconds of 1970; lists of the past are not offered.
    time: Option<String>,
}

/// A token status list.
#[utoipa::path(get, path = "/status/{list}", tag = "status", params(At),
    responses((status = 501, description = "lists of the past are not offered"), (status = 200, description = "a statuslist+jwt", content_type = "application/statuslist+jwt"), (status = 404, description = "none current")))]
pub(crate) async fn states(
    State(counter): State<Counter>,
    Path(number): Path<String>,
    Query(asked): Query<At>,
) -> Result<Response, Problem> {
    // Token Status List 8.4: lists of the past are not kept, and none is passed off as one.
    if asked.time.is_some() {
        return Err(Problem::new(Code::NotOffered));
    }
    let found = number
        .parse()
        .ok()
        .and_then(|number| counter.office.lists().states(number));
    let found = found.ok_or(Problem::new(Code::NotFound))?;
    Ok(list(
        &found,
        "application/statuslist+jwt",
        counter.office.now(),
    ))
}

/// A certificate of the service's own hierarchies: `root.cer`, `ca.cer` and the like, `sm-` before those of the national
/// suite.
#[utoipa::path(get, path = "/certificates/{name}", tag = "certificates",
    responses((status = 200, description = "a Certificate", content_type = "application/pkix-cert"), (status = 404, description = "none")))]
pub(crate) async fn certificate(
    State(counter): State<Counter>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let hierarchy = counter.office.hierarchy();
    let national = counter.office.national.as_ref();
    let national = national.map(|national| &national.hierarchy);
    let found = match (name.as_str(), national) {
        ("root.cer", _) => hierarchy.root.der().to_vec(),
        ("ca.cer", _) => hierarchy.authority.der().to_vec(),
        ("ocsp.cer", _) => hierarchy.responder.current().der().to_vec(),
        ("tsa.cer", _) => hierarchy.time_stamps.current().der().to_vec(),
        ("credential.cer", _) => hierarchy.credential.current().der().to_vec(),
        ("status.cer", _) => hierarchy.status.current().der().to_vec(),
        ("trust.cer", _) => hierarchy.trust.current().der().to_vec(),
        ("sm-root.cer", Some(national)) => national.root.der().to_vec(),
        ("sm-ca.cer", Some(national)) => national.authority.der().to_vec(),
        ("sm-ocsp.cer", Some(national)) => national.responder.current().der().to_vec(),
        ("sm-tsa.cer", Some(national)) => national.time_stamps.current().der().to_vec(),
        ("sm-maker.cer", Some(national)) => national.maker.current().der().to_vec(),
        ("sm-credential.cer", Some(national)) => national.credential.current().der().to_vec(),
        _ => return Err(Problem::new(Code::NotFound)),
    };
    let headers = [
        (header::CONTENT_TYPE, "application/pkix-cert"),
        (header::CACHE_CONTROL, "max-age=86400,public"),
    ];
    Ok((headers, found).into_response())
}

/// The signed trust bundle, for `yinxin-verify --trust`.
#[utoipa::path(get, path = "/v1/trust", tag = "verification",
    responses((status = 200, description = "a JWS in compact form", content_type = "application/jose")))]
pub(crate) async fn trust(State(counter): State<Counter>) -> Result<Response, Problem> {
    let bundle = counter.office.trust_bundle();
    let bundle = bundle.map_err(|_| Problem::new(Code::KeysLocked))?;
    let headers = [
        (header::CONTENT_TYPE, "application/jose"),
        (header::CACHE_CONTROL, "max-age=300,public"),
    ];
    Ok((headers, bundle).into_response())
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The SHA-256 of the trusted list, hexadecimal: whoever has that list needs no other (TS 119 612 6.1).
#[utoipa::path(get, path = "/trust/list.sha2", tag = "verification",
    responses((status = 200, description = "64 hexadecimal figures", content_type = "text/plain"), (status = 404, description = "none current")))]
pub(crate) async fn trusted_list_digest(State(counter): State<Counter>) -> Result<String, Problem> {
    let list = counter.office.current_list();
    let list = list.ok_or(Problem::new(Code::NotFound))?;
    Ok(hex(&list.digest))
}

/// The trusted list of the installation in the form of TS 119 612, signed: its own anchors and bodies. It keeps its octets, and
/// so its tag, until what it says changes.
#[utoipa::path(get, path = "/trust/list.xml", tag = "verification",
    params(("If-None-Match" = Option<String>, Header, description = "the tag of the list at hand")),
    responses((status = 200, description = "a TrustServiceStatusList", content_type = "application/vnd.etsi.tsl+xml"), (status = 304, description = "the list at hand is the newest"), (status = 404, description = "none current")))]
pub(crate) async fn trusted_list(
    State(counter): State<Counter>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let now = counter.office.now();
    let list = counter.office.current_list();
    let list = list.ok_or(Problem::new(Code::NotFound))?;
    let tag = format!("\"{}\"", hex(&list.digest));
    let left = (list.next_update - now).whole_seconds().clamp(0, 3_600);
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.etsi.tsl+xml".to_owned(),
        ),
        (header::CACHE_CONTROL, format!("max-age={left},public")),
        (header::ETAG, tag.clone()),
    ];
    if is_known(&asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, list.document.clone()).into_response())
}

/// Whether who asks has what this tag is of (RFC 9110 13.1.2: a weak comparison).
pub(crate) fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    known.any(|one| [tag, "*"].contains(&one.trim().trim_start_matches("W/")))
}

/// A tile of hashes or a bundle of entries (C2SP tlog-tiles).
pub(crate) async fn tile(
    State(counter): State<Counter>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let path = TilePath::parse(&format!("tile/{path}"));
    let path = path.map_err(|_| Problem::new(Code::NotFound))?;
    let tile = counter
        .office
        .registry()
        .logs()
        .tile(Log::Public, path)
        .await;
    let tile = tile.map_err(|_| Problem::new(Code::StoreUnavailable))?;
    let tile = tile.ok_or(Problem::new(Code::NotFound))?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        // What a tile of this width holds never changes.
        (header::CACHE_CONTROL, "max-age=31536000,public,immutable"),
    ];
    Ok((StatusCode::OK, headers, tile).into_response())
}
