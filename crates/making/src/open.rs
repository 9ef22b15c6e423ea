//! What anyone may know of a seal: what it is, whose, for what, and where it stands. Who holds, made or stopped it is not told.

use backoffice::custody;
use backoffice::face;
use backoffice::import;
use backoffice::office::Office;
use backoffice::said::{hex, moment};
use catalogue::SealScope;
use catalogue::key::SealCode;
use catalogue::scope::MatterScope;
use pki::Certificate;
use seal::life::Stage;
use serde::Serialize;

use crate::fault::MakingError;

/// A seal, as anyone is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenSeal {
    /// Its code.
    pub seal: String,
    /// Its name.
    pub name: String,
    /// Its holder's name.
    pub holder: String,
    /// The same in English.
    pub holder_en: String,
    /// Its holder's organisation code.
    pub holder_code: String,
    /// What kind of seal it is, in the words that stand in it.
    pub kind: &'static str,
    /// `in_use`, `suspended`, `replaced`, `cancelled` or `destroyed`.
    pub state: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
    /// What it may stand on.
    pub purposes: Vec<&'static str>,
    /// For which matters; every matter of its holder's power where there are none.
    pub matters: Option<Vec<String>>,
    /// First day.
    pub valid_from: String,
    /// Last day, where it has one.
    pub valid_to: Option<String>,
    /// The certificates of its keys.
    pub certificates: Vec<OpenCertificate>,
    /// What it shows, PNG.
    #[serde(skip)]
    pub picture: Option<Vec<u8>>,
}

/// A certificate of a seal's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenCertificate {
    /// `international` or `sm`.
    pub suite: &'static str,
    /// Its serial number, lower-case hexadecimal.
    pub serial: String,
    /// From when, RFC 3339.
    pub from: String,
    /// Until when, RFC 3339.
    pub until: String,
    /// SHA-256 of it, lower-case hexadecimal.
    pub sha256: String,
    /// Whether it stands: not revoked.
    pub stands: bool,
}

/// What anyone may know of a seal; nothing of one that was never in use.
///
/// # Errors
/// `Store`; `Custody` where the register of certificates cannot be read.
pub async fn open_seal(office: &Office, seal: &SealCode) -> Result<Option<OpenSeal>, MakingError> {
    let desk = import::desk_with(office, seal).await?;
    let Some(record) = office.registry.seals().find(seal).await? else {
        return Ok(None);
    };
    let scope = desk.catalogue.seal(seal).filter(|_| is_told(record.stage));
    let holder = scope.and_then(|scope| desk.catalogue.department(&scope.holder));
    let (Some(scope), Some(holder)) = (scope, holder) else {
        return Ok(None);
    };
    let made = desk.seals.get(seal);
    let standing = custody::certificates(office, seal).await?;
    let national = made.and_then(|made| made.national.as_ref());
    let certificates = made
        .map(|made| ("international", &made.certificate))
        .into_iter()
        .chain(national.map(|own| ("sm", &own.certificate)));
    let certificates = certificates.map(|(suite, certificate)| {
        let mut serials = standing.iter().map(|(_, serial)| serial);
        let stands = serials.any(|serial| serial == certificate.serial());
        told(suite, certificate, stands)
    });
    Ok(Some(OpenSeal {
        seal: seal.to_string(),
        name: scope.name_zh.clone(),
        holder: holder.name_zh.clone(),
        holder_en: holder.name_en.clone(),
        holder_code: holder.code.as_str().to_owned(),
        kind: scope.kind.zh(),
        state: record.stage.code(),
        since: moment(record.since),
        purposes: scope.purposes.iter().map(|one| one.code()).collect(),
        matters: matters(scope),
        valid_from: scope.days.first().to_string(),
        valid_to: scope.days.last().map(|day| day.to_string()),
        certificates: certificates.collect(),
        picture: made.and_then(|made| face::shown(office, (scope, made))),
    }))
}

/// What was only asked for, or is being made, is nobody's seal yet.
fn is_told(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::InUse | Stage::Suspended | Stage::Replaced | Stage::Cancelled | Stage::Destroyed
    )
}

fn matters(scope: &SealScope) -> Option<Vec<String>> {
    match &scope.matters {
        MatterScope::Every => None,
        MatterScope::Listed(listed) => Some(listed.iter().map(ToString::to_string).collect()),
    }
}

fn told(suite: &'static str, certificate: &Certificate, stands: bool) -> OpenCertificate {
    let validity = certificate.validity();
    OpenCertificate {
        suite,
        serial: hex(certificate.serial().octets()),
        from: moment(validity.from),
        until: moment(validity.last),
        sha256: hex(&crypto::sha256(certificate.der())),
        stands,
    }
}
