//! Trust that was exchanged with other regions (R32), and anchors that were added to our own: as they are kept, and read again
//! with their signatures.

use pki::Certificate;
use pki::certificate::ReadCertificate;
use pki::path::Purpose;
use registry::StoreError;
use registry::own_anchors::{AnchorTrust, OwnAnchor};
use registry::regions::{Agreed, AgreedOffice, Region, RegionTrust};
use thiserror::Error;
use time::UtcDateTime;
use trustlist::{Agreement, ReadBundle, ReadList, TrustedList};
use verify::{Bundle, BundleAnchor, ReadTrust, Term, Trust};

/// What a region handed over is not what it has to be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadRegion {
    /// A signed bundle.
    #[error("the bundle is refused")]
    Bundle(#[from] ReadTrust),
    /// A list of TS 119 612.
    #[error("the list is refused")]
    List(#[from] ReadList),
    /// What the list says in our words.
    #[error("the content of the list is refused")]
    Content(#[from] ReadBundle),
    /// A certificate of who may sign the list.
    #[error("a certificate of the signers cannot be read")]
    Signer(#[from] ReadCertificate),
    /// A moment that there is not.
    #[error("a moment that there is not")]
    Moment,
    /// Lists on the way to something that is no list.
    #[error("lists on the way to what is none")]
    Pivots,
}

impl ReadRegion {
    /// Whether it is a matter of who signed, or of the signature.
    #[must_use]
    pub fn is_of_signer(&self) -> bool {
        let token = |error: &ReadTrust| {
            matches!(
                error,
                ReadTrust::Signature(_) | ReadTrust::Signer | ReadTrust::Untrusted(_)
            )
        };
        match self {
            ReadRegion::Bundle(error) => token(error),
            ReadRegion::List(error) => matches!(error, ReadList::Signature(_)),
            _ => false,
        }
    }

    /// Whether it is older than what is in force.
    #[must_use]
    pub fn is_older(&self) -> bool {
        matches!(
            self,
            ReadRegion::Bundle(ReadTrust::Older) | ReadRegion::List(ReadList::Order { .. })
        )
    }
}

/// Why what is kept of trust is no trust: nothing of it is then used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeptRegion {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was taken in does not read as it did.
    #[error("what is kept of {0} does not read")]
    Region(String, #[source] ReadRegion),
    /// An anchor of our own does not read as it did.
    #[error("the kept anchor {0} does not read")]
    Anchor(String),
    /// Together with our own it makes no trust.
    #[error("what is kept of trust makes no trust")]
    Whole(#[source] ReadTrust),
}

/// A region that is trusted: what it says, as far as was agreed, and from when until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// The name under which it is kept.
    pub name: String,
    /// What it says, with no other bodies, types and times than those agreed on.
    pub bundle: Bundle,
    /// The term.
    pub term: Term,
}

/// What two people each decided of trust.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// Other regions.
    pub regions: Vec<Exchanged>,
    /// Anchors of our own: added, or dated.
    pub anchors: Vec<BundleAnchor>,
}

/// What was taken in, read again with its signature, as it came.
///
/// # Errors
/// Something of it does not read: trust that was changed in the store is none (it fails closed).
pub(crate) async fn kept(registry: &registry::Registry) -> Result<Decided, KeptRegion> {
    let mut decided = Decided::default();
    for region in registry.regions().all().await? {
        let (from, until) = (region.trust.from, region.trust.until);
        let bundle = of_kept(&region.trust);
        let bundle = bundle.map_err(|cause| KeptRegion::Region(region.name.clone(), cause))?;
        decided.regions.push(Exchanged {
            name: region.name,
            bundle,
            term: Term { from, until },
        });
    }
    for own in registry.regions().own_anchors().all().await? {
        let OwnAnchor { anchor, trust, .. } = own;
        let read = of_anchor(&trust).ok_or(KeptRegion::Anchor(anchor))?;
        decided.anchors.push(read);
    }
    Ok(decided)
}

/// An anchor of ours as it stands in a bundle; `None` where its certificate or a purpose cannot be read.
#[must_use]
pub fn of_anchor(trust: &AnchorTrust) -> Option<BundleAnchor> {
    let purposes = trust.purposes.iter().map(|name| Purpose::named(name));
    Some(BundleAnchor {
        certificate: Certificate::parse(&trust.certificate).ok()?,
        purposes: purposes.collect::<Option<_>>()?,
        from: trust.from,
        until: trust.until,
    })
}

/// What a region handed over that was taken in, as far as was agreed: read again with its signature.
///
/// # Errors
/// [`ReadRegion`].
pub fn of_kept(trust: &RegionTrust) -> Result<Bundle, ReadRegion> {
    let signers = signers(&trust.agreed)?;
    let (bundle, _) = read(&trust.bundle, (&signers, &[]), None)?;
    narrowed(bundle, &trust.agreed)
}

/// What a region says, with no other bodies, types and times than those agreed on.
///
/// # Errors
/// `Moment`.
pub fn narrowed(bundle: Bundle, agreed: &Agreed) -> Result<Bundle, ReadRegion> {
    let Some(offices) = &agreed.offices else {
        return Ok(bundle);
    };
    let offices: Result<Vec<Agreement>, ReadRegion> = offices.iter().map(agreement).collect();
    Ok(bundle.narrowed(&offices?))
}

fn agreement(office: &AgreedOffice) -> Result<Agreement, ReadRegion> {
    let moment = |seconds: Option<i64>| {
        let moment = seconds.map(UtcDateTime::from_unix_timestamp);
        moment.transpose().map_err(|_| ReadRegion::Moment)
    };
    Ok(Agreement {
        code: office.code.clone(),
        types: office.types.clone(),
        from: moment(office.from)?,
        until: moment(office.until)?,
    })
}

/// Who may sign a region's list, as two people stated it.
fn signers(agreed: &Agreed) -> Result<Vec<Certificate>, ReadRegion> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let ders = agreed.signers.iter().map(|hex| {
        let octets: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(octet).collect();
        Ok(Certificate::parse(&octets.unwrap_or_default())?)
    });
    ders.collect()
}

/// Who may sign what a region hands over, as two people stated it; and the lists on the way to it, the oldest first.
type Way<'a> = (&'a [Certificate], &'a [String]);

/// Reads what a region handed over: its signed bundle, or its list of TS 119 612. Who signed a list comes back beside it.
///
/// After what is in force (`before`) comes what is signed by somebody whom that trusts for it. A list needs no signers then:
/// they are those that it names itself; where two people state others, these are the ones. Its number grows. Where the signer
/// changed more than once the lists between are handed over with it, each signed by who the one before it names.
///
/// # Errors
/// [`ReadRegion`].
fn read(
    text: &str,
    way: Way<'_>,
    before: Option<&Region>,
) -> Result<(Bundle, Option<Certificate>), ReadRegion> {
    let known = before.map(|region| &region.trust);
    if is_list(text) {
        let list = read_list(text, way, known)?;
        return Ok((Bundle::of_list(&list)?, Some(list.signed.signer)));
    }
    if !way.1.is_empty() {
        return Err(ReadRegion::Pivots);
    }
    let bundle = match known {
        None => Trust::parse_region(text.as_bytes())?,
        Some(trust) => {
            let (before, _) = read(&trust.bundle, (&signers(&trust.agreed)?, &[]), None)?;
            Trust::parse_region_successor(text.as_bytes(), &before)?
        }
    };
    Ok((bundle, None))
}

/// A list of TS 119 612 after what is in force.
fn read_list(
    text: &str,
    (stated, pivots): Way<'_>,
    known: Option<&RegionTrust>,
) -> Result<TrustedList, ReadRegion> {
    let before = known.filter(|trust| is_list(&trust.bundle));
    let before = before.map(|trust| {
        let pinned = signers(&trust.agreed)?;
        Ok::<_, ReadRegion>(TrustedList::parse(trust.bundle.as_bytes(), &pinned)?)
    });
    let before = before.transpose()?;
    let named = before.as_ref().filter(|_| stated.is_empty());
    let named = named.map_or_else(|| stated.to_vec(), TrustedList::successors);
    // The list that is in force may be dated anew.
    if known.is_some_and(|trust| trust.bundle == text) {
        return Ok(TrustedList::parse(text.as_bytes(), &named)?);
    }
    let pivots: Vec<&[u8]> = pivots.iter().map(|pivot| pivot.trim().as_bytes()).collect();
    let octets = text.as_bytes();
    Ok(TrustedList::follow(
        &pivots,
        octets,
        &named,
        before.as_ref(),
    )?)
}

/// What a region hands over, as two people state it: who may sign it as octets (DER), and lists on the way to it, the
/// oldest first. What it says comes back, and who signed it, hexadecimal.
///
/// # Errors
/// [`ReadRegion`].
pub fn take(
    text: &str,
    (stated, pivots): (&[Vec<u8>], &[String]),
    before: Option<&Region>,
) -> Result<(Bundle, Vec<String>), ReadRegion> {
    let stated: Result<Vec<_>, _> = stated.iter().map(|der| Certificate::parse(der)).collect();
    let (bundle, signer) = read(text, (&stated?, pivots), before)?;
    let hex = |one: &Certificate| {
        one.der()
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect()
    };
    Ok((bundle, signer.iter().map(hex).collect()))
}

/// A signed bundle is a token, which begins with a letter.
fn is_list(text: &str) -> bool {
    text.starts_with('<')
}
