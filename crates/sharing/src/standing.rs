//! What is decided of trust and what waits, as it is shown to who decides: enough for the second person to know what the first
//! one said.

use backoffice::office::Office;
use backoffice::regions::{KeptRegion, of_kept};
use registry::own_anchors::AnchorTrust;
use registry::regions::{RegionTrust, Waiting};
use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

/// A region, or an anchor of our own: what is in force of it, and what waits.
#[derive(Debug, Clone, Serialize)]
pub struct TrustTold<T> {
    /// The name of the region; of an anchor SHA-256 of its certificate, hexadecimal.
    pub name: String,
    /// What is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<DecidedTold<T>>,
    /// What waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<WordTold<T>>,
}

/// What two people decided.
#[derive(Debug, Clone, Serialize)]
pub struct DecidedTold<T> {
    people: String,
    decision: String,
    decided: String,
    trust: T,
}

/// One person's word.
#[derive(Debug, Clone, Serialize)]
pub struct WordTold<T> {
    /// SHA-256 of what is proposed, hexadecimal: who agrees names it.
    terms: String,
    person: String,
    until: String,
    decision: String,
    /// What is proposed; nothing where trust is to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<T>,
}

/// What is said of a region.
#[derive(Debug, Clone, Serialize)]
pub struct RegionSaid {
    /// `bundle` or `list`.
    form: &'static str,
    issued: String,
    next_update: String,
    /// Past its next update: nothing of it is trusted.
    stale: bool,
    #[serde(flatten)]
    term: TermTold,
    /// SHA-256 of the certificates of its anchors, hexadecimal: what two people compare with what they know from elsewhere.
    anchors: Vec<String>,
    offices: Vec<OfficeTold>,
}

/// What is said of an anchor.
#[derive(Debug, Clone, Serialize)]
pub struct AnchorSaid {
    purposes: Vec<String>,
    #[serde(flatten)]
    term: TermTold,
}

#[derive(Debug, Clone, Serialize)]
struct TermTold {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// A body that is trusted, with its types.
#[derive(Debug, Clone, Serialize)]
struct OfficeTold {
    code: String,
    name: String,
    #[serde(flatten)]
    term: TermTold,
    types: Vec<TypeTold>,
}

#[derive(Debug, Clone, Serialize)]
struct TypeTold {
    code: String,
    #[serde(flatten)]
    term: TermTold,
}

/// Every region that is trusted or waits to be, by name.
///
/// # Errors
/// The store, or what is kept does not read.
pub async fn regions(office: &Office) -> Result<Vec<TrustTold<RegionSaid>>, KeptRegion> {
    let now = office.now();
    let book = office.registry().regions();
    let mut told = Vec::new();
    for region in book.all().await? {
        told.push(TrustTold {
            decided: Some(DecidedTold {
                people: region.people,
                decision: region.decision,
                decided: written(region.decided),
                trust: region_said(&region.name, &region.trust, now)?,
            }),
            name: region.name,
            waits: None,
        });
    }
    for waiting in book.waiting(now).await? {
        let trust = waiting.trust.as_ref();
        let trust = trust.map(|trust| region_said(&waiting.name, trust, now));
        let word = word(waiting.waiting, waiting.decision, trust.transpose()?);
        put(&mut told, waiting.name, word);
    }
    Ok(told)
}

/// Every anchor of our own that two people decided about or that waits, by digest. The roots of the installation stand here
/// once they are dated.
///
/// # Errors
/// The store.
pub async fn anchors(office: &Office) -> Result<Vec<TrustTold<AnchorSaid>>, KeptRegion> {
    let now = office.now();
    let book = office.registry().regions().own_anchors();
    let mut told = Vec::new();
    for own in book.all().await? {
        told.push(TrustTold {
            name: own.anchor,
            decided: Some(DecidedTold {
                people: own.people,
                decision: own.decision,
                decided: written(own.decided),
                trust: anchor_said(&own.trust),
            }),
            waits: None,
        });
    }
    for waiting in book.waiting(now).await? {
        let trust = waiting.trust.as_ref().map(anchor_said);
        let word = word(waiting.waiting, waiting.decision, trust);
        put(&mut told, waiting.anchor, word);
    }
    Ok(told)
}

fn put<T>(told: &mut Vec<TrustTold<T>>, name: String, word: WordTold<T>) {
    match told.iter_mut().find(|one| one.name == name) {
        Some(one) => one.waits = Some(word),
        None => told.push(TrustTold {
            name,
            decided: None,
            waits: Some(word),
        }),
    }
}

fn word<T>(waiting: Waiting, decision: String, trust: Option<T>) -> WordTold<T> {
    WordTold {
        terms: hex(&waiting.terms),
        person: waiting.person.as_str().to_owned(),
        until: written(waiting.until),
        decision,
        trust,
    }
}

fn region_said(
    name: &str,
    trust: &RegionTrust,
    now: UtcDateTime,
) -> Result<RegionSaid, KeptRegion> {
    let bundle = of_kept(trust).map_err(|cause| KeptRegion::Region(name.to_owned(), cause))?;
    let offices = bundle.offices.iter().map(|office| OfficeTold {
        code: office.code.clone(),
        name: office.name.clone(),
        term: term(office.from, office.until),
        types: office
            .types
            .iter()
            .map(|kind| TypeTold {
                code: kind.code.clone(),
                term: term(kind.from, kind.until),
            })
            .collect(),
    });
    let mut anchors: Vec<String> = bundle.fingerprints().iter().map(|one| hex(one)).collect();
    anchors.dedup();
    Ok(RegionSaid {
        form: if trust.bundle.starts_with('<') {
            "list"
        } else {
            "bundle"
        },
        issued: written(bundle.issued_at),
        next_update: written(bundle.next_update),
        stale: bundle.next_update <= now,
        term: term(trust.from, trust.until),
        anchors,
        offices: offices.collect(),
    })
}

fn anchor_said(trust: &AnchorTrust) -> AnchorSaid {
    AnchorSaid {
        purposes: trust.purposes.clone(),
        term: term(trust.from, trust.until),
    }
}

fn term(from: Option<UtcDateTime>, until: Option<UtcDateTime>) -> TermTold {
    TermTold {
        from: from.map(written),
        until: until.map(written),
    }
}

fn written(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
