//! Certificates as facts: intended, issued, revoked; their lists and the answers signed in advance.
//!
//! A serial number is taken with the intent, before the key is asked; an intent whose signature was
//! lost is voided, never signed under a second number (threat-model 4).

mod answers;
mod lists;
mod standing;

use std::sync::Arc;

use crypto::{KeyId, PublicKey, sha256};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Reason, Revoked};
use time::UtcDateTime;

use store::Store;
use store::{Link, Row};
use trail::trace::{self, Act};

pub use answers::{AnswerDue, Answers, SignedAnswer};
pub use lists::{Lists, Scope, SignedList, Turn};
pub use standing::{CertificateError, Intent, Registered, Revocation, Standing};

pub use standing::half_life;

/// The certificates of a registry.
#[derive(Debug, Clone)]
pub struct Certificates {
    store: Arc<Store>,
}

impl Certificates {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Certificates {
        Certificates { store }
    }

    /// Records that this certificate will be signed. When it returns, the serial number is taken.
    ///
    /// # Errors
    /// `SerialTaken`, `Store`.
    pub async fn intend(&self, intent: Intent) -> Result<(), CertificateError> {
        self.store
            .write(move |link| Box::pin(async move { intend(link, &intent).await }))
            .await
    }

    /// Records the signed certificate of an intent; its first OCSP answer is due at once. `act` is
    /// the trace of who had it issued, in the same transaction (T-L1).
    ///
    /// # Errors
    /// `NotIntended` when there is no open intent with this digest; `Store`.
    pub async fn issued(
        &self,
        issuer: &KeyId,
        serial: SerialNumber,
        tbs_digest: [u8; 32],
        der: Vec<u8>,
        act: Option<Act>,
    ) -> Result<(), CertificateError> {
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    issued(link, &issuer, serial, &tbs_digest, &der).await?;
                    traced(link, act.as_ref()).await
                })
            })
            .await
    }

    /// Gives up an intent without a result.
    ///
    /// # Errors
    /// `NotIntended`, `Store`.
    pub async fn void(
        &self,
        issuer: &KeyId,
        serial: SerialNumber,
        moment: UtcDateTime,
    ) -> Result<(), CertificateError> {
        const VOID: &str = "UPDATE certificate SET voided = $3 \
             WHERE issuer = $1 AND serial = $2 AND der IS NULL AND voided IS NULL";
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [(&issuer).into(), serial.octets().into(), moment.into()];
                    match link.run(VOID, &values).await? {
                        0 => Err(CertificateError::NotIntended(serial)),
                        _ => Ok(()),
                    }
                })
            })
            .await
    }

    /// Intents without a result, the oldest first: to be finished or voided at a start.
    ///
    /// # Errors
    /// `Store`.
    pub async fn unfinished(
        &self,
        issuer: &KeyId,
        limit: u32,
    ) -> Result<Vec<Registered>, CertificateError> {
        const UNFINISHED: &str = "SELECT serial, profile, department, shard, tbs_digest, intended, \
             der, voided, revoked, reason, invalid FROM certificate \
             WHERE issuer = $1 AND der IS NULL AND voided IS NULL ORDER BY intended, serial LIMIT $2";
        let mut link = self.store.reader().await?;
        let rows = link
            .rows(UNFINISHED, &[issuer.as_str().into(), limit.into()])
            .await?;
        rows.into_iter().map(registered).collect()
    }

    /// The issued certificates of a profile, the newest first: how a start finds the certificate of
    /// each key.
    ///
    /// # Errors
    /// `Store`.
    pub async fn of_profile(
        &self,
        issuer: &KeyId,
        profile: &str,
    ) -> Result<Vec<Registered>, CertificateError> {
        const OF_PROFILE: &str = "SELECT serial, profile, department, shard, tbs_digest, intended, \
             der, voided, revoked, reason, invalid FROM certificate \
             WHERE issuer = $1 AND profile = $2 AND der IS NOT NULL ORDER BY intended DESC, serial";
        let mut link = self.store.reader().await?;
        let values = [issuer.as_str().into(), profile.into()];
        let rows = link.rows(OF_PROFILE, &values).await?;
        rows.into_iter().map(registered).collect()
    }

    /// The issued certificates of a profile that are about this key, the newest first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn of_key(
        &self,
        issuer: &KeyId,
        profile: &str,
        key: &PublicKey,
    ) -> Result<Vec<Registered>, CertificateError> {
        const OF_KEY: &str = "SELECT serial, profile, department, shard, tbs_digest, intended, \
             der, voided, revoked, reason, invalid FROM certificate \
             WHERE issuer = $1 AND profile = $2 AND subject_key = $3 AND der IS NOT NULL";
        // Issued before keys were noted.
        const UNNOTED: &str = "SELECT serial, profile, department, shard, tbs_digest, intended, \
             der, voided, revoked, reason, invalid FROM certificate \
             WHERE issuer = $1 AND profile = $2 AND subject_key IS NULL AND der IS NOT NULL";
        let mut link = self.store.reader().await?;
        let digest = sha256(key.spki());
        let of = (issuer.as_str().into(), profile.into());
        let mut rows = link.rows(OF_KEY, &[of.0, of.1, (&digest).into()]).await?;
        rows.extend(link.rows(UNNOTED, &[of.0, of.1]).await?);
        let found = rows.into_iter().map(registered);
        let mut found = found.collect::<Result<Vec<_>, CertificateError>>()?;
        found.retain(|one| one.der.as_deref().and_then(about) == Some(digest));
        found.sort_by(|one, other| {
            let later = other.intended.cmp(&one.intended);
            later.then_with(|| one.serial.octets().cmp(other.serial.octets()))
        });
        Ok(found)
    }

    /// The certificate of this number, if one was ever intended.
    ///
    /// # Errors
    /// `Store`.
    pub async fn find(
        &self,
        issuer: &KeyId,
        serial: SerialNumber,
    ) -> Result<Option<Registered>, CertificateError> {
        find(&mut self.store.reader().await?, issuer.as_str(), serial).await
    }

    /// Revokes, in work that does not grow with the number of certificates: the row, one OCSP answer
    /// and two lists become due (T-A3, ades-pki 11). A hold may be followed by another reason. `act`
    /// is the trace of who revoked, in the same transaction (T-L1).
    ///
    /// # Errors
    /// `NotIssued`, `Store`.
    pub async fn revoke(
        &self,
        issuer: &KeyId,
        revoked: Revoked,
        act: Option<Act>,
    ) -> Result<Revocation, CertificateError> {
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let found = revoke(link, &issuer, &revoked).await?;
                    traced(link, act.as_ref()).await?;
                    Ok(found)
                })
            })
            .await
    }

    /// Takes back a hold.
    ///
    /// # Errors
    /// `NotHeld`, `Store`.
    pub async fn resume(
        &self,
        issuer: &KeyId,
        serial: SerialNumber,
    ) -> Result<(), CertificateError> {
        // RFC 5280 5.3.1: certificateHold is the only reversible reason.
        const RESUME: &str = "UPDATE certificate \
             SET revoked = NULL, reason = NULL, invalid = NULL \
             WHERE issuer = $1 AND serial = $2 AND reason = $3 RETURNING shard";
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let held = u32::from(Reason::CertificateHold.code());
                    let values = [(&issuer).into(), serial.octets().into(), held.into()];
                    let Some(mut row) = link.row(RESUME, &values).await? else {
                        return Err(CertificateError::NotHeld(serial));
                    };
                    let shard = standing::small(row.integer()?)?;
                    now_due(link, &issuer, serial, shard).await
                })
            })
            .await
    }
}

