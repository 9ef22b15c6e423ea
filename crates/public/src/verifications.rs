//! Judging what anyone brings: never an error, whatever the octets are (T-V1).

use axum::body::{Body, HttpBody};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::header;
use axum::response::Response;
use http_body_util::BodyExt;
use time::UtcDateTime;
use verify::facts::ContentDigest;
use verify::{Kind, Policy};
use wire::problem::{Code, Problem};

use crate::asked::{Asked, Known, Live, Wanted};
use crate::brought::{Brought, brought, here};
use crate::counter::Counter;
use crate::judges::{Unjudged, no_digest};
use crate::told::{self, Form, Wish};

/// Octets by which the kind of a document is told that could not be opened.
const LOOKED_AT: usize = 4096;

/// Judges a file, a message or the text of a code, and tells what came of it in the form that is asked for.
#[utoipa::path(post, path = "/v1/verifications", tag = "verification",
    request_body(content_type = "application/octet-stream", description = "the file itself, or a form with a part `file`, and beside it parts `content` (what a detached signature is over, under the name that the signature gives), in its place `content-digest` (`sha256:VALUE`, hexadecimal or base64, by the algorithm of the signature, `@NAME` behind it where several files are signed; one for each algorithm and file) and `status` (`.crl`, `.ocsp`, `.statuslist`, `.checkpoint`, `.ers`, `.policy`), 64 at most"),
    params(("form" = Option<String>, Query, description = "how it is told: `report`, `detailed`, `etsi` or `bundle`; without it the report, or the XML where `Accept` has that alone"),
        ("policy" = Option<String>, Query, description = "`default`, or `form`: no status is asked for"),
        ("content-digest" = Option<String>, Query, description = "the digest of what a detached signature is over, in the place of it, as the part of the same name"),
        ("revision" = Option<String>, Query, description = "instead of a verdict the revision of a PDF as a file: its number from 1, or the field of the signature that signs it")),
    responses((status = 200, description = "the report, in the form of yinxin-verify; as `form` says that with every constraint, the validation report of ETSI TS 119 102-2, or the bundle for yinxin-verify --bundle"),
        (status = 400, description = "nothing was brought, what is asked for is unknown, or a digest does not stand for the content"), (status = 404, description = "no such revision"), (status = 413, description = "larger than is judged here")))]
pub(crate) async fn judge(
    State(counter): State<Counter>,
    wish: Result<Query<Wish>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let wish = wish.map(|Query(wish)| wish);
    let wish = wish.map_err(|_| Problem::new(Code::RequestMalformed))?;
    let (form, policy) = (wish.form(request.headers()), wish.policy()?);
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    // A place first: what waits for one waits in the spool, not in memory.
    let _place = counter.place().await?;
    let mut brought = if is_form {
        let form = Multipart::from_request(request, &counter).await;
        let form = form.map_err(|_| Problem::new(Code::RequestMalformed))?;
        brought(form).await?
    } else {
        Brought {
            name: "upload".to_owned(),
            octets: whole(request.into_body()).await?,
            ..Brought::default()
        }
    };
    let in_link = wish.content_digest().map(str::to_owned);
    brought.digests.extend(in_link);
    for text in &brought.digests {
        ContentDigest::parse(text).map_err(no_digest)?;
    }
    if let Some(which) = wish.revision() {
        return revision(&counter, brought.octets, which);
    }
    let told = match form {
        Form::Bundle => bundled(&counter, &brought, policy)?,
        form => judged(&counter, brought, (&policy, Wanted::Told(form))).await?,
    };
    Ok(told::answered(form, told))
}

/// The octets of a content that was spooled, held once.
async fn whole(mut content: Body) -> Result<Vec<u8>, Problem> {
    let room = content.size_hint().exact().unwrap_or_default();
    let mut octets = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
    while let Some(frame) = content.frame().await {
        let frame = frame.map_err(|_| Problem::new(Code::StoreUnavailable))?;
        if let Ok(piece) = frame.into_data() {
            octets.extend_from_slice(&piece);
        }
    }
    Ok(octets)
}

/// What is asked for once, of a document that begins and ends with it; what was ended is larger than is looked at here.
fn once(counter: &Counter, asked: &Asked, parts: &[&[u8]]) -> Result<Vec<u8>, Problem> {
    here(|| {
        let mut seat = counter.judges.seat(&counter.office)?;
        match seat.begin(asked, parts) {
            Ok(octets) => {
                counter.judges.leave(seat);
                Ok(octets)
            }
            Err(Unjudged::Spent(_)) => Err(Problem::new(Code::RequestTooLarge)),
            Err(Unjudged::Problem(problem)) => Err(problem),
        }
    })
    .flatten()
}

/// ISO 32000-2 7.5.6: the first octets of the file, as they are; nothing is judged.
fn revision(counter: &Counter, mut octets: Vec<u8>, which: &str) -> Result<Response, Problem> {
    let which = which.to_owned();
    let length = once(counter, &Asked::Revision { which }, &[&octets])?;
    let length = std::str::from_utf8(&length).ok();
    let length = length.and_then(|text| text.parse().ok());
    octets.truncate(length.ok_or(Problem::new(Code::Internal))?);
    Ok(told::file("application/pdf", "revision.pdf", octets))
}

