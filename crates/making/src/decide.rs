//! What administrators do with an application: examine, refuse, approve, make.

use backoffice::custody::{self, CustodyError, Duty, Event};
use backoffice::found::Founding;
use backoffice::import;
use backoffice::office::Office;
use backoffice::said::{hex, moment, response};
use catalogue::key::SealCode;
use issuance::{Asker, Once};
use registry::applications::Application;
use registry::asked::Response;
use registry::objects::ObjectId;
use registry::seals::{Acting, SealAct, SealRecord, SealRefused};
use seal::life::Stage;
use serde_json::json;

use crate::fault::MakingError;
use crate::kept::{DAMAGED, Kept};
use crate::told::seen;

/// Characters of a reason.
pub(crate) const REASON: usize = 500;

/// A step of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding {
    /// `Review`, `Reject`, `Approve` or `Make`.
    pub event: Event,
    /// SHA-256 of the application as who decides has read it.
    pub digest: [u8; 32],
    /// Why.
    pub reason: String,
}

/// Takes a step of an application. Who approves has neither asked for the seal nor examined it, over whatever account; what is made
/// is what was approved, since each step names the digest of what is kept. Making puts keys in custody, has them certified, and
/// makes the electronic seal where the office has the national suite.
///
/// # Errors
/// [`MakingError`]; what a rule refuses stands in the trace, and nothing of it was done.
pub async fn decide(
    office: &Office,
    (asker, duties): (&Asker, &[Duty]),
    once: &Once,
    seal: &SealCode,
    deciding: &Deciding,
) -> Result<Response, MakingError> {
    let application = seen(office, asker, seal).await?;
    match stepped(office, (asker, duties), (once, &application), deciding).await {
        Err(MakingError::Custody(CustodyError::Store(error))) => Err(error.into()),
        Err(MakingError::Custody(refused)) => {
            let on = (seal.as_str(), deciding.event.code());
            Err(custody::deny(office, asker, on, refused).await?.into())
        }
        done => done,
    }
}

async fn stepped(
    office: &Office,
    (asker, duties): (&Asker, &[Duty]),
    (once, application): (&Once, &Application),
    deciding: &Deciding,
) -> Result<Response, MakingError> {
    let event = deciding.event;
    let reason = deciding.reason.chars().count();
    if reason > REASON || (event == Event::Reject && reason == 0) {
        return Err(MakingError::Reason);
    }
    if asker.person == asker.account {
        return Err(MakingError::Machine);
    }
    let consent = custody::consent(office, (asker, duties), &application.record, event)?;
    if application.digest != deciding.digest {
        return Err(CustodyError::from(SealRefused::Altered).into());
    }
    let kept = Kept::read(&application.content)?;
    if event == Event::Make && application.record.stage == Stage::Approved {
        make(office, &kept).await?;
    }
    let desk = office.desk();
    let scope = desk.catalogue.read_seal(&kept.scope())?;
    let now = backoffice::answers::whole(office.now());
    let act = SealAct {
        seal: scope.seal.clone(),
        event,
        consent,
        reason: deciding.reason.clone(),
        leaf: custody::leaf(office, &scope, (event.code(), &deciding.reason))?,
        revokes: Vec::new(),
        application: Some(deciding.digest),
        at: now,
    };
    let seals = office.registry.seals();
    let acted = seals.act_once(act, asker.asked(once), Box::new(told)).await;
    match acted.map_err(CustodyError::from)? {
        Acting::Acted(response) => {
            office.log.wake();
            import::catch_up(office).await?;
            Ok(response)
        }
        Acting::Repeated(response) => response.ok_or(MakingError::Unknown),
    }
}

fn told(record: &SealRecord) -> Response {
    let told = json!({
        "seal": record.code.as_str(), "state": record.stage.code(), "since": moment(record.since),
    });
    response(200, &told)
}

/// Keys, certificates, electronic seal: what is there already stays, where making was broken off.
pub(crate) async fn make(office: &Office, kept: &Kept) -> Result<(), MakingError> {
    let desk = office.desk();
    let mut catalogue = desk.catalogue.as_ref().clone();
    let scope = catalogue.read_seal(&kept.scope())?;
    let seal = scope.seal.clone();
    catalogue.put_seal(scope);
    let picture = picture(office, kept).await?;
    // What another process put into the key store counts here, too.
    let _followed = office
        .keys
        .follow()
        .map_err(backoffice::found::FoundError::from)?;
    let national = office.national.as_ref();
    let national = national.map(|national| &national.hierarchy);
    let founding = Founding::over(office, &catalogue);
    let by = (&office.hierarchy, national);
    Ok(founding.make_seal((&seal, picture), by).await?)
}

/// The picture that was approved, octet for octet.
async fn picture(office: &Office, kept: &Kept) -> Result<Option<Vec<u8>>, MakingError> {
    let Some(file) = &kept.picture else {
        return Ok(None);
    };
    let object: ObjectId = file
        .object
        .parse()
        .map_err(|_| MakingError::Store(DAMAGED))?;
    let octets = office.objects.read(&object).await?;
    match hex(&crypto::sha256(&octets)) == file.sha256 {
        true => Ok(Some(octets)),
        false => Err(CustodyError::from(SealRefused::Altered).into()),
    }
}
