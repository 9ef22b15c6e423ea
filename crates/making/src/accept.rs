//! A seal that was made is accepted by its custodian: it seals a test first, and what it sealed is judged as a verifier would
//! (domain.md 4.2: first test seal verified).
//!
//! The test never leaves: it has no leaf in the public log (D3), and is kept nowhere. The key journal has its digest.

use backoffice::custody::{self, CustodyError, Duty, Event};
use backoffice::import;
use backoffice::level::SealEdition;
use backoffice::means::{Means, means};
use backoffice::office::Office;
use backoffice::said::{hex, moment, response};
use backoffice::seals::SealInUse;
use catalogue::key::SealCode;
use catalogue::kind::Suite;
use crypto::{Authorisation, Release, ReleaseStatement};
use evidence::cms::{Draft, Time, oids};
use issuance::release::{self, Submitted};
use issuance::{Asker, Once};
use registry::asked::{By, Response};
use registry::journal::KeyUse as Use;
use registry::seals::{Acting, SealAct, SealRecord};
use seal::life::Stage;
use serde::Serialize;
use serde_json::json;
use time::UtcDateTime;
use verify::{Material, Policy, Severity, Verdict};

use crate::fault::MakingError;
use crate::told::seen;

/// What a custodian is offered to release: the test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestOffer {
    /// The seal.
    pub seal: String,
    /// The text that is sealed.
    pub text: String,
    /// Until when the release would hold, RFC 3339: to be sent back with the signature.
    pub expires: String,
    /// The octets that the custodian signs, lower-case hexadecimal.
    pub statement: String,
    /// What a passkey answers instead, base64url.
    pub challenge: String,
}

