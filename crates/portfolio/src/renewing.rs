//! One renewal: what is due under one root, a time-stamp over it, a record for each file.

use backoffice::ledger::service;
use crypto::{Digest, DigestAlgorithm};
use evidence::cms::Material;
use evidence::tsp::Request;
use issuance::Office;
use issuance::ServiceKey;
use issuance::stamps::StampError;
use pki::Certificate;
use records::EvidenceRecord;
use registry::StoreError;
use registry::journal::KeyUse;
use registry::objects::{ObjectError, ObjectId};
use renewal::{Ends, Item, Life, Plan, Prepared, Relied, Unprovable, prepare};
use thiserror::Error;
use time::UtcDateTime;
use verify::Policy;

use crate::alone::Proofs;
use crate::shelf::{Shelf, ShelfError};
use crate::survey::Kept;

/// Why nothing was renewed, or not everything: a record that was kept stays, and the next run goes on with the others.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RenewError {
    /// The records.
    #[error("the records cannot be read or kept")]
    Shelf(#[from] ShelfError),
    /// A record cannot be given lists.
    #[error("a record cannot be given lists")]
    Grow(#[from] records::Grow),
    /// No tree can be laid, or the time-stamp is not over it.
    #[error("the renewal cannot be laid out, or the time-stamp is not over it")]
    Plan(#[from] Plan),
    /// A digest in the register is none.
    #[error("a digest of the register is none")]
    Digest,
    /// A file whose digest has to be taken anew cannot be read.
    #[error("a file cannot be read")]
    Object(#[from] ObjectError),
    /// The register does not say where a file is.
    #[error("the register does not say where a file is")]
    Place,
    /// The lists of the authorities are not current.
    #[error("the lists of the authorities are not current")]
    NoList,
    /// The unit gives no time-stamp.
    #[error("there is no time-stamp")]
    Stamp(#[from] StampError),
    /// The journal cannot be written.
    #[error("the journal cannot be written")]
    Store(#[from] StoreError),
    /// The time-stamp cannot be followed.
    #[error("the time-stamp cannot be followed")]
    Unprovable(#[from] Unprovable),
    /// The time-stamp proves no longer than what it would renew.
    #[error("a time-stamp that ends on {until} renews nothing: another unit has to stamp")]
    Short {
        /// When it ends.
        until: UtcDateTime,
    },
}

/// Who stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The office's own unit: what proves it goes into the tokens of before.
    Own,
    /// One from outside, whenever it answers: the root depends on nothing that changes with the day.
    Other,
}

/// What is due, under one root. Used once.
#[derive(Debug)]
pub struct Renewal {
    due: Vec<Kept>,
    prepared: Prepared,
    /// When the last of what is due ends.
    last: Option<UtcDateTime>,
}

/// What was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Files with a new or renewed record.
    pub files: usize,
    /// Until when they are proven now.
    pub until: UtcDateTime,
    /// What ends that.
    pub by: Ends,
}

impl Renewal {
    /// Lays out the renewal of what is due. Under a digest that ends, the files are read and digested by a stronger one.
    ///
    /// # Errors
    /// [`RenewError`].
    pub async fn lay(
        office: &Office,
        shelf: &Shelf,
        (due, by): (Vec<Kept>, By),
    ) -> Result<Self, RenewError> {
        let records = due.iter().map(|kept| shelf.find(&kept.digest));
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let algorithm = algorithm(&due, &records);
        let mut items = Vec::with_capacity(due.len());
        for (kept, record) in due.iter().zip(records) {
            items.push(Item {
                documents: vec![digest(office, kept, algorithm).await?],
                record,
            });
        }
        let proofs = match by {
            By::Own => Proofs::of(office).ok_or(RenewError::NoList)?,
            By::Other => Proofs::default(),
        };
        let material = Material {
            certificates: proofs.certificates(),
            crls: &proofs.lists(),
            ocsp_responses: &[],
        };
        let ends = due.iter().filter(|kept| kept.is_due);
        Ok(Self {
            prepared: prepare(algorithm, items, &material)?,
            last: ends.map(|kept| kept.life.until).max(),
            due,
        })
    }

    /// What is to be stamped.
    #[must_use]
    pub fn root(&self) -> &Digest {
        self.prepared.root()
    }

    /// A token by the office's own unit, known to the journal before it is used (T-S8).
    ///
    /// # Errors
    /// `Short` where the unit ends no later than what it would renew: nothing is stamped then. `Stamp`, `Store`.
    pub async fn stamp(&self, office: &Office) -> Result<Vec<u8>, RenewError> {
        let until = office.stamps.unit().certificate.validity().last;
        if self.last.is_some_and(|last| until <= last) {
            return Err(RenewError::Short { until });
        }
        let (clock, keys, random) = (&office.clock, &office.keys, &office.random);
        let request = Request::new(self.root());
        let stamp = office
            .stamps
            .open(&request, clock.as_ref(), keys, random.as_ref())?;
        let line = KeyUse {
            department: service(),
            by: registry::asked::By::new("service", stamp.moment),
            key: ServiceKey::TimeStamps.id(),
            purpose: "time-stamp".to_owned(),
            digests: vec![stamp.signed],
            object: "portfolio".to_owned(),
        };
        office.registry.journal().append(vec![line]).await?;
        // Whoever judges the record needs the status of the unit, and has nothing else with it.
        let proofs = Proofs::of(office).ok_or(RenewError::NoList)?;
        Ok(stamp.token_keeping(&[], &proofs.lists()))
    }

    /// Keeps a record for each file under `token`, which is over [`Self::root`].
    ///
    /// # Errors
    /// `Short` where the token ends no later than what it would renew, `Plan` where it is over something else: nothing is kept.
    /// `Shelf`: what was kept stays, and the rest is due still.
    pub fn finish(self, office: &Office, shelf: &Shelf, token: &[u8]) -> Result<Done, RenewError> {
        let policy = Policy::default();
        let relied = Relied {
            digest: &|algorithm| policy.digest_until(algorithm),
            signature: &|algorithm, key| policy.signature_until(algorithm, key),
        };
        let known: Vec<Certificate> = office.trust().known().cloned().collect();
        let life = Life::of(token, &known, &relied)?;
        if self.last.is_some_and(|last| life.until <= last) {
            return Err(RenewError::Short { until: life.until });
        }
        let mut files = 0_usize;
        for (kept, renewed) in self.due.iter().zip(self.prepared.finish(token)?) {
            let (record, _) = renewed?;
            shelf.keep(&kept.digest, &record)?;
            files = files.saturating_add(1);
        }
        Ok(Done {
            files,
            until: life.until,
            by: life.by,
        })
    }
}

/// A stronger digest where one ends, and where a record has it already: no record goes back to a weaker one.
fn algorithm(due: &[Kept], records: &[Option<EvidenceRecord>]) -> DigestAlgorithm {
    let ends = due
        .iter()
        .any(|kept| kept.is_due && kept.life.by == Ends::Digest);
    let mut known = records.iter().flatten().map(EvidenceRecord::algorithm);
    if ends || known.any(|known| known == Ok(DigestAlgorithm::Sha512)) {
        DigestAlgorithm::Sha512
    } else {
        DigestAlgorithm::Sha256
    }
}

async fn digest(
    office: &Office,
    kept: &Kept,
    algorithm: DigestAlgorithm,
) -> Result<Digest, RenewError> {
    if algorithm == DigestAlgorithm::Sha256 {
        return Digest::from_bytes(algorithm, &kept.digest).map_err(|_| RenewError::Digest);
    }
    let object: ObjectId = kept.object.parse().map_err(|_| RenewError::Place)?;
    let octets = office.objects.read(&object).await?;
    Ok(Digest::of(algorithm, &octets))
}
