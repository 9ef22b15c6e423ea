//! Certificate revocation lists: strict reading, search without copying, competence.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crypto::PublicKey;
use thiserror::Error;
use time::UtcDateTime;

use crate::certificate::{CheckIssued, SerialNumber, check_issued};
use crate::extension::{
    AuthorityKeyIdentifier, Extension, IssuingDistributionPoint, PointName, ReadExtension, Scope,
};
use crate::identifiers as id;
use crate::name::{Name, ReadName};
use crate::signed::{Frame, content_range, range};
use asn1::{Element, Fraction, Oid, ReadAsn1, Reader, Tag};

mod competence;
mod delta;
mod entry;

pub use competence::NotCompetent;
pub use delta::DeltaRefused;
pub use entry::{Entry, Reason};

/// T-I8: octets of one CRL.
pub const MAX_CRL: usize = 64 << 20;
const MAX_NUMBER: usize = 20;

/// A CRL of its issuer, or of one partition, read and kept as it was received (RFC 5280 5): complete, or a delta
/// where it was read as one that may be.
///
/// A value of this type is DER, of version 2, with nextUpdate and CRL number, direct, for all reasons,
/// with no unknown critical extension anywhere. Nothing is said about its signature.
#[derive(Clone)]
pub struct Crl(Arc<Fields>);

struct Fields {
    der: Box<[u8]>,
    issuer: Name,
    this_update: UtcDateTime,
    next_update: UtcDateTime,
    number: Range<usize>,
    base: Option<Range<usize>>,
    authority_key: Option<Range<usize>>,
    point: Option<Range<usize>>,
    expired_kept_since: Option<UtcDateTime>,
    entries: Range<usize>,
    tbs: Range<usize>,
    algorithm: Range<usize>,
    signature: Range<usize>,
}

