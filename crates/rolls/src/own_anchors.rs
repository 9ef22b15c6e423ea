//! Anchors of our own beside the roots of the installation, and the dates of those: added, dated anew and taken back by two
//! people, the second within a day (T-S4 for trust). What was in force stays so until the second word.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::sha256;
use serde::{Deserialize, Serialize};
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::trace::{self, Act, Deed};

use crate::word::{self, Spoken, Waiting, Word};

/// What the subject of a word begins with.
const KIND: &str = "anchor ";

/// What one person says about an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorWord {
    /// Which: SHA-256 of its certificate, hexadecimal.
    pub anchor: String,
    /// How it is trusted; `None` where what two people said of it is to hold no more.
    pub trust: Option<AnchorTrust>,
    /// Who says it.
    pub person: PersonKey,
    /// The person's department, in whose trace it stands.
    pub department: DepartmentKey,
    /// By what decision.
    pub decision: String,
    /// Who, when.
    pub by: By,
}

/// How an anchor is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorTrust {
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// For what, by the words of trust bundles.
    pub purposes: Vec<String>,
    /// From when on.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
}

/// An anchor that two people decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAnchor {
    /// SHA-256 of its certificate, hexadecimal.
    pub anchor: String,
    /// How it is trusted.
    pub trust: AnchorTrust,
    /// Who decided it.
    pub people: String,
    /// By what decision.
    pub decision: String,
    /// When the second of them did.
    pub decided: UtcDateTime,
}

/// What one person proposed about an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingAnchor {
    /// SHA-256 of its certificate, hexadecimal.
    pub anchor: String,
    /// How it is to be trusted; `None` where what was said of it is to hold no more.
    pub trust: Option<AnchorTrust>,
    /// By what decision.
    pub decision: String,
    /// Whose word it is, and until when it waits.
    pub waiting: Waiting,
}

/// Why a word does not count.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum AnchorRefused {
    /// Nothing was decided about such an anchor that could be taken back.
    #[error("nothing was decided about this anchor")]
    Unknown,
    /// The term has no moment in it.
    #[error("the term ends before it begins")]
    Term,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Anchors of our own.
#[derive(Debug, Clone)]
pub struct OwnAnchors {
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
    certificate: Vec<u8>,
    purposes: Vec<String>,
    from: Option<i64>,
    until: Option<i64>,
}

const ALL: &str = "SELECT anchor, certificate, purposes, begins, ends, people, decision, decided FROM own_anchor \
     ORDER BY anchor";
const KNOWN: &str = "SELECT decided FROM own_anchor WHERE anchor = $1";
const TRUST: &str = "INSERT INTO own_anchor (anchor, certificate, purposes, begins, ends, people, decision, decided) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (anchor) DO UPDATE SET purposes = excluded.purposes, \
     begins = excluded.begins, ends = excluded.ends, people = excluded.people, decision = excluded.decision, \
     decided = excluded.decided";
const FORGET: &str = "DELETE FROM own_anchor WHERE anchor = $1";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "own_anchor",
};

