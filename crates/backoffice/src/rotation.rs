//! Keys of the service that are certified anew before their certificates end: responders, time-stamping units, signers of lists, of the bundle and of printed codes, the maker of seals.
//!
//! A unit's certificate lives five years, and the next one is made in its first: what was stamped last year is renewed by the same unit while its own certificate holds for
//! four more. The key stays, so that what was signed before and after is checked alike, and the certificate of before holds on for two months: answers, lists and bundles that anybody
//! kept are good until their own end. Another key is `succession`'s.

use crypto::{PublicKey, ReadKey};
use pki::certificate::{Certificate, Validity};
use pki::profile::Issuer;
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::answers::whole;
use crate::asker::Asker;
use crate::certify::{Authority, CertifyError, Order};
use crate::found::life;
use crate::hierarchy::Certified;
use crate::keys::ServiceKey;
use crate::office::{Office, OpenOffice};
use crate::parts::certified_of;

/// How old a certificate is when the next one is made: two months before the end of one that lives a year.
const AGE: Duration = Duration::days(305);

/// Why a key was not certified anew; the certificate of before stays in use.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RotateError {
    /// The register cannot be read.
    #[error("the certificates of before cannot be read")]
    Open(#[from] OpenOffice),
    /// The issuing CA's own key cannot be read.
    #[error("the issuing CA cannot be used")]
    Authority(#[from] ReadKey),
    /// There is no certificate.
    #[error("the certificate was not issued")]
    Certify(#[from] CertifyError),
    /// The trust that follows from it cannot be put together.
    #[error("the trust of before stays in force")]
    Trust(#[from] verify::ReadTrust),
}

/// Certifies anew what is due, or takes over what another process of the office made; how many certificates came in use.
///
/// # Errors
/// [`RotateError`]; what was done before it stays done.
pub async fn rotate(office: &Office) -> Result<usize, RotateError> {
    use ServiceKey as K;
    let own = &office.hierarchy;
    let usual = [
        (K::Responder, &own.responder),
        (K::TimeStamps, &own.time_stamps),
        (K::Credential, &own.credential),
        (K::StatusList, &own.status),
        (K::TrustBundle, &own.trust),
    ];
    let mut made = of_issuer(office, (K::Authority, &own.authority), &usual).await?;
    if let Some(national) = &office.national {
        let own = &national.hierarchy;
        let keys = [
            (K::NationalResponder, &own.responder),
            (K::NationalTimeStamps, &own.time_stamps),
            (K::SealMaker, &own.maker),
            (K::NationalCredential, &own.credential),
        ];
        made += of_issuer(office, (K::NationalAuthority, &own.authority), &keys).await?;
    }
    if made > 0 {
        office.put_trust()?;
    }
    Ok(made)
}

async fn of_issuer(
    office: &Office,
    (by, authority): (ServiceKey, &Certificate),
    keys: &[(ServiceKey, &Certified)],
) -> Result<usize, RotateError> {
    let now = whole(office.clock.now());
    let mut made = 0;
    // What an authority has issued ends with it: from then on there is nothing to be certified anew.
    if now >= authority.validity().last {
        return Ok(0);
    }
    for (key, certified) in keys {
        if !is_due(&certified.current(), authority, now) {
            continue;
        }
        let stored = certified_of((&office.registry, &office.keys), by, *key).await?;
        let stored = stored.current();
        let next = if is_due(&stored, authority, now) {
            issue(office, (by, authority), *key, (&stored, now)).await?
        } else {
            Certificate::clone(&stored)
        };
        certified.put(next);
        made += 1;
    }
    Ok(made)
}

/// Whether the next one is to be made: unless this one lives as long as its issuer.
fn is_due(certificate: &Certificate, authority: &Certificate, now: UtcDateTime) -> bool {
    let Validity { from, last } = certificate.validity();
    now >= from.saturating_add(AGE) && last < authority.validity().last
}

/// A certificate for the same key and name, from now on.
async fn issue(
    office: &Office,
    by: (ServiceKey, &Certificate),
    key: ServiceKey,
    (before, now): (&Certificate, UtcDateTime),
) -> Result<Certificate, RotateError> {
    let on = (before, &before.public_key()?, now);
    certify((office, None), by, key, on).await
}

/// A certificate in the name of the one before for this key, which is or will be the service's `key`, from now on; where
/// somebody asks for it, the trace has their entry.
///
/// # Errors
/// `Open` for an issuer that is not in the key store or a key without a profile, `Authority`, `Certify`.
pub async fn certify(
    (office, asker): (&Office, Option<&Asker>),
    (by, authority): (ServiceKey, &Certificate),
    key: ServiceKey,
    (before, public, now): (&Certificate, &PublicKey, UtcDateTime),
) -> Result<Certificate, RotateError> {
    let absent = || OpenOffice::KeyAbsent(key.id());
    let (_, algorithm, _) = office.keys.public_key(&by.id()).ok_or_else(absent)?;
    let profile = key.profile().ok_or_else(absent)?;
    let issuer = Issuer::of(authority, algorithm)?;
    let last = now.saturating_add(life(key)) - Duration::SECOND;
    let order = Order {
        profile,
        subject: before.subject(),
        key: public,
        validity: Validity {
            from: now,
            last: last.min(authority.validity().last),
        },
        department: "",
        asker,
    };
    let id = by.id();
    let authority = Authority {
        // Roots and CAs of either suite: the kept key is the CA's kind alone.
        throw_away: None,
        ..office.issues_by(&id, &issuer)
    };
    Ok(authority.issue(&order).await?)
}
