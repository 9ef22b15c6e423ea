//! OCSP answers signed in advance (RFC 9919): which are due, and the signed octets.

use std::sync::Arc;

use crypto::KeyId;
use pki::certificate::SerialNumber;
use pki::crl::Revoked;
use time::UtcDateTime;

use super::standing::{self, CertificateError, half_life};
use store::Link;
use store::Store;
use store::StoreError;

/// An answer that is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerDue {
    /// Whose status.
    pub serial: SerialNumber,
    /// *Revoked*, or nothing: *good*.
    pub revoked: Option<Revoked>,
    /// The changes of status so far: an answer that tells less is not kept.
    changes: i64,
}

/// A signed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAnswer {
    /// The OCSP response.
    pub der: Vec<u8>,
    /// The moment whose state it shows.
    pub this_update: UtcDateTime,
    /// Never served after this (T-A2).
    pub next_update: UtcDateTime,
}

/// The answers of a registry.
#[derive(Debug, Clone)]
pub struct Answers {
    store: Arc<Store>,
}

impl Answers {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Answers {
        Answers { store }
    }

    /// Answers to be signed, the longest due first: never signed, the status changed since, or half
    /// their life over (T-A2). Issued certificates alone: nothing else is ever *good* (T-C9).
    ///
    /// # Errors
    /// `Store`.
    pub async fn due(
        &self,
        issuer: &KeyId,
        now: UtcDateTime,
        limit: u32,
    ) -> Result<Vec<AnswerDue>, CertificateError> {
        const DUE: &str = "SELECT a.serial, a.changes, c.revoked, c.reason, c.invalid \
             FROM ocsp_answer a JOIN certificate c ON c.issuer = a.issuer AND c.serial = a.serial \
             WHERE a.issuer = $1 AND a.renew <= $2 ORDER BY a.renew, a.serial LIMIT $3";
        let mut link = self.store.reader().await?;
        let values = [issuer.as_str().into(), now.into(), limit.into()];
        let rows = link.rows(DUE, &values).await?;
        rows.into_iter()
            .map(|mut row| {
                let serial = standing::serial(&row.bytes()?)?;
                let changes = row.integer()?;
                Ok(AnswerDue {
                    serial,
                    revoked: standing::revoked(serial, &mut row)?,
                    changes,
                })
            })
            .collect()
    }

    /// Keeps signed answers, all in one transaction; returns how many. One whose status changed
    /// meanwhile, or that is older than the kept one, is dropped and stays due: no rollback.
    ///
    /// # Errors
    /// `Store`.
    pub async fn keep(
        &self,
        issuer: &KeyId,
        answers: Vec<(AnswerDue, SignedAnswer)>,
    ) -> Result<u64, CertificateError> {
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let mut kept = 0;
                    for (due, answer) in &answers {
                        kept += keep(link, &issuer, due, answer).await?;
                    }
                    Ok(kept)
                })
            })
            .await
    }

    /// The answer for a certificate; nothing before the first was signed.
    ///
    /// # Errors
    /// `Store`.
    pub async fn find(
        &self,
        issuer: &KeyId,
        serial: SerialNumber,
    ) -> Result<Option<SignedAnswer>, CertificateError> {
        const FIND: &str = "SELECT der, this_update, next_update FROM ocsp_answer \
             WHERE issuer = $1 AND serial = $2 AND der IS NOT NULL";
        let mut link = self.store.reader().await?;
        let values = [issuer.as_str().into(), serial.octets().into()];
        let Some(mut row) = link.row(FIND, &values).await? else {
            return Ok(None);
        };
        Ok(Some(SignedAnswer {
            der: row.bytes()?,
            this_update: row.moment()?,
            next_update: row.moment()?,
        }))
    }

    /// Answers in the order of serial numbers after `after`: what a server keeps in memory, so that
    /// status does not depend on the store (T-A1).
    ///
    /// # Errors
    /// `Store`.
    pub async fn list(
        &self,
        issuer: &KeyId,
        after: Option<SerialNumber>,
        limit: u32,
    ) -> Result<Vec<(SerialNumber, SignedAnswer)>, CertificateError> {
        const LIST: &str = "SELECT serial, der, this_update, next_update FROM ocsp_answer \
             WHERE issuer = $1 AND serial > $2 AND der IS NOT NULL ORDER BY serial LIMIT $3";
        let mut link = self.store.reader().await?;
        let after = after.as_ref().map_or(&[][..], SerialNumber::octets);
        let values = [issuer.as_str().into(), after.into(), limit.into()];
        let rows = link.rows(LIST, &values).await?;
        rows.into_iter()
            .map(|mut row| {
                let serial = standing::serial(&row.bytes()?)?;
                let answer = SignedAnswer {
                    der: row.bytes()?,
                    this_update: row.moment()?,
                    next_update: row.moment()?,
                };
                Ok((serial, answer))
            })
            .collect()
    }
}

async fn keep(
    link: &mut Link,
    issuer: &str,
    due: &AnswerDue,
    answer: &SignedAnswer,
) -> Result<u64, StoreError> {
    const KEEP: &str = "UPDATE ocsp_answer \
         SET der = $3, this_update = $4, next_update = $5, renew = $6 \
         WHERE issuer = $1 AND serial = $2 AND changes = $7 \
         AND (this_update IS NULL OR this_update <= $4)";
    let values = [
        issuer.into(),
        due.serial.octets().into(),
        (&answer.der).into(),
        answer.this_update.into(),
        answer.next_update.into(),
        half_life(answer.this_update, answer.next_update).into(),
        due.changes.into(),
    ];
    link.run(KEEP, &values).await
}

/// The first answer of a certificate is due.
pub(super) async fn begin(
    link: &mut Link,
    issuer: &str,
    serial: SerialNumber,
) -> Result<(), StoreError> {
    const BEGIN: &str =
        "INSERT INTO ocsp_answer (issuer, serial, changes, renew) VALUES ($1, $2, 0, 0)";
    link.run(BEGIN, &[issuer.into(), serial.octets().into()])
        .await?;
    Ok(())
}

/// The answer in force tells no longer the truth.
pub(super) async fn now_due(
    link: &mut Link,
    issuer: &str,
    serial: SerialNumber,
) -> Result<(), StoreError> {
    const DUE: &str = "UPDATE ocsp_answer SET changes = changes + 1, renew = 0 \
         WHERE issuer = $1 AND serial = $2";
    link.run(DUE, &[issuer.into(), serial.octets().into()])
        .await?;
    Ok(())
}