/// The test of a seal that was made, as the asker is to release it.
///
/// # Errors
/// `Unknown` where there is none in this state.
pub async fn test(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<TestOffer, MakingError> {
    let record = seen(office, asker, seal).await?.record;
    if record.stage != Stage::Made {
        return Err(MakingError::Unknown);
    }
    let desk = import::desk_with(office, seal).await?;
    let made = desk.seals.get(seal).ok_or(MakingError::Unknown)?;
    let text = text(made);
    let expires = backoffice::answers::whole(office.now()) + office.settings().release_life;
    let statement = statement((&record, &text), (&asker.person, expires)).bytes();
    Ok(TestOffer {
        seal: seal.to_string(),
        text,
        expires: moment(expires),
        challenge: release::challenge(&statement),
        statement: hex(&statement),
    })
}

/// What the test says: everything that was made.
///
/// # Shape
/// Lines of a name and a value; digests are SHA-256, lower-case hexadecimal.
fn text(made: &SealInUse) -> String {
    let digest = |octets: &[u8]| hex(&crypto::sha256(octets));
    let mut text = format!(
        "yinxin seal test v1\nseal {}\nholder {}\ncertificate {}\n",
        made.code,
        made.holder_code,
        digest(made.certificate.der()),
    );
    if let Some(national) = &made.national {
        let object = national.der(SealEdition::V4).unwrap_or_default();
        let certificate = national.certificate.der();
        let more = format!(
            "certificate {}\nobject {}\n",
            digest(certificate),
            digest(object)
        );
        text.push_str(&more);
    }
    text
}

fn statement(
    (record, text): (&SealRecord, &str),
    (releaser, expires): (&str, UtcDateTime),
) -> ReleaseStatement {
    ReleaseStatement {
        job: format!("test-{}-{}", record.code, record.events),
        unsealed: crypto::sha256(text.as_bytes()),
        seal: record.code.to_string(),
        purpose: "test".to_owned(),
        matter: String::new(),
        case: String::new(),
        decision: String::new(),
        copies: 1,
        expires,
        requester: record.last.person.clone(),
        releaser: releaser.to_owned(),
    }
}

/// Accepts a seal that was made: seals the test under the custodian's release, in every suite that the seal has, judges each
/// signature and the electronic seal as a verifier would, and puts the seal in use.
///
/// # Errors
/// `Test` where a verifier would not find it valid: the seal stays as it was made. [`MakingError`].
pub async fn accept(
    office: &Office,
    (asker, duties): (&Asker, &[Duty]),
    once: &Once,
    seal: &SealCode,
    submitted: &Submitted,
) -> Result<Response, MakingError> {
    let record = seen(office, asker, seal).await?.record;
    match accepted(office, (asker, duties), (once, &record), submitted).await {
        Err(MakingError::Custody(CustodyError::Store(error))) => Err(error.into()),
        Err(MakingError::Custody(refused)) => {
            let on = (seal.as_str(), Event::Accept.code());
            Err(custody::deny(office, asker, on, refused).await?.into())
        }
        Err(MakingError::Release(refused)) => {
            let refused = release::deny(office, asker, seal.as_str(), refused).await?;
            Err(refused.into())
        }
        done => done,
    }
}

async fn accepted(
    office: &Office,
    (asker, duties): (&Asker, &[Duty]),
    (once, record): (&Once, &SealRecord),
    submitted: &Submitted,
) -> Result<Response, MakingError> {
    let desk = import::desk_with(office, &record.code).await?;
    // The custodian may have been enrolled beside another process.
    import::follow_keys(office).await;
    let consent = custody::consent(office, (asker, duties), record, Event::Accept)?;
    let unknown = || MakingError::Unknown;
    let scope = desk.catalogue.seal(&record.code).ok_or_else(unknown)?;
    if record.stage == Stage::Made {
        let made = desk.seals.get(&record.code).ok_or_else(unknown)?;
        tried(office, asker, (record, made), submitted).await?;
    }
    let act = SealAct {
        seal: record.code.clone(),
        event: Event::Accept,
        consent,
        reason: "test".to_owned(),
        leaf: custody::leaf(office, scope, (Event::Accept.code(), "test"))?,
        revokes: Vec::new(),
        application: None,
        at: backoffice::answers::whole(office.now()),
    };
    let tell = |record: &SealRecord| {
        let (code, state) = (record.code.as_str(), record.stage.code());
        response(
            200,
            &json!({"seal": code, "state": state, "since": moment(record.since)}),
        )
    };
    let seals = office.registry.seals();
    let acted = seals.act_once(act, asker.asked(once), Box::new(tell)).await;
    match acted.map_err(CustodyError::from)? {
        Acting::Acted(response) => {
            office.log.wake();
            Ok(response)
        }
        Acting::Repeated(response) => response.ok_or(MakingError::Unknown),
    }
}

/// The test, sealed and judged.
async fn tried(
    office: &Office,
    asker: &Asker,
    (record, made): (&SealRecord, &SealInUse),
    submitted: &Submitted,
) -> Result<(), MakingError> {
    let text = text(made);
    let release = Release {
        statement: statement((record, &text), (&asker.person, submitted.expires)),
        listing: None,
        algorithm: submitted.algorithm,
        signature: submitted.signature.clone(),
        passkey: submitted.passkey.clone(),
    };
    release::given(office, asker, (&record.code, &release))?;
    for suite in [Suite::International, Suite::Sm] {
        let Some(means) = means(office, made, suite) else {
            continue;
        };
        let message = sealed(office, &means, (record, &text), &release).await?;
        judge(office, ("test.p7m", message))?;
    }
    let national = made.national.as_ref();
    match national.and_then(|national| national.der(SealEdition::V4)) {
        Some(object) => judge(office, ("seal.esl", object.to_vec())),
        None => Ok(()),
    }
}

/// The text inside a signed message, known to the journal before the key is asked (T-S8).
async fn sealed(
    office: &Office,
    means: &Means<'_>,
    (record, text): (&SealRecord, &str),
    release: &Release,
) -> Result<Vec<u8>, MakingError> {
    let now = backoffice::answers::whole(office.now());
    let (certificate, time) = (means.certificate, Time::Signed(now));
    let draft = Draft::attached(
        oids::DATA,
        text.as_bytes(),
        certificate,
        means.algorithm,
        time,
    );
    let prepared = draft.prepare()?;
    let message = prepared.to_be_signed();
    let line = Use {
        department: record.department.clone(),
        by: By::new(release.statement.releaser.as_str(), now),
        key: means.key.clone(),
        purpose: "seal-test".to_owned(),
        digests: vec![crypto::sha256(&message)],
        object: record.code.to_string(),
    };
    office.registry.journal().append(vec![line]).await?;
    let under = Authorisation::released(means.key.clone(), &message, office.now(), release.clone());
    let signature = office.keys.sign(&message, &under)?;
    Ok(prepared.finish(&signature, &means.chain(), &[]))
}

/// D4: the code that inspectors run, on our own lists.
fn judge(office: &Office, (name, octets): (&str, Vec<u8>)) -> Result<(), MakingError> {
    let mut material = Material::default();
    for (name, list) in office.lists().held_revocations() {
        // A list of our own that does not read proves nothing, and the verdict says so.
        let _unread = material.add(&name, &list.bytes);
    }
    let (trust, policy, now) = (office.trust(), Policy::default(), office.now());
    let report = verify::examine(name, &octets, &trust, &material, &policy, now);
    if report.verdict == Verdict::Valid {
        return Ok(());
    }
    let of_signatures = report.signatures.iter().flat_map(|one| &one.findings);
    let wrong = of_signatures.chain(&report.findings);
    let wrong = wrong.filter(|one| one.severity == Severity::Error);
    Err(MakingError::Test(
        wrong.map(|one| one.code.to_owned()).collect(),
    ))
}
