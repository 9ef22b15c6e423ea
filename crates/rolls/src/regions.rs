//! Trust that was exchanged with other regions (R32): added, dated anew and taken back by two people, the second within a
//! day. What was in force stays so until the second word; the bundle is kept as it came, with its signature.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::sha256;
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use trail::asked::By;
use trail::trace::{self, Act, Deed};

/// How long the first word waits for the second.
const PENDING: Duration = Duration::hours(24);
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
    /// The signed bundle, as it came.
    pub bundle: String,
    /// When it was made, as it says itself.
    pub issued_at: UtcDateTime,
    /// From when on it is trusted.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
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

/// What became of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// It waits for a second person until this moment.
    Waits(UtcDateTime),
    /// It was the second one: what it says holds.
    Holds,
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

const ALL: &str = "SELECT region, bundle, issued, begins, ends, people, decision, decided FROM region_trust ORDER BY region";
const ISSUED: &str = "SELECT issued FROM region_trust WHERE region = $1";
const PENDING_WORD: &str = "SELECT person, terms, until_moment FROM region_word WHERE region = $1";
const WORD: &str = "INSERT INTO region_word (region, person, terms, until_moment) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (region) DO UPDATE SET person = excluded.person, terms = excluded.terms, \
     until_moment = excluded.until_moment";
const SPOKEN: &str = "DELETE FROM region_word WHERE region = $1";
const TRUST: &str = "INSERT INTO region_trust (region, bundle, issued, begins, ends, people, decision, decided) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (region) DO UPDATE SET bundle = excluded.bundle, \
     issued = excluded.issued, begins = excluded.begins, ends = excluded.ends, people = excluded.people, \
     decision = excluded.decision, decided = excluded.decided";
const FORGET: &str = "DELETE FROM region_trust WHERE region = $1";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "region_word",
};

impl Regions {
    /// The regions in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Regions {
        Regions { store }
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

fn read(mut row: Row) -> Result<Region, StoreError> {
    Ok(Region {
        name: row.text()?,
        trust: RegionTrust {
            bundle: row.text()?,
            issued_at: row.moment()?,
            from: row.maybe_moment()?,
            until: row.maybe_moment()?,
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
    match first(link, word).await? {
        // Repeated by the same person it is one word.
        Some(first) if first != word.person => second(link, word, &first).await?,
        _ => return Ok(Spoken::Waits(wait(link, word).await?)),
    }
    Ok(Spoken::Holds)
}

/// What two people have to say alike.
fn terms(word: &RegionWord) -> [u8; 32] {
    let said = word.trust.as_ref().map(|trust| {
        let end = |moment: Option<UtcDateTime>| moment.map(UtcDateTime::unix_timestamp);
        let bundle = sha256(trust.bundle.as_bytes());
        format!("{bundle:?} {:?} {:?}", end(trust.from), end(trust.until))
    });
    sha256(format!("{said:?} {}", word.decision).as_bytes())
}

/// The person who said the same before, while that holds.
async fn first(link: &mut Link, word: &RegionWord) -> Result<Option<PersonKey>, StoreError> {
    let Some(mut row) = link
        .row(PENDING_WORD, &[word.region.as_str().into()])
        .await?
    else {
        return Ok(None);
    };
    let person = PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let holds = row.digest()? == terms(word) && word.by.at < row.moment()?;
    Ok(holds.then_some(person))
}

async fn wait(link: &mut Link, word: &RegionWord) -> Result<UtcDateTime, StoreError> {
    let until = word.by.at + PENDING;
    let terms = terms(word);
    let values = [
        word.region.as_str().into(),
        word.person.as_str().into(),
        (&terms).into(),
        until.into(),
    ];
    link.later(WORD, &values).await?;
    let event = match &word.trust {
        Some(_) => "consent to trust",
        None => "consent to trust no more",
    };
    trace::write(link, &act(word, event)).await?;
    Ok(until)
}

async fn second(link: &mut Link, word: &RegionWord, first: &PersonKey) -> Result<(), StoreError> {
    let region = word.region.as_str();
    link.later(SPOKEN, &[region.into()]).await?;
    let event = match &word.trust {
        Some(trust) => {
            let people = format!("{} {}", first.as_str(), word.person.as_str());
            let values = [
                region.into(),
                trust.bundle.as_str().into(),
                trust.issued_at.into(),
                trust.from.into(),
                trust.until.into(),
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