/// Why octets are no CRL that we act upon.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadCrl {
    /// More than [`MAX_CRL`] octets.
    #[error("crl of {octets} octets")]
    TooLarge {
        /// How many there are.
        octets: usize,
    },
    /// Not DER, or another structure.
    #[error("crl is malformed")]
    Encoding(#[from] ReadAsn1),
    /// Another version than 2 (RFC 5280 5.1.2.1).
    #[error("crl is not of version 2")]
    Version,
    /// The issuer's name is malformed. An empty one is read, and is no certificate's issuer.
    #[error("issuer is malformed")]
    Issuer(#[source] ReadName),
    /// No nextUpdate (RFC 5280 5.1.2.5).
    #[error("crl does not say when the next one comes")]
    NextUpdateAbsent,
    /// The list of entries is there and empty (RFC 5280 5.1.2.6).
    #[error("list of revoked certificates is there and empty")]
    EmptyList,
    /// The extensions are absent, malformed, empty, or one occurs twice.
    #[error("extensions are malformed")]
    Extensions(#[from] ReadExtension),
    /// No CRL number (RFC 5280 5.2.3).
    #[error("crl has no number")]
    NumberAbsent,
    /// A CRL number that is negative, too long or critical (RFC 5280 5.2.3).
    #[error("crl number is negative, longer than {MAX_NUMBER} octets or critical")]
    Number,
    /// A delta CRL (RFC 5280 5.2.4), where a complete one is wanted: no answer by itself.
    #[error("crl is a delta")]
    Delta,
    /// A delta CRL whose indicator is not critical, or that names a freshest CRL of its own (RFC 5280 5.2.4, 5.2.6).
    #[error("delta crl says what none may say")]
    DeltaMalformed,
    /// An indirect CRL, by its issuing distribution point or an entry's issuer.
    #[error("crl is indirect")]
    Indirect,
    /// A CRL for attribute certificates.
    #[error("crl is for attribute certificates")]
    AttributeCertificates,
    /// A CRL for some reasons only.
    #[error("crl covers some reasons only")]
    SomeReasons,
    /// An issuing distribution point without a full name to match.
    #[error("issuing distribution point has no full name")]
    PointWithoutName,
    /// A critical extension that we do not know (RFC 5280 5.2, 5.3).
    #[error("unknown critical extension {oid}")]
    UnknownCritical {
        /// Which one.
        oid: Box<Oid>,
    },
    /// A reason code that is not in use, or removeFromCRL outside a delta (RFC 5280 5.3.1).
    #[error("reason code {code} does not belong here")]
    Reason {
        /// The code.
        code: u8,
    },
    /// The algorithm inside is not the one outside (RFC 5280 5.1.1.2).
    #[error("signature algorithms inside and outside differ")]
    AlgorithmsDiffer,
}

impl Crl {
    /// Reads the DER octets of one complete CRL and nothing after it.
    ///
    /// # Errors
    /// What is wrong, or what kind of CRL it is that we do not act upon; `Delta` for a delta.
    pub fn parse(der: &[u8]) -> Result<Self, ReadCrl> {
        let list = Self::parse_any(der)?;
        match list.base() {
            Some(_) => Err(ReadCrl::Delta),
            None => Ok(list),
        }
    }

    /// Reads the DER octets of one CRL, complete or a delta, and nothing after it.
    ///
    /// # Errors
    /// What is wrong, or what kind of CRL it is that we do not act upon.
    pub fn parse_any(der: &[u8]) -> Result<Self, ReadCrl> {
        if der.len() > MAX_CRL {
            return Err(ReadCrl::TooLarge { octets: der.len() });
        }
        let frame = Frame::read(der)?;
        let mut fields = frame.to_be_signed.reader()?;
        match fields.optional(Tag::INTEGER)? {
            Some(version) if version.integer()? == [1] => {}
            _ => return Err(ReadCrl::Version),
        }
        let algorithm = fields.expect(Tag::SEQUENCE)?;
        // RFC 5280 5.1.1.2: or the outer one could be swapped without breaking the signature.
        if algorithm.raw() != frame.algorithm.raw() {
            return Err(ReadCrl::AlgorithmsDiffer);
        }
        let issuer = Name::parse(fields.expect(Tag::SEQUENCE)?.raw()).map_err(ReadCrl::Issuer)?;
        let this_update = fields.element()?.time()?;
        let next_update = match fields.peek() {
            Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => fields.element()?.time()?,
            _ => return Err(ReadCrl::NextUpdateAbsent),
        };
        let (entries, removes) = match fields.optional(Tag::SEQUENCE)? {
            Some(list) if list.content().is_empty() => return Err(ReadCrl::EmptyList),
            Some(list) => (content_range(&list), entry::inspect(list.reader()?)?),
            None => (0..0, false),
        };
        let extensions = match fields.optional(Tag::context(0))? {
            Some(outer) => Stated::read(&outer)?,
            None => return Err(ReadCrl::NumberAbsent),
        };
        fields.end()?;
        // RFC 5280 5.3.1: removeFromCRL in deltas alone.
        if removes && extensions.base.is_none() {
            let code = entry::REMOVE_FROM_CRL;
            return Err(ReadCrl::Reason { code });
        }
        Ok(Self(Arc::new(Fields {
            der: der.into(),
            issuer,
            this_update,
            next_update,
            number: extensions.number,
            base: extensions.base,
            authority_key: extensions.authority_key,
            point: extensions.point,
            expired_kept_since: extensions.expired_kept_since,
            entries,
            tbs: range(&frame.to_be_signed),
            algorithm: range(&frame.algorithm),
            signature: frame.signature,
        })))
    }

    /// Its octets as they were received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The octets that were signed.
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        self.part(&self.0.tbs)
    }

    /// The DER octets of the signature's `AlgorithmIdentifier`.
    #[must_use]
    pub fn algorithm_der(&self) -> &[u8] {
        self.part(&self.0.algorithm)
    }

    /// The octets of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.part(&self.0.signature)
    }

    /// Checks that `issuer` signed it.
    ///
    /// # Errors
    /// See [`CheckIssued`].
    pub fn check_signature(&self, issuer: &PublicKey) -> Result<(), CheckIssued> {
        check_issued(self.algorithm_der(), self.tbs(), self.signature(), issuer)
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// The moment whose state it shows.
    #[must_use]
    pub fn this_update(&self) -> UtcDateTime {
        self.0.this_update
    }

    /// The moment by which there will be another.
    #[must_use]
    pub fn next_update(&self) -> UtcDateTime {
        self.0.next_update
    }

    /// Content octets of its number, an INTEGER from 0 on.
    #[must_use]
    pub fn number(&self) -> &[u8] {
        self.part(&self.0.number)
    }

    /// BaseCRLNumber of a delta: content octets of the number of the list from which on it tells changes, an
    /// INTEGER from 0 on. `None` of a complete list.
    #[must_use]
    pub fn base(&self) -> Option<&[u8]> {
        self.0.base.as_ref().map(|base| self.part(base))
    }

    /// The key identifier of authorityKeyIdentifier, where there is one.
    #[must_use]
    pub fn authority_key(&self) -> Option<&[u8]> {
        let value = self.part(self.0.authority_key.as_ref()?);
        AuthorityKeyIdentifier::parse(value).ok()?.key
    }

    /// The partition that it covers; `None` where it covers all of its issuer's certificates.
    #[must_use]
    pub fn point(&self) -> Option<IssuingDistributionPoint<'_>> {
        let value = self.part(self.0.point.as_ref()?);
        IssuingDistributionPoint::parse(value).ok()
    }

    /// Since when entries are kept after their certificate's expiry (X.509 9.5.2.8); `None` where
    /// nothing is said.
    #[must_use]
    pub fn expired_kept_since(&self) -> Option<UtcDateTime> {
        self.0.expired_kept_since
    }

    /// Its entries in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut list = self.list();
        // `parse` has read all of them without fault.
        std::iter::from_fn(move || {
            list.expect(Tag::SEQUENCE)
                .ok()
                .and_then(|element| Entry::read(&element).ok())
        })
    }

    /// The entry of the certificate with this serial number, if it is on the list.
    #[must_use]
    pub fn find(&self, serial: &SerialNumber) -> Option<Entry<'_>> {
        self.find_octets(serial.octets())
    }

    /// The entry whose serial number has exactly these content octets, negative ones too.
    #[must_use]
    pub fn find_octets(&self, serial: &[u8]) -> Option<Entry<'_>> {
        let mut list = self.list();
        while let Ok(element) = list.expect(Tag::SEQUENCE) {
            let number = element.reader().and_then(|mut fields| fields.element());
            if number.is_ok_and(|number| number.content() == serial) {
                return Entry::read(&element).ok();
            }
        }
        None
    }

    fn list(&self) -> Reader<'_> {
        Reader::der(self.part(&self.0.entries))
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        // Ranges were taken from these octets.
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Crl {
    /// The same octets.
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("issuer", &self.0.issuer)
            .field("this_update", &self.0.this_update)
            .finish_non_exhaustive()
    }
}

