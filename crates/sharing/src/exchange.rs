//! Trust that is exchanged between regions (R32): two people take another region's bundle or list in, narrow it, date it, take
//! it back; what the service trusts and hands out follows from the words of both.

use backoffice::asker::Asker;
use backoffice::office::Office;
use backoffice::regions::{self, KeptRegion, ReadRegion};
use catalogue::key::PersonKey;
use registry::StoreError;
use registry::regions::{
    Agreed, AgreedOffice, Region, RegionRefused, RegionTrust, RegionWord, Spoken,
};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use verify::Bundle;

/// How far clocks differ.
const AHEAD: Duration = Duration::minutes(5);

/// What one person says of another region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The name under which it is kept here.
    pub region: String,
    /// Its signed bundle, or its list of TS 119 612; `None` where it is to be trusted no more.
    pub bundle: Option<String>,
    /// Who may sign its list, DER: of the first one always; of the next ones, whom the one in force does not name.
    pub signers: Vec<Vec<u8>>,
    /// Its lists on the way from those signers, or from the list in force, to this one, the oldest first: each says who may sign
    /// the next.
    pub pivots: Vec<String>,
    /// Which of the bodies that it names are trusted, for which types, when; all of them where this is left out.
    pub offices: Option<Vec<AgreedOffice>>,
    /// From when on.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
    /// By what decision.
    pub decision: String,
}

/// Why a word does not count.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Duties are people's: a machine has no word of its own.
    #[error("a machine decides about no region's trust")]
    Machine,
    /// What came is not one, is not whole, or is signed by nobody whom the one in force trusts.
    #[error("what the region handed over is refused")]
    Region(#[from] ReadRegion),
    /// It is past its next update.
    #[error("what the region handed over is past its next update")]
    Stale,
    /// It was made later than now.
    #[error("what the region handed over is from the time to come")]
    Early,
    /// A body or a type that was agreed on is none of those that the region names.
    #[error("the region does not name {0}")]
    NotNamed(String),
    /// Nothing of these terms waits for a second person.
    #[error("nothing of these terms waits")]
    NothingWaits,
    /// The first word was this person's.
    #[error("one person may not say both words")]
    SamePerson,
    /// The registry refuses.
    #[error(transparent)]
    Refused(#[from] RegionRefused),
    /// What is kept cannot be read any more.
    #[error(transparent)]
    Kept(#[from] KeptRegion),
}

impl From<StoreError> for ExchangeError {
    fn from(error: StoreError) -> Self {
        ExchangeError::Kept(error.into())
    }
}

/// One person's word about a region; the second person's, which says the same within a day, puts it in force.
///
/// The first bundle of a region shows by its signature that it is whole; that it is that region's both people know from
/// elsewhere, as they know who signs its list. The next ones are signed by somebody whom the one in force trusts for that.
///
/// # Errors
/// [`ExchangeError`]; then what was in force stays so.
pub async fn exchange(
    office: &Office,
    asker: &Asker,
    order: &Exchange,
) -> Result<Spoken, ExchangeError> {
    let trust = match &order.bundle {
        None => None,
        Some(text) => Some(taken(office, order, text.trim()).await?),
    };
    let decision = order.decision.clone();
    said(office, asker, (order.region.clone(), trust, decision)).await
}

/// The second person's word to what waits, by the SHA-256 of its terms as they were shown.
///
/// # Errors
/// [`ExchangeError`]; then what was in force stays so.
pub async fn agree(
    office: &Office,
    asker: &Asker,
    region: &str,
    terms: &[u8; 32],
) -> Result<Spoken, ExchangeError> {
    let waiting = office.registry().regions().waiting(office.now()).await?;
    let mut waiting = waiting.into_iter();
    let found = waiting.find(|one| one.name == region && one.waiting.terms == *terms);
    let found = found.ok_or(ExchangeError::NothingWaits)?;
    if found.waiting.person == person(asker)? {
        return Err(ExchangeError::SamePerson);
    }
    if let Some(trust) = &found.trust {
        // What was good a day ago is looked at again; the way to who signed it was gone then, and the terms name who.
        let order = Exchange {
            region: found.name.clone(),
            bundle: None,
            signers: pinned(&trust.agreed),
            pivots: Vec::new(),
            offices: trust.agreed.offices.clone(),
            from: trust.from,
            until: trust.until,
            decision: String::new(),
        };
        taken(office, &order, &trust.bundle).await?;
    }
    said(office, asker, (found.name, found.trust, found.decision)).await
}

async fn said(
    office: &Office,
    asker: &Asker,
    (region, trust, decision): (String, Option<RegionTrust>, String),
) -> Result<Spoken, ExchangeError> {
    let word = RegionWord {
        region,
        trust,
        person: person(asker)?,
        department: asker.department.clone(),
        decision,
        by: asker.by(office.now()),
    };
    let spoken = office.registry().regions().say(word).await?;
    if spoken == Spoken::Holds {
        office.take_regions().await?;
    }
    Ok(spoken)
}

/// Whose word it is.
pub(crate) fn person(asker: &Asker) -> Result<PersonKey, ExchangeError> {
    let person = PersonKey::parse(&asker.person).ok();
    let person = person.filter(|_| asker.person != asker.account);
    person.ok_or(ExchangeError::Machine)
}

/// What is taken in of a region, if it can be.
async fn taken(
    office: &Office,
    order: &Exchange,
    text: &str,
) -> Result<RegionTrust, ExchangeError> {
    let all = office.registry().regions().all().await?;
    let before: Option<Region> = all.into_iter().find(|known| known.name == order.region);
    let way = (&order.signers[..], &order.pivots[..]);
    let (bundle, signers) = regions::take(text, way, before.as_ref())?;
    if bundle.next_update <= office.now() {
        return Err(ExchangeError::Stale);
    }
    if bundle.issued_at > office.now() + AHEAD {
        return Err(ExchangeError::Early);
    }
    for agreed in order.offices.iter().flatten() {
        named(&bundle, agreed)?;
    }
    let agreed = Agreed {
        signers,
        offices: order.offices.clone(),
    };
    let issued_at = bundle.issued_at;
    regions::narrowed(bundle, &agreed)?;
    Ok(RegionTrust {
        bundle: text.to_owned(),
        issued_at,
        from: order.from,
        until: order.until,
        agreed,
    })
}

/// Whether the region names the body, and each type for it: what is agreed on beyond that would never hold.
fn named(bundle: &Bundle, agreed: &AgreedOffice) -> Result<(), ExchangeError> {
    let mut found = bundle.offices.iter();
    let Some(office) = found.find(|office| office.code == agreed.code) else {
        return Err(ExchangeError::NotNamed(agreed.code.clone()));
    };
    let listed = |code: &&String| office.types.iter().any(|kind| kind.code == **code);
    match agreed.types.iter().find(|code| !listed(code)) {
        Some(code) => Err(ExchangeError::NotNamed(code.clone())),
        None => Ok(()),
    }
}

/// The pinned signers as octets.
fn pinned(agreed: &Agreed) -> Vec<Vec<u8>> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets = |hex: &String| hex.as_bytes().chunks(2).map(octet).collect();
    agreed.signers.iter().filter_map(octets).collect()
}
