//! A service of a list: what it is, in which state from when on, and what narrows it (TS 119 612 5.5, 5.6).

use pki::Certificate;
use pki::path::Purpose;
use time::UtcDateTime;

use crate::names::{NARROWED, PURPOSE, TYPE};
use crate::value::Texts;

/// A service with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provided {
    /// Its name (5.5.2).
    pub name: Texts,
    /// Its state now and those before it, the newest first.
    pub periods: Vec<Period>,
}

/// A state, from its moment until the one that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// What kind of service it was, a URI (5.5.1).
    pub kind: String,
    /// Its state, a URI (5.5.4).
    pub state: String,
    /// From when on (5.5.5).
    pub from: UtcDateTime,
    /// Its certificates (5.5.3); a history may name the key alone, which is then that of a later period.
    pub certificates: Vec<Certificate>,
    /// What narrows it, URIs (5.5.9.4).
    pub narrowed: Vec<Narrowed>,
    /// Which certificates under it are of which kind (5.5.9.2), as data.
    pub qualifications: Vec<Qualification>,
    /// Since when the states of expired certificates are kept (5.5.9.1).
    pub expired_kept_since: Option<UtcDateTime>,
    /// Why it is not relied on: a critical extension that is not understood (5.5.9).
    pub refused: Option<String>,
}

/// What narrows a service: `additionalServiceInformation` (TS 119 612 5.5.9.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// The URI.
    pub uri: String,
    /// The value beside it.
    pub value: Option<String>,
}

/// A qualifier and the certificates that it is for (TS 119 612 5.5.9.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualification {
    /// URIs, such as `…/SvcInfoExt/QCForESeal`.
    pub qualifiers: Vec<String>,
    /// The certificates.
    pub criteria: Criteria,
}

/// Which certificates a qualification is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criteria {
    /// How many of what follows have to hold: `all`, `atLeastOne`, `none`.
    pub assert: String,
    /// Bits of keyUsage, each with the value that it must have.
    pub key_usage: Vec<Vec<(String, bool)>>,
    /// Sets of policies, dotted, each of which has to be there whole.
    pub policies: Vec<Vec<String>>,
    /// Criteria within.
    pub inner: Vec<Criteria>,
    /// Whether there are others, which are not read.
    pub others: bool,
}

/// What the type of a service stands for (TS 119 612 5.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Issues certificates to persons and organisations.
    Authority,
    /// Answers about the state of certificates.
    States,
    /// Time-stamps.
    TimeStamps,
    /// Of no kind that the standard has: what it is stands in what narrows it.
    Unspecified,
    /// Anything else: preservation, delivery, validation, national kinds.
    Other,
}

impl Kind {
    /// The kind of this URI.
    #[must_use]
    pub fn of(uri: &str) -> Kind {
        match uri.strip_prefix(TYPE).unwrap_or_default() {
            "CA/QC" | "CA/PKC" | "NationalRootCA-QC" => Kind::Authority,
            "Certstatus/OCSP" | "Certstatus/OCSP/QC" => Kind::States,
            "TSA" | "TSA/QTST" | "TSA/TSS-QC" | "TSA/TSS-AdESQCandQES" => Kind::TimeStamps,
            "unspecified" => Kind::Unspecified,
            _ => Kind::Other,
        }
    }

    /// What its certificate is trusted for. An authority that is narrowed is trusted for what it is narrowed to.
    #[must_use]
    pub fn purposes(self, narrowed: &[Narrowed]) -> Vec<Purpose> {
        match self {
            Kind::TimeStamps => vec![Purpose::TimeStamping],
            Kind::States => vec![Purpose::OcspSigning],
            Kind::Unspecified => narrowed.iter().filter_map(Narrowed::own).collect(),
            Kind::Other => Vec::new(),
            Kind::Authority => {
                let mut purposes: Vec<Purpose> =
                    narrowed.iter().filter_map(Narrowed::purpose).collect();
                purposes.sort_unstable();
                purposes.dedup();
                if purposes.is_empty() {
                    purposes.push(Purpose::DocumentSigning);
                }
                purposes
            }
        }
    }
}

impl Narrowed {
    /// What a service of the kind *unspecified* is trusted for in our words.
    fn own(&self) -> Option<Purpose> {
        let value = self.value.as_deref().filter(|_| self.uri == PURPOSE)?;
        Purpose::named(value)
    }

    /// What an authority is trusted for that is narrowed so.
    fn purpose(&self) -> Option<Purpose> {
        match self.uri.strip_prefix(NARROWED)? {
            "ForeSignatures" | "ForeSeals" => Some(Purpose::DocumentSigning),
            "ForWebSiteAuthentication" => Some(Purpose::ServerAuthentication),
            _ => None,
        }
    }
}