async fn intend(link: &mut Link, intent: &Intent) -> Result<(), CertificateError> {
    // T-C1: unique per issuer by the database.
    const INTEND: &str = "INSERT INTO certificate \
         (issuer, serial, profile, department, shard, tbs_digest, intended) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (issuer, serial) DO NOTHING";
    let values = [
        intent.issuer.as_str().into(),
        intent.serial.octets().into(),
        (&intent.profile).into(),
        (&intent.department).into(),
        intent.shard.into(),
        (&intent.tbs_digest).into(),
        intent.moment.into(),
    ];
    match link.run(INTEND, &values).await? {
        0 => Err(CertificateError::SerialTaken(intent.serial)),
        _ => Ok(()),
    }
}

async fn issued(
    link: &mut Link,
    issuer: &str,
    serial: SerialNumber,
    tbs_digest: &[u8; 32],
    der: &[u8],
) -> Result<(), CertificateError> {
    const ISSUED: &str = "UPDATE certificate SET der = $4, subject_key = $5 WHERE issuer = $1 AND serial = $2 \
         AND tbs_digest = $3 AND der IS NULL AND voided IS NULL RETURNING shard";
    let about = about(der);
    let values = [
        issuer.into(),
        serial.octets().into(),
        tbs_digest.into(),
        der.into(),
        about.as_ref().map(<[u8; 32]>::as_slice).into(),
    ];
    let Some(mut row) = link.row(ISSUED, &values).await? else {
        return Err(CertificateError::NotIntended(serial));
    };
    let shard = standing::small(row.integer()?)?;
    lists::begin(link, issuer, shard).await?;
    answers::begin(link, issuer, serial).await?;
    Ok(())
}

