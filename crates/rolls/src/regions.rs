//! Trust that was exchanged with other regions (R32): added, dated anew and taken back by two people, the second within a
//! day. What was in force stays so until the second word; what came is kept as it came, with its signature.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::sha256;
use serde::{Deserialize, Serialize};
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::trace::{self, Act, Deed};

use crate::own_anchors::OwnAnchors;
use crate::own_lists::OwnLists;
use crate::word::{self, Word};
pub use crate::word::{Spoken, Waiting};

/// What the subject of a word begins with.
const KIND: &str = "region ";
/// Characters of a region's name.
const MAX_NAME: usize = 64;

/// What one person says about a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionWord {
    /// Which region, by the name under which it is kept here.
    pub region: String,
    /// Its trust; `None` where it is to be trusted no more.
    pub trust: Option<RegionTrust>,
    /// Who says it.
    pub person: PersonKey,
    /// The person's department, in whose trace it stands.
    pub department: DepartmentKey,
    /// By what decision.
    pub decision: String,
    /// Who, when.
    pub by: By,
}

/// A region's trust as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionTrust {
    /// The signed bundle, or the signed list, as it came.
    pub bundle: String,
    /// When it was made, as it says itself.
    pub issued_at: UtcDateTime,
    /// From when on it is trusted.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
    /// What else was agreed on.
    pub agreed: Agreed,
}

/// What two people agreed on about a region beside its list and the term.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Who may sign the region's list: DER, hexadecimal. A signed bundle brings its signer along.
    pub signers: Vec<String>,
    /// Which of the bodies that it names are trusted; all of them where this is left out.
    pub offices: Option<Vec<AgreedOffice>>,
}

/// A body that is trusted, for which types, from when until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedOffice {
    /// Unified social credit code.
    pub code: String,
    /// Codes of types; empty: all that the region's list names for it.
    pub types: Vec<String>,
    /// From when on, seconds of 1970.
    pub from: Option<i64>,
    /// Until before when, seconds of 1970.
    pub until: Option<i64>,
}

/// A region that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Its trust.
    pub trust: RegionTrust,
    /// Who decided it.
    pub people: String,
    /// By what decision.
    pub decision: String,
    /// When the second of them did.
    pub decided: UtcDateTime,
}

/// What one person proposed about a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRegion {
    /// Its name.
    pub name: String,
    /// The trust; `None` where it is to be trusted no more.
    pub trust: Option<RegionTrust>,
    /// By what decision.
    pub decision: String,
    /// Whose word it is, and until when it waits.
    pub waiting: Waiting,
}

/// Why a word does not count.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum RegionRefused {
    /// The name is empty, too long, or holds other characters than letters, digits and hyphens.
    #[error("the name of the region is not one")]
    Name,
    /// There is no such region whose trust could be taken back.
    #[error("no such region is trusted")]
    Unknown,
    /// What is in force is newer.
    #[error("what is in force is newer")]
    Older,
    /// The term has no moment in it.
    #[error("the term ends before it begins")]
    Term,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Regions whose trust was exchanged.
#[derive(Debug, Clone)]
pub struct Regions {
    store: Arc<Store>,
}

/// What is proposed, as two people say it alike.
#[derive(Serialize, Deserialize)]
struct Proposal {
    decision: String,
    trust: Option<Said>,
}

#[derive(Serialize, Deserialize)]
struct Said {
    bundle: String,
    issued: i64,
    from: Option<i64>,
    until: Option<i64>,
    agreed: Agreed,
}

const ALL: &str = "SELECT region, bundle, issued, begins, ends, agreed, people, decision, decided FROM region_trust \
     ORDER BY region";
const ISSUED: &str = "SELECT issued FROM region_trust WHERE region = $1";
const TRUST: &str = "INSERT INTO region_trust (region, bundle, issued, begins, ends, agreed, people, decision, decided) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (region) DO UPDATE SET bundle = excluded.bundle, \
     issued = excluded.issued, begins = excluded.begins, ends = excluded.ends, agreed = excluded.agreed, \
     people = excluded.people, decision = excluded.decision, decided = excluded.decided";
const FORGET: &str = "DELETE FROM region_trust WHERE region = $1";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "region_trust",
};

