//! Judging what anyone brings: never an error, whatever the octets are (T-V1).

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::header;
use axum::response::Response;
use http_body_util::BodyExt;
use transcript::Judgement;
use verify::{Case, Kind, Material, Policy, Report, Trust};
use wire::problem::{Code, Problem};

use crate::brought::{Brought, brought, here, opened};
use crate::counter::Counter;
use crate::told::{self, Form, Wish};

/// Judges a file, a message or the text of a code, and tells what came of it in the form that is asked for.
#[utoipa::path(post, path = "/v1/verifications", tag = "verification",
    request_body(content_type = "application/octet-stream", description = "the file itself, or a form with a part `file`, and beside it parts `content` (what a detached signature is over, under the name that the signature gives) and `status` (`.crl`, `.ocsp`, `.statuslist`, `.checkpoint`, `.ers`, `.policy`), 64 at most"),
    params(("form" = Option<String>, Query, description = "how it is told: `report`, `detailed`, `etsi` or `bundle`; without it the report, or the XML where `Accept` has that alone"),
        ("policy" = Option<String>, Query, description = "`default`, or `form`: no status is asked for"),
        ("revision" = Option<String>, Query, description = "instead of a verdict the revision of a PDF as a file: its number from 1, or the field of the signature that signs it")),
    responses((status = 200, description = "the report, in the form of yinxin-verify; as `form` says that with every constraint, the validation report of ETSI TS 119 102-2, or the bundle for yinxin-verify --bundle"),
        (status = 400, description = "nothing was brought, or what is asked for is unknown"), (status = 404, description = "no such revision"), (status = 413, description = "larger than is judged here")))]
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
    if let Some(revision) = wish.revision(&mut brought) {
        return revision;
    }
    let case = opened(&brought)?;
    if form == Form::Bundle {
        return told::bundled(&counter, (&brought, &case), policy);
    }
    // What is judged is in the case.
    brought.octets = Vec::new();
    let judged = judged(&counter, (brought, &case), policy).await?;
    here(|| told::written(form, &judged.told(&case)))
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

/// What came of it, and what it was judged with.
pub(crate) struct Judged {
    pub(crate) report: Report,
    trust: Arc<Trust>,
    material: Material,
    policy: Policy,
}

impl Judged {
    fn told<'a>(&'a self, case: &'a Case) -> Judgement<'a> {
        Judgement {
            case,
            trust: &self.trust,
            material: &self.material,
            policy: &self.policy,
            report: &self.report,
        }
    }
}

/// The judgement of what was brought, with what the register itself says of the licence.
pub(crate) async fn judged(
    counter: &Counter,
    (brought, case): (Brought, &Case),
    policy: Policy,
) -> Result<Judged, Problem> {
    let mut material = Material::empty();
    for (name, octets) in &brought.material {
        material.add(name, octets);
    }
    for (name, octets) in brought.contents {
        material.offer(&name, octets);
    }
    // GB/T 38540 and GB/T 35275 have no place for the status of certificates, a level below LT has none, and what a PDF carries
    // is of the day on which it was sealed: our own lists speak of ours, and of a key that was compromised since (T-C7).
    let of_certificates = [
        Kind::Ofd,
        Kind::Esl,
        Kind::Cms,
        Kind::Jades,
        Kind::Asic,
        Kind::Pdf,
    ];
    if of_certificates.contains(&case.kind()) {
        for (name, list) in counter.office.lists().held_revocations() {
            material.add(&name, &list.bytes);
        }
    }
    ask(counter, case, &mut material).await;
    let office = &counter.office;
    let trust = office.trust();
    let mut report = here(|| verify::judge(case, &trust, &material, &policy, office.now()))?;
    report.file = brought.name;
    Ok(Judged {
        report,
        trust,
        material,
        policy,
    })
}

/// The register's own word makes the answer live; while it cannot be asked, the lists that it signed speak.
async fn ask(counter: &Counter, case: &Case, material: &mut Material) {
    let Some(identifier) = verify::licence_said(case) else {
        return;
    };
    match issuance::look::live(&counter.office, &identifier).await {
        Ok(Some(said)) => {
            material.say_live(&identifier, said.answer, said.since);
            if let Some(successor) = said.successor {
                material.say_successor(successor);
            }
            material.say_roots(counter.office.roots());
        }
        Ok(None) => {}
        Err(_) => {
            for (name, list) in counter.office.lists().held() {
                material.add(&name, &list.bytes);
            }
        }
    }
}