impl OwnAnchors {
    /// The anchors in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> OwnAnchors {
        OwnAnchors { store }
    }

    /// Every anchor that two people decided about: the last good state.
    ///
    /// # Errors
    /// The store; `Damaged` where a certificate is not the one of its digest.
    pub async fn all(&self) -> Result<Vec<OwnAnchor>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(ALL, &[]).await?;
        rows.into_iter().map(read).collect()
    }

    /// What one person proposed and waits for a second one at `now`.
    ///
    /// # Errors
    /// The store.
    pub async fn waiting(&self, now: UtcDateTime) -> Result<Vec<WaitingAnchor>, StoreError> {
        let mut link = self.store.reader().await?;
        let all = word::waiting(&mut link, KIND).await?;
        let due = all.into_iter().filter(|(.., one)| now < one.until);
        due.map(|(anchor, proposal, waiting)| {
            let proposal: Proposal = serde_json::from_str(&proposal).map_err(|_| DAMAGED)?;
            Ok(WaitingAnchor {
                anchor,
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
    /// [`AnchorRefused`]; then nothing was kept.
    pub async fn say(&self, word: AnchorWord) -> Result<Spoken, AnchorRefused> {
        if let Some(trust) = &word.trust
            && let (Some(from), Some(until)) = (trust.from, trust.until)
            && until <= from
        {
            return Err(AnchorRefused::Term);
        }
        self.store
            .write(move |link| Box::pin(async move { say(link, &word).await }))
            .await
    }
}

impl Said {
    fn of(trust: &AnchorTrust) -> Said {
        Said {
            certificate: trust.certificate.clone(),
            purposes: trust.purposes.clone(),
            from: trust.from.map(UtcDateTime::unix_timestamp),
            until: trust.until.map(UtcDateTime::unix_timestamp),
        }
    }

    fn read(self) -> Result<AnchorTrust, StoreError> {
        let moment = |seconds| UtcDateTime::from_unix_timestamp(seconds).map_err(|_| DAMAGED);
        Ok(AnchorTrust {
            certificate: self.certificate,
            purposes: self.purposes,
            from: self.from.map(moment).transpose()?,
            until: self.until.map(moment).transpose()?,
        })
    }
}

fn read(mut row: Row) -> Result<OwnAnchor, StoreError> {
    let anchor = row.text()?;
    let certificate = row.bytes()?;
    // What is trusted is what two people named by its digest.
    if hex(&certificate) != anchor {
        return Err(DAMAGED);
    }
    let purposes = row.text()?;
    Ok(OwnAnchor {
        anchor,
        trust: AnchorTrust {
            certificate,
            purposes: purposes.split_whitespace().map(str::to_owned).collect(),
            from: row.maybe_moment()?,
            until: row.maybe_moment()?,
        },
        people: row.text()?,
        decision: row.text()?,
        decided: row.moment()?,
    })
}

fn hex(certificate: &[u8]) -> String {
    let digest = sha256(certificate);
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

async fn say(link: &mut Link, word: &AnchorWord) -> Result<Spoken, AnchorRefused> {
    let anchor = word.anchor.as_str();
    let known = link.row(KNOWN, &[anchor.into()]).await?.is_some();
    if word.trust.is_none() && !known {
        return Err(AnchorRefused::Unknown);
    }
    let proposal = Proposal {
        decision: word.decision.clone(),
        trust: word.trust.as_ref().map(Said::of),
    };
    let proposal = serde_json::to_string(&proposal).map_err(|_| DAMAGED)?;
    let heard = Word {
        subject: &format!("{KIND}{anchor}"),
        proposal: &proposal,
        person: &word.person,
        by: &word.by,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        let event = match &word.trust {
            Some(_) => "consent to anchor",
            None => "consent to anchor no more",
        };
        trace::write(link, &act(word, event)).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    second(link, word, &first).await?;
    Ok(Spoken::Holds)
}

async fn second(link: &mut Link, word: &AnchorWord, first: &PersonKey) -> Result<(), StoreError> {
    let anchor = word.anchor.as_str();
    let event = match &word.trust {
        Some(trust) => {
            let people = format!("{} {}", first.as_str(), word.person.as_str());
            let purposes = trust.purposes.join(" ");
            let values = [
                anchor.into(),
                (&trust.certificate).into(),
                purposes.as_str().into(),
                trust.from.into(),
                trust.until.into(),
                people.as_str().into(),
                word.decision.as_str().into(),
                word.by.at.into(),
            ];
            link.later(TRUST, &values).await?;
            "anchored"
        }
        None => {
            link.later(FORGET, &[anchor.into()]).await?;
            "anchored no more"
        }
    };
    trace::write(link, &act(word, event)).await?;
    Ok(())
}

fn act(word: &AnchorWord, event: &str) -> Act {
    Act {
        department: word.department.clone(),
        by: word.by.clone(),
        deed: Deed::Permit,
        object: format!("{KIND}{}", word.anchor),
        ground: word.decision.clone(),
        detail: vec![("event", event.to_owned())],
        key: None,
    }
}