/// The bundle that says what the verdict is made of, with the lists that the register signed.
fn bundled(counter: &Counter, brought: &Brought, policy: Policy) -> Result<Vec<u8>, Problem> {
    let office = &counter.office;
    let trust = office.trust_bundle();
    let trust = trust.map_err(|_| Problem::new(Code::KeysLocked))?;
    let held = office.lists().held();
    let held = held.iter().map(|(name, list)| (name, &list.bytes));
    let given = brought.material.iter().map(|(name, octets)| (name, octets));
    let (names, lists): (Vec<String>, Vec<&[u8]>) = held
        .chain(given)
        .map(|(name, octets)| (name.clone(), octets.as_slice()))
        .unzip();
    let asked = Asked::Bundle {
        file: brought.name.clone(),
        at: moment(counter, true)?,
        policy: policy.name,
        contents: names_of(&brought.contents),
        digests: brought.digests.clone(),
        material: names,
    };
    let mut parts = vec![brought.octets.as_slice()];
    parts.extend(brought.contents.iter().map(|(_, octets)| octets.as_slice()));
    parts.extend(lists);
    parts.push(trust.as_bytes());
    once(counter, &asked, &parts)
}

/// The judgement of what was brought, with what the register itself says of the licence, in the form that is wanted.
pub(crate) async fn judged(
    counter: &Counter,
    brought: Brought,
    (policy, form): (&Policy, Wanted),
) -> Result<Vec<u8>, Problem> {
    let name = brought.name.clone();
    let kind = Kind::of(brought.octets.get(..LOOKED_AT).unwrap_or(&brought.octets));
    match verdict(counter, brought, (policy, form)).await {
        Ok(told) => Ok(told),
        Err(Unjudged::Spent(ended)) => Ok(counter.spent((&name, kind), ended, (policy, form))),
        Err(Unjudged::Problem(problem)) => Err(problem),
    }
}

async fn verdict(
    counter: &Counter,
    brought: Brought,
    (policy, form): (&Policy, Wanted),
) -> Result<Vec<u8>, Unjudged> {
    let file = brought.name.clone();
    let opened = here(|| {
        let mut seat = counter.judges.seat(&counter.office)?;
        let asked = Asked::Open {
            contents: names_of(&brought.contents),
            digests: brought.digests.clone(),
            material: names_of(&brought.material),
            trusts: false,
        };
        let beside = brought.contents.iter().chain(&brought.material);
        let beside = beside.map(|(_, octets)| octets.as_slice());
        let parts = [brought.octets.as_slice()].into_iter().chain(beside);
        let known: Known = seat.open(
            (&counter.judges, &counter.office),
            asked,
            &parts.collect::<Vec<_>>(),
        )?;
        // What is judged is held once, by who judges it.
        drop(brought);
        Ok::<_, Unjudged>((seat, known))
    });
    let (mut seat, known) = opened??;
    let mut material = Vec::new();
    if known.is_signed {
        let lists = counter.office.lists().held_revocations().into_iter();
        material.extend(lists.map(|(name, list)| (name, list.bytes.clone())));
    }
    let live = match &known.licence {
        Some(identifier) => ask(counter, identifier, &mut material).await,
        None => None,
    };
    let asked = Asked::Judge {
        file,
        at: moment(counter, false)?,
        policy: policy.name.clone(),
        form,
        live,
        material: names_of(&material),
    };
    let lists = material.iter().map(|(_, list)| list.as_slice());
    let told = here(|| seat.go_on(&asked, &lists.collect::<Vec<_>>()))??;
    counter.judges.leave(seat);
    Ok(told)
}

/// The moment of a verdict as it travels; of one that is bundled in whole seconds, as it is written there.
fn moment(counter: &Counter, is_whole: bool) -> Result<i64, Problem> {
    let now = counter.office.now();
    let now = match is_whole {
        true => now.replace_nanosecond(0).unwrap_or(now),
        false => now,
    };
    i64::try_from(now.unix_timestamp_nanos()).map_err(|_| Problem::new(Code::Internal))
}

fn names_of(files: &[(String, Vec<u8>)]) -> Vec<String> {
    files.iter().map(|(name, _)| name.clone()).collect()
}

/// The register's own word makes the answer live; while it cannot be asked, the lists that it signed speak.
async fn ask(
    counter: &Counter,
    identifier: &str,
    material: &mut Vec<(String, Vec<u8>)>,
) -> Option<Live> {
    match issuance::look::live(&counter.office, identifier).await {
        Ok(Some(said)) => Some(Live {
            identifier: identifier.to_owned(),
            answer: said.answer,
            since: said.since.map(UtcDateTime::unix_timestamp),
            successor: said.successor.map(|by| (by.version, by.identifier)),
            roots: counter.office.roots(),
        }),
        Ok(None) => None,
        Err(_) => {
            let lists = counter.office.lists().held().into_iter();
            material.extend(lists.map(|(name, list)| (name, list.bytes.clone())));
            None
        }
    }
}
