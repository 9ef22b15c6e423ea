//! Revocation lists: one writer a scope at a time, numbers that only rise, the signed octets.

use std::sync::Arc;

use crypto::KeyId;
use pki::crl::Revoked;
use time::UtcDateTime;

use super::standing::{self, CertificateError, half_life};
use store::Link;
use store::Store;
use store::StoreError;

/// What a list covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All certificates of the issuer.
    Complete,
    /// Those of one shard.
    Shard(u32),
}

impl Scope {
    fn column(self) -> i64 {
        match self {
            Scope::Complete => -1,
            Scope::Shard(shard) => i64::from(shard),
        }
    }

    fn from_column(column: i64) -> Result<Scope, StoreError> {
        match column {
            -1 => Ok(Scope::Complete),
            shard => standing::small(shard).map(Scope::Shard),
        }
    }
}

/// The right to make one list of a scope, with the number that it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// cRLNumber (RFC 5280 5.2.3): above every number given out before in this scope.
    pub number: u64,
    /// The changes that were recorded when the turn began.
    changes: i64,
}

/// A signed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    /// cRLNumber.
    pub number: u64,
    /// The list.
    pub der: Vec<u8>,
    /// The moment whose state it shows.
    pub this_update: UtcDateTime,
    /// By when there is another.
    pub next_update: UtcDateTime,
}

/// The revocation lists of a registry.
#[derive(Debug, Clone)]
pub struct Lists {
    store: Arc<Store>,
}

impl Lists {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Lists {
        Lists { store }
    }

