//! Whether a record proves its file with nothing else at hand, once the units before the last one have ended.
//!
//! EN 319 102-1 5.6.2.2 slides from now, down the chain of a unit that ended, to a moment at which everything below was known
//! to hold: the root's list says it of the authority, and takes that moment to its own issue; by then the authority's list
//! about the unit has to be proven to exist; and the token has to be proven older than that. So a file's record carries, in
//! this order: a time-stamp over the file; the authorities' lists of later, inside it; a time-stamp over both; the
//! roots' lists of later still, inside that one. Each step waits for lists that are younger than the step before, and which are
//! wanted is asked of the record itself.

use std::sync::Arc;

use backoffice::hierarchy::Certified;
use evidence::cms::Material;
use evidence::tsp::Token;
use issuance::lists::Published;
use issuance::{Office, ServiceKey as K};
use pki::Certificate;
use pki::crl::Crl;
use pki::name::Name;
use records::{ArchiveTimeStamp, EvidenceRecord, Grow};
use time::UtcDateTime;

/// What a record wants before it is proof by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Nothing.
    Nothing,
    /// A time-stamp over the last one and the authorities' lists, which have to be younger than that one.
    Stamp {
        /// When the last one was made.
        after: UtcDateTime,
    },
    /// The roots' lists, younger than its last time-stamp.
    Lists {
        /// When that was made.
        after: UtcDateTime,
    },
}

/// What proves tokens of the office's own units in later years: certificates, and lists of this day.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    certificates: Vec<Vec<u8>>,
    /// What the issuing CAs say of every unit of theirs.
    lists: Vec<Dated>,
    /// What the roots say of these.
    roots: Vec<Dated>,
}

#[derive(Debug, Clone)]
struct Dated {
    list: Arc<Published>,
    issuer: Name,
}

impl Dated {
    fn of(list: Arc<Published>, issuer: &Certificate) -> Self {
        let issuer = issuer.subject().clone();
        Self { list, issuer }
    }
}

impl Proofs {
    /// Those of today; nothing where a list is not current.
    pub(crate) fn of(office: &Office) -> Option<Self> {
        let mut proofs = Self::default();
        let own = &office.hierarchy;
        let authorities = (&own.root, &own.authority);
        proofs.take(
            office,
            (K::Root, K::Authority),
            authorities,
            &own.time_stamps,
        )?;
        if let Some(national) = &office.national {
            let (own, keys) = (&national.hierarchy, (K::NationalRoot, K::NationalAuthority));
            let authorities = (&own.root, &own.authority);
            proofs.take(office, keys, authorities, &own.time_stamps)?;
        }
        Some(proofs)
    }

    fn take(
        &mut self,
        office: &Office,
        (root, authority): (K, K),
        (above, issuer): (&Certificate, &Certificate),
        units: &Certified,
    ) -> Option<()> {
        let name = format!("{}.crl", root.name());
        self.roots
            .push(Dated::of(office.lists.revoked(&name)?, above));
        self.certificates.push(issuer.der().to_vec());
        for unit in units.all() {
            let list = office.lists.about(authority, &unit)?;
            self.lists.push(Dated::of(list, issuer));
            self.certificates.push(unit.der().to_vec());
        }
        Some(())
    }

    /// All lists, DER.
    pub(crate) fn lists(&self) -> Vec<Vec<u8>> {
        ders(self.lists.iter().chain(&self.roots))
    }

    /// The certificates of the units and of their issuers, DER.
    pub(crate) fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// Whether what a record wants is there: every list is younger than its time-stamp.
    pub(crate) fn serve(&self, wants: Wants) -> bool {
        let (lists, after) = match wants {
            Wants::Nothing => return false,
            Wants::Stamp { after } => (&self.lists, after),
            Wants::Lists { after } => (&self.roots, after),
        };
        lists.iter().all(|one| one.list.this_update >= after)
    }

    /// The record with the roots' lists in its last token, which nothing covers yet.
    pub(crate) fn complete(&self, mut record: EvidenceRecord) -> Result<EvidenceRecord, Grow> {
        record.add_material(&Material {
            certificates: &[],
            crls: &ders(self.roots.iter()),
            ocsp_responses: &[],
        })?;
        Ok(record)
    }

    /// What this record wants; one that cannot be read wants nothing that could be given.
    pub(crate) fn wanted(&self, record: &EvidenceRecord) -> Wants {
        let stamps: Vec<&ArchiveTimeStamp> = record.chains().iter().flatten().collect();
        let Some((last, before)) = stamps.split_last() else {
            return Wants::Nothing;
        };
        let Some(held) = Held::by(last) else {
            return Wants::Nothing;
        };
        let after = held.after;
        let mut before = before.iter().filter_map(|stamp| Held::by(stamp));
        if !before.any(|held| held.has_each(&self.lists)) {
            Wants::Stamp { after }
        } else if !held.has_each(&self.roots) {
            Wants::Lists { after }
        } else {
            Wants::Nothing
        }
    }
}

fn ders<'a>(lists: impl Iterator<Item = &'a Dated>) -> Vec<Vec<u8>> {
    let mut ders: Vec<Vec<u8>> = lists.map(|one| one.list.bytes.clone()).collect();
    ders.sort_unstable();
    ders.dedup();
    ders
}

/// A time-stamp of a record, and the lists that its token holds.
struct Held {
    after: UtcDateTime,
    lists: Vec<Crl>,
}

impl Held {
    fn by(stamp: &ArchiveTimeStamp) -> Option<Self> {
        let token = Token::parse(stamp.token()).ok()?;
        let lists = token.signed_data().crls().iter();
        Some(Self {
            after: token.info().moment(),
            lists: lists.filter_map(|der| Crl::parse(der).ok()).collect(),
        })
    }

    /// Whether it holds a list of each of these issuers that is younger than itself.
    fn has_each(&self, issuers: &[Dated]) -> bool {
        let has = |issuer: &Name| {
            let mut lists = self.lists.iter();
            lists.any(|list| list.issuer() == issuer && list.this_update() >= self.after)
        };
        issuers.iter().all(|one| has(&one.issuer))
    }
}
