//! Trust that is exchanged between regions (R32): two people take another region's bundle in, date it, take it back; what
//! the service trusts and hands out follows from the words of both.

use backoffice::asker::Asker;
use backoffice::office::Office;
use backoffice::regions::KeptRegion;
use catalogue::key::PersonKey;
use registry::regions::{RegionRefused, RegionTrust, RegionWord, Spoken};
use thiserror::Error;
use time::UtcDateTime;
use verify::{ReadTrust, Trust};

/// What one person says of another region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The name under which it is kept here.
    pub region: String,
    /// Its signed bundle; `None` where it is to be trusted no more.
    pub bundle: Option<String>,
    /// From when on it is trusted.
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
    /// The bundle is not one, is not whole, or is signed by nobody whom the bundle in force trusts.
    #[error("the bundle of the region is refused")]
    Bundle(#[from] ReadTrust),
    /// The bundle is past its next update.
    #[error("the bundle of the region is past its next update")]
    Stale,
    /// The registry refuses.
    #[error(transparent)]
    Refused(#[from] RegionRefused),
    /// What is kept cannot be read any more.
    #[error(transparent)]
    Kept(#[from] KeptRegion),
}

/// One person's word about a region; the second person's, which says the same within a day, puts it in force.
///
/// The first bundle of a region shows by its signature that it is whole; that it is that region's both people know from
/// elsewhere. The next ones are signed by somebody whom the one in force trusts for that.
///
/// # Errors
/// [`ExchangeError`]; then what was in force stays so.
pub async fn exchange(
    office: &Office,
    asker: &Asker,
    order: &Exchange,
) -> Result<Spoken, ExchangeError> {
    let person = PersonKey::parse(&asker.person);
    let person = person.ok().filter(|_| asker.person != asker.account);
    let person = person.ok_or(ExchangeError::Machine)?;
    let now = office.now();
    let trust = match &order.bundle {
        None => None,
        Some(text) => {
            let issued_at = read(office, &order.region, text).await?;
            Some(RegionTrust {
                bundle: text.trim().to_owned(),
                issued_at,
                from: order.from,
                until: order.until,
            })
        }
    };
    let word = RegionWord {
        region: order.region.clone(),
        trust,
        person,
        department: asker.department.clone(),
        decision: order.decision.clone(),
        by: asker.by(now),
    };
    let spoken = office.registry().regions().say(word).await?;
    if spoken == Spoken::Holds {
        office.take_regions().await?;
    }
    Ok(spoken)
}

/// When the bundle was made, if it can be taken in.
async fn read(office: &Office, region: &str, text: &str) -> Result<UtcDateTime, ExchangeError> {
    let all = office.registry().regions().all().await;
    let all = all.map_err(KeptRegion::from)?;
    let before = all.into_iter().find(|known| known.name == region);
    let bundle = match before {
        None => Trust::parse_region(text.as_bytes())?,
        Some(before) => {
            let kept = Trust::parse_region(before.trust.bundle.as_bytes())?;
            Trust::parse_region_successor(text.as_bytes(), &kept)?
        }
    };
    if bundle.next_update <= office.now() {
        return Err(ExchangeError::Stale);
    }
    Ok(bundle.issued_at)
}