    /// Makes sure that these scopes exist and are due, before any certificate names them.
    ///
    /// # Errors
    /// `Store`.
    pub async fn begin(&self, issuer: &KeyId, shards: u32) -> Result<(), CertificateError> {
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    begin_scope(link, &issuer, Scope::Complete).await?;
                    for shard in 0..shards {
                        begin_scope(link, &issuer, Scope::Shard(shard)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Takes the next number of a scope. Nobody else gets a turn before `until`, unless the list
    /// is published before. A number whose list never appears is lost, which RFC 5280 allows.
    ///
    /// # Errors
    /// `Leased` while another makes the list; `Store`.
    pub async fn take_turn(
        &self,
        issuer: &KeyId,
        scope: Scope,
        now: UtcDateTime,
        until: UtcDateTime,
    ) -> Result<Turn, CertificateError> {
        const TAKE: &str = "UPDATE crl_scope SET number = number + 1, leased_until = $4 \
             WHERE issuer = $1 AND scope = $2 AND leased_until <= $3 RETURNING number, changes";
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    begin_scope(link, &issuer, scope).await?;
                    let values = [
                        (&issuer).into(),
                        scope.column().into(),
                        now.into(),
                        until.into(),
                    ];
                    let Some(mut row) = link.row(TAKE, &values).await? else {
                        return Err(CertificateError::Leased);
                    };
                    Ok(Turn {
                        number: row.count()?,
                        changes: row.integer()?,
                    })
                })
            })
            .await
    }

    /// The entries of a list: read after the turn was taken, by serial number. Entries stay after
    /// their certificates expire (expiredCertsOnCRL).
    ///
    /// # Errors
    /// `Store`.
    pub async fn revoked_in(
        &self,
        issuer: &KeyId,
        scope: Scope,
    ) -> Result<Vec<Revoked>, CertificateError> {
        const COMPLETE: &str = "SELECT serial, revoked, reason, invalid FROM certificate \
             WHERE issuer = $1 AND revoked IS NOT NULL ORDER BY serial";
        const SHARD: &str = "SELECT serial, revoked, reason, invalid FROM certificate \
             WHERE issuer = $1 AND shard = $2 AND revoked IS NOT NULL ORDER BY serial";
        let mut link = self.store.reader().await?;
        let rows = match scope {
            Scope::Complete => link.rows(COMPLETE, &[issuer.as_str().into()]).await?,
            Scope::Shard(shard) => {
                link.rows(SHARD, &[issuer.as_str().into(), shard.into()])
                    .await?
            }
        };
        let mut entries = Vec::with_capacity(rows.len());
        for mut row in rows {
            let serial = standing::serial(&row.bytes()?)?;
            entries.extend(standing::revoked(serial, &mut row)?);
        }
        Ok(entries)
    }

    /// Publishes the list of a turn and ends the turn. What was revoked after the turn began leaves
    /// the scope due.
    ///
    /// # Errors
    /// `Overtaken` when a later number was given out; `Store`.
    pub async fn publish(
        &self,
        issuer: &KeyId,
        scope: Scope,
        turn: Turn,
        list: SignedList,
    ) -> Result<(), CertificateError> {
        const PUBLISH: &str = "UPDATE crl_scope SET der = $4, this_update = $5, next_update = $6, \
             renew = $7, published = $3, published_changes = $8, leased_until = 0 \
             WHERE issuer = $1 AND scope = $2 AND number = $3";
        let issuer = issuer.as_str().to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [
                        (&issuer).into(),
                        scope.column().into(),
                        turn.number.into(),
                        (&list.der).into(),
                        list.this_update.into(),
                        list.next_update.into(),
                        half_life(list.this_update, list.next_update).into(),
                        turn.changes.into(),
                    ];
                    match link.run(PUBLISH, &values).await? {
                        0 => Err(CertificateError::Overtaken(turn.number)),
                        _ => Ok(()),
                    }
                })
            })
            .await
    }

    /// The list in force; nothing before the first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn latest(
        &self,
        issuer: &KeyId,
        scope: Scope,
    ) -> Result<Option<SignedList>, CertificateError> {
        const LATEST: &str = "SELECT published, der, this_update, next_update FROM crl_scope \
             WHERE issuer = $1 AND scope = $2 AND der IS NOT NULL";
        let mut link = self.store.reader().await?;
        let values = [issuer.as_str().into(), scope.column().into()];
        let Some(mut row) = link.row(LATEST, &values).await? else {
            return Ok(None);
        };
        Ok(Some(SignedList {
            number: row.count()?,
            der: row.bytes()?,
            this_update: row.moment()?,
            next_update: row.moment()?,
        }))
    }

    /// Scopes whose list is to be made anew: never made, changed since, or half its life over (T-A3).
    ///
    /// # Errors
    /// `Store`.
    pub async fn due(
        &self,
        issuer: &KeyId,
        now: UtcDateTime,
    ) -> Result<Vec<Scope>, CertificateError> {
        const DUE: &str = "SELECT scope FROM crl_scope WHERE issuer = $1 \
             AND (der IS NULL OR changes > published_changes OR renew <= $2) ORDER BY scope";
        let mut link = self.store.reader().await?;
        let rows = link
            .rows(DUE, &[issuer.as_str().into(), now.into()])
            .await?;
        rows.into_iter()
            .map(|mut row| Ok(Scope::from_column(row.integer()?)?))
            .collect()
    }
}

/// The lists that a certificate of `shard` may appear on exist.
pub(super) async fn begin(link: &mut Link, issuer: &str, shard: u32) -> Result<(), StoreError> {
    begin_scope(link, issuer, Scope::Complete).await?;
    begin_scope(link, issuer, Scope::Shard(shard)).await
}

async fn begin_scope(link: &mut Link, issuer: &str, scope: Scope) -> Result<(), StoreError> {
    const BEGIN: &str = "INSERT INTO crl_scope (issuer, scope, number, leased_until, changes, \
         published, published_changes, renew) VALUES ($1, $2, 0, 0, 0, 0, 0, 0) \
         ON CONFLICT (issuer, scope) DO NOTHING";
    link.run(BEGIN, &[issuer.into(), scope.column().into()])
        .await?;
    Ok(())
}

/// A certificate of `shard` was revoked or taken off hold.
pub(super) async fn now_due(link: &mut Link, issuer: &str, shard: u32) -> Result<(), StoreError> {
    // In this order always, so that two revocations never wait for each other's row.
    const CHANGED: &str =
        "UPDATE crl_scope SET changes = changes + 1 WHERE issuer = $1 AND scope = $2";
    for scope in [Scope::Complete, Scope::Shard(shard)] {
        link.run(CHANGED, &[issuer.into(), scope.column().into()])
            .await?;
    }
    Ok(())
}