/// SHA-256 of the key that a certificate is about.
fn about(der: &[u8]) -> Option<[u8; 32]> {
    let key = Certificate::parse(der).ok()?.public_key().ok()?;
    Some(sha256(key.spki()))
}

async fn traced(link: &mut Link, act: Option<&Act>) -> Result<(), CertificateError> {
    if let Some(act) = act {
        trace::write(link, act).await?;
    }
    Ok(())
}

async fn find(
    link: &mut Link,
    issuer: &str,
    serial: SerialNumber,
) -> Result<Option<Registered>, CertificateError> {
    const FIND: &str = "SELECT serial, profile, department, shard, tbs_digest, intended, \
         der, voided, revoked, reason, invalid FROM certificate WHERE issuer = $1 AND serial = $2";
    link.row(FIND, &[issuer.into(), serial.octets().into()])
        .await?
        .map(registered)
        .transpose()
}

fn registered(mut row: Row) -> Result<Registered, CertificateError> {
    let serial = standing::serial(&row.bytes()?)?;
    let profile = row.text()?;
    let department = row.text()?;
    let shard = standing::small(row.integer()?)?;
    let tbs_digest = row.digest()?;
    let intended = row.moment()?;
    let der = row.maybe_bytes()?;
    let voided = row.maybe_moment()?;
    let revoked = standing::revoked(serial, &mut row)?;
    let standing = match (&der, voided, revoked) {
        (_, Some(_), _) => Standing::Voided,
        (None, None, _) => Standing::Intended,
        (Some(_), None, None) => Standing::Good,
        (Some(_), None, Some(revoked)) => Standing::Revoked(revoked),
    };
    Ok(Registered {
        serial,
        profile,
        department,
        shard,
        tbs_digest,
        intended,
        der,
        standing,
    })
}

/// Revokes in the transaction of the act that it follows from.
///
/// # Errors
/// As the store has it; a refusal by its name.
pub async fn revoke(
    link: &mut Link,
    issuer: &str,
    revoked: &Revoked,
) -> Result<Revocation, CertificateError> {
    const REVOKE: &str = "UPDATE certificate \
         SET revoked = $3, reason = $4, invalid = $5 \
         WHERE issuer = $1 AND serial = $2 AND der IS NOT NULL \
         AND (revoked IS NULL OR (reason = $6 AND $4 <> $6)) RETURNING shard";
    let values = [
        issuer.into(),
        revoked.serial.octets().into(),
        revoked.since.into(),
        u32::from(revoked.reason.code()).into(),
        revoked.invalid_since.into(),
        u32::from(Reason::CertificateHold.code()).into(),
    ];
    if let Some(mut row) = link.row(REVOKE, &values).await? {
        let shard = standing::small(row.integer()?)?;
        now_due(link, issuer, revoked.serial, shard).await?;
        return Ok(Revocation::Recorded);
    }
    match find(link, issuer, revoked.serial).await? {
        Some(Registered {
            standing: Standing::Revoked(before),
            ..
        }) => Ok(Revocation::Already(before)),
        _ => Err(CertificateError::NotIssued(revoked.serial)),
    }
}

async fn now_due(
    link: &mut Link,
    issuer: &str,
    serial: SerialNumber,
    shard: u32,
) -> Result<(), CertificateError> {
    answers::now_due(link, issuer, serial).await?;
    lists::now_due(link, issuer, shard).await?;
    Ok(())
}