impl Regions {
    /// The regions in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Regions {
        Regions { store }
    }

    /// Anchors of our own that were added or dated, in the same way.
    #[must_use]
    pub fn own_anchors(&self) -> OwnAnchors {
        OwnAnchors::new(Arc::clone(&self.store))
    }

    /// The lists that we published of what we trust.
    #[must_use]
    pub fn own_lists(&self) -> OwnLists {
        OwnLists::new(Arc::clone(&self.store))
    }

    /// Every region that is trusted, by name: the last good state.
    ///
    /// # Errors
    /// The store.
    pub async fn all(&self) -> Result<Vec<Region>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(ALL, &[]).await?;
        rows.into_iter().map(read).collect()
    }

    /// What one person proposed and waits for a second one at `now`.
    ///
    /// # Errors
    /// The store.
    pub async fn waiting(&self, now: UtcDateTime) -> Result<Vec<WaitingRegion>, StoreError> {
        let mut link = self.store.reader().await?;
        let all = word::waiting(&mut link, KIND).await?;
        let due = all.into_iter().filter(|(.., one)| now < one.until);
        due.map(|(name, proposal, waiting)| {
            let proposal: Proposal = serde_json::from_str(&proposal).map_err(|_| DAMAGED)?;
            Ok(WaitingRegion {
                name,
                trust: proposal.trust.map(Said::read).transpose()?,
                decision: proposal.decision,
                waiting,
            })
        })
        .collect()
    }

    /// Takes one person's word; the second person's, which says the same, puts it in force.
    ///
    /// # Errors
    /// [`RegionRefused`]; then nothing was kept.
    pub async fn say(&self, word: RegionWord) -> Result<Spoken, RegionRefused> {
        let plain = |one: char| one.is_alphanumeric() || one == '-';
        if word.region.is_empty()
            || word.region.chars().count() > MAX_NAME
            || !word.region.chars().all(plain)
        {
            return Err(RegionRefused::Name);
        }
        if let Some(trust) = &word.trust
            && let (Some(from), Some(until)) = (trust.from, trust.until)
            && until <= from
        {
            return Err(RegionRefused::Term);
        }
        self.store
            .write(move |link| Box::pin(async move { say(link, &word).await }))
            .await
    }
}

impl Said {
    fn of(trust: &RegionTrust) -> Said {
        Said {
            bundle: trust.bundle.clone(),
            issued: trust.issued_at.unix_timestamp(),
            from: trust.from.map(UtcDateTime::unix_timestamp),
            until: trust.until.map(UtcDateTime::unix_timestamp),
            agreed: trust.agreed.clone(),
        }
    }

    fn read(self) -> Result<RegionTrust, StoreError> {
        let moment = |seconds| UtcDateTime::from_unix_timestamp(seconds).map_err(|_| DAMAGED);
        Ok(RegionTrust {
            bundle: self.bundle,
            issued_at: moment(self.issued)?,
            from: self.from.map(moment).transpose()?,
            until: self.until.map(moment).transpose()?,
            agreed: self.agreed,
        })
    }
}

fn read(mut row: Row) -> Result<Region, StoreError> {
    Ok(Region {
        name: row.text()?,
        trust: RegionTrust {
            bundle: row.text()?,
            issued_at: row.moment()?,
            from: row.maybe_moment()?,
            until: row.maybe_moment()?,
            // What was kept before there was more to agree on says nothing more.
            agreed: match row.maybe_text()? {
                Some(text) => serde_json::from_str(&text).map_err(|_| DAMAGED)?,
                None => Agreed::default(),
            },
        },
        people: row.text()?,
        decision: row.text()?,
        decided: row.moment()?,
    })
}

async fn say(link: &mut Link, word: &RegionWord) -> Result<Spoken, RegionRefused> {
    let region = word.region.as_str();
    let known = match link.row(ISSUED, &[region.into()]).await? {
        Some(mut row) => Some(row.moment()?),
        None => None,
    };
    match (&word.trust, known) {
        (None, None) => return Err(RegionRefused::Unknown),
        (Some(trust), Some(known)) if trust.issued_at < known => return Err(RegionRefused::Older),
        _ => {}
    }
    let proposal = Proposal {
        decision: word.decision.clone(),
        trust: word.trust.as_ref().map(Said::of),
    };
    let proposal = serde_json::to_string(&proposal).map_err(|_| DAMAGED)?;
    let heard = Word {
        subject: &format!("{KIND}{region}"),
        proposal: &proposal,
        person: &word.person,
        by: &word.by,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        let event = match &word.trust {
            Some(_) => "consent to trust",
            None => "consent to trust no more",
        };
        trace::write(link, &act(word, event)).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    second(link, word, &first).await?;
    Ok(Spoken::Holds)
}

async fn second(
    link: &mut Link,
    word: &RegionWord,
    first: &PersonKey,
) -> Result<(), RegionRefused> {
    let region = word.region.as_str();
    let event = match &word.trust {
        Some(trust) => {
            let people = format!("{} {}", first.as_str(), word.person.as_str());
            let agreed = serde_json::to_string(&trust.agreed).map_err(|_| DAMAGED)?;
            let values = [
                region.into(),
                trust.bundle.as_str().into(),
                trust.issued_at.into(),
                trust.from.into(),
                trust.until.into(),
                agreed.as_str().into(),
                people.as_str().into(),
                word.decision.as_str().into(),
                word.by.at.into(),
            ];
            link.later(TRUST, &values).await?;
            "trusted"
        }
        None => {
            link.later(FORGET, &[region.into()]).await?;
            "trusted no more"
        }
    };
    trace::write(link, &act(word, event)).await?;
    Ok(())
}

fn act(word: &RegionWord, event: &str) -> Act {
    let mut detail = vec![("event", event.to_owned())];
    if let Some(trust) = &word.trust {
        let digest = sha256(trust.bundle.as_bytes());
        let hex: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
        detail.push(("bundle", hex));
    }
    Act {
        department: word.department.clone(),
        by: word.by.clone(),
        deed: Deed::Permit,
        object: format!("region {}", word.region),
        ground: word.decision.clone(),
        detail,
        key: None,
    }
}