/// What the extensions state.
struct Stated {
    number: Range<usize>,
    base: Option<Range<usize>>,
    authority_key: Option<Range<usize>>,
    point: Option<Range<usize>>,
    expired_kept_since: Option<UtcDateTime>,
}

impl Stated {
    fn read(outer: &Element<'_>) -> Result<Self, ReadCrl> {
        let list = outer.only(Tag::SEQUENCE)?;
        let checked = Extension::read_list(list.reader()?)?;
        let mut elements = list.reader()?;
        let mut number = None;
        let mut base = None;
        let mut names_freshest = false;
        let mut authority_key = None;
        let mut point = None;
        let mut expired_kept_since = None;
        for extension in checked {
            // Each value is the last part of its extension.
            let end = range(&elements.element()?).end;
            let place = end.saturating_sub(extension.value.len())..end;
            match extension.oid {
                id::CRL_NUMBER if extension.critical => return Err(ReadCrl::Number),
                id::CRL_NUMBER => number = Some(number_range(&extension, end)?),
                id::AUTHORITY_KEY_IDENTIFIER => {
                    AuthorityKeyIdentifier::parse(extension.value)?;
                    authority_key = Some(place);
                }
                id::ISSUING_DISTRIBUTION_POINT => {
                    inspect_point(extension.value)?;
                    point = Some(place);
                }
                id::EXPIRED_CERTS_ON_CRL => {
                    let time = Reader::single(extension.value, Tag::GENERALIZED_TIME)?;
                    expired_kept_since = Some(time.generalized_time(Fraction::Refused)?);
                }
                id::DELTA_CRL_INDICATOR if !extension.critical => {
                    return Err(ReadCrl::DeltaMalformed);
                }
                id::DELTA_CRL_INDICATOR => base = Some(number_range(&extension, end)?),
                id::FRESHEST_CRL if !extension.critical => names_freshest = true,
                oid if extension.critical => {
                    return Err(ReadCrl::UnknownCritical { oid: Box::new(oid) });
                }
                _ => {}
            }
        }
        // RFC 5280 5.2.6: a delta names no delta.
        if base.is_some() && names_freshest {
            return Err(ReadCrl::DeltaMalformed);
        }
        Ok(Self {
            number: number.ok_or(ReadCrl::NumberAbsent)?,
            base,
            authority_key,
            point,
            expired_kept_since,
        })
    }
}

/// RFC 5280 5.2.3, 5.2.4: not negative, at most 20 octets. Where its content is, `end` being that of the extension.
fn number_range(extension: &Extension<'_>, end: usize) -> Result<Range<usize>, ReadCrl> {
    let number = Reader::single(extension.value, Tag::INTEGER)?.integer()?;
    let negative = number.first().is_some_and(|first| first & 0x80 != 0);
    if negative || number.len() > MAX_NUMBER {
        return Err(ReadCrl::Number);
    }
    Ok(end.saturating_sub(number.len())..end)
}

/// RFC 5280 5.2.5: of all that a point can say, we act upon a full name and one kind of subject.
fn inspect_point(value: &[u8]) -> Result<(), ReadCrl> {
    let point = IssuingDistributionPoint::parse(value)?;
    if point.indirect {
        return Err(ReadCrl::Indirect);
    }
    if point.reasons.is_some() {
        return Err(ReadCrl::SomeReasons);
    }
    if point.scope == Scope::Attributes {
        return Err(ReadCrl::AttributeCertificates);
    }
    match point.name {
        Some(PointName::Full(_)) => Ok(()),
        _ => Err(ReadCrl::PointWithoutName),
    }
}
