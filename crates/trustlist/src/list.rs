//! A trusted list, read after its signature was found good.

use pki::Certificate;
use pki::path::{Anchor, AnchorPurposes, Purpose};
use time::{Duration, UtcDateTime};

use crate::fault::ReadList;
use crate::names::{APPROVED, LISTS_OF_LISTS, MEDIA_TYPE, NATIONAL_LIST};
use crate::service::{Kind, Provided};
use crate::signature::Signed;
use crate::value::Texts;

/// A list whose signature was found good (TS 119 612 5).
///
/// There is no such value before the signature is checked: what is read is the tree that was checked (T-V10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedList {
    /// Who signed it.
    pub signed: Signed,
    /// Its number (5.3.2).
    pub sequence: u64,
    /// What kind of list, a URI (5.3.3).
    pub kind: String,
    /// Who keeps it (5.3.4).
    pub operator: Texts,
    /// The scheme (5.3.6).
    pub scheme: Texts,
    /// Where the scheme is told about (5.3.7); of a list of lists, also the lists before it.
    pub information: Vec<String>,
    /// For where it is (5.3.10).
    pub territory: Option<String>,
    /// When it was issued (5.3.14).
    pub issued_at: UtcDateTime,
    /// Until when it is to be relied on; `None` for a list that was closed (5.3.15).
    pub next_update: Option<UtcDateTime>,
    /// Other lists, and who may sign each (5.3.13).
    pub pointers: Vec<Pointer>,
    /// Who provides what (5.3.18).
    pub providers: Vec<Provider>,
}

/// Another list (TS 119 612 5.3.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Where it is.
    pub location: String,
    /// Who may sign it.
    pub signers: Vec<Certificate>,
    /// What kind of list it is, where this is said.
    pub kind: Option<String>,
    /// For where it is, where this is said.
    pub territory: Option<String>,
    /// Its media type, where this is said.
    pub media_type: Option<String>,
}

/// A provider of services (TS 119 612 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: Texts,
    /// Other names and registration numbers (5.4.2), such as `NTRCN-…`.
    pub trade_names: Texts,
    /// Its services.
    pub services: Vec<Provided>,
}

/// What a list says is to be trusted: a certificate, for what, from when until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAnchor {
    /// The certificate of the service.
    pub certificate: Certificate,
    /// For what; never empty.
    pub purposes: Vec<Purpose>,
    /// From when on the service was approved.
    pub from: UtcDateTime,
    /// Until before when, where it no longer is.
    pub until: Option<UtcDateTime>,
}

impl ListedAnchor {
    /// The anchor for path validation: the list is what it is trusted by, its certificate's rules hold nevertheless.
    ///
    /// # Errors
    /// Its key is none of ours.
    pub fn anchor(&self) -> Result<Anchor, crypto::ReadKey> {
        let anchor = Anchor::of(self.certificate.clone())?;
        Ok(anchor
            .with_purposes(AnchorPurposes::These(self.purposes.clone()))
            .within(Some(self.from), self.until))
    }
}

impl Pointer {
    /// A list's pointer to itself: where it is, and who may sign the next one (TS 119 612 5.3.13).
    #[must_use]
    pub fn to_itself(location: String, territory: String, signers: Vec<Certificate>) -> Pointer {
        Pointer {
            location,
            signers,
            kind: Some(NATIONAL_LIST.to_owned()),
            territory: Some(territory),
            media_type: Some(MEDIA_TYPE.to_owned()),
        }
    }
}

impl TrustedList {
    /// Who may sign the list that follows: who signed this one, and whom its pointer to itself names. So a signer is
    /// followed by another one that was named before, and by no one else.
    #[must_use]
    pub fn successors(&self) -> Vec<Certificate> {
        let named = self.to_itself();
        let named = named.flat_map(|pointer| pointer.signers.iter().cloned());
        let mut signers = vec![self.signed.signer.clone()];
        signers.extend(named);
        signers
    }

    /// Its pointers to itself: to a list of its own kind, for its own place.
    pub(crate) fn to_itself(&self) -> impl Iterator<Item = &Pointer> {
        self.pointers.iter().filter(|pointer| {
            pointer.kind.as_deref() == Some(&self.kind) && pointer.territory == self.territory
        })
    }

    /// Whether this list may take the place of one with that number: an older one never comes back.
    ///
    /// # Errors
    /// `Order`.
    pub fn inspect_order(&self, before: Option<u64>) -> Result<(), ReadList> {
        match before {
            Some(before) if self.sequence <= before => Err(ReadList::Order {
                found: self.sequence,
                before,
            }),
            _ => Ok(()),
        }
    }

    /// Whether it is a list of lists (TS 119 612 5.3.3).
    #[must_use]
    pub fn lists_lists(&self) -> bool {
        self.kind.ends_with(LISTS_OF_LISTS)
    }

    /// Where the lists before this one are that a reader with older pins needs, as the list has them (the newest
    /// first): the addresses of lists among its information.
    #[must_use]
    pub fn pivots(&self) -> Vec<&str> {
        let all = self.information.iter().map(String::as_str);
        all.filter(|uri| self.lists_lists() && uri.ends_with(".xml"))
            .collect()
    }

    /// Whether it is no longer to be relied on: past its next update, or closed.
    #[must_use]
    pub fn is_stale(&self, at: UtcDateTime) -> bool {
        self.next_update.is_none_or(|next| next <= at)
    }

    /// Whether it was issued later than `at`, beyond what clocks differ.
    #[must_use]
    pub fn is_early(&self, at: UtcDateTime) -> bool {
        self.issued_at > at + Duration::minutes(5)
    }

    /// What is to be trusted: each time in which a service was approved, for what its kind stands for.
    ///
    /// Services of kinds that are no trust in a certificate, and periods with a critical extension that is not
    /// understood, give none.
    #[must_use]
    pub fn anchors(&self) -> Vec<ListedAnchor> {
        let providers = self.providers.iter();
        let services = providers.flat_map(|provider| &provider.services);
        services
            .flat_map(|service| self.anchors_of(service))
            .collect()
    }

    fn anchors_of(&self, service: &Provided) -> Vec<ListedAnchor> {
        let mut found = Vec::new();
        // The newest first: each lasts until the one before it in the list begins.
        let mut until = self.next_update.is_none().then_some(self.issued_at);
        for period in &service.periods {
            let approved = APPROVED.contains(&period.state.as_str());
            let purposes = Kind::of(&period.kind).purposes(&period.narrowed);
            let is_any = until.is_none_or(|until| period.from < until);
            if approved && period.refused.is_none() && is_any && !purposes.is_empty() {
                found.extend(period.certificates.iter().map(|certificate| ListedAnchor {
                    certificate: certificate.clone(),
                    purposes: purposes.clone(),
                    from: period.from,
                    until,
                }));
            }
            until = Some(period.from);
        }
        found
    }

    /// Services and periods that are not relied on, each with the reason.
    pub fn refused(&self) -> impl Iterator<Item = (&Provided, &str)> {
        let services = self.providers.iter().flat_map(|one| &one.services);
        services.flat_map(|service| {
            let periods = service.periods.iter();
            periods.filter_map(move |period| Some((service, period.refused.as_deref()?)))
        })
    }
}
