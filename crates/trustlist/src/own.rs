//! How our own trust is said in the words of a list: anchors by purpose, and which body may issue which licences.
//!
//! A kind of service that the standard names is used where there is one; what it has no kind for is a service of the
//! kind *unspecified*, narrowed by one of two names of our own (TS 119 612 5.5.1.4, 5.5.9.4).

use pki::Certificate;
use pki::path::Purpose;
use time::UtcDateTime;

use crate::list::TrustedList;
use crate::names::{APPROVED, DEPRECATED, LICENCE_TYPE, PURPOSE, RECOGNISED, TYPE};
use crate::service::{Narrowed, Period, Provided};
use crate::value::Texts;

/// A type of licence that a body of a list may issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedType {
    /// The body: its trade name, such as `NTRCN-…` with the unified social credit code.
    pub body: String,
    /// Its name.
    pub name: Texts,
    /// The type's code.
    pub code: String,
    /// From when on.
    pub from: UtcDateTime,
    /// Until before when.
    pub until: Option<UtcDateTime>,
}

/// The services that say that a certificate is trusted for these purposes from `from` on until before `until`.
#[must_use]
pub fn published(
    name: &Texts,
    certificate: &Certificate,
    purposes: &[Purpose],
    from: UtcDateTime,
    until: Option<UtcDateTime>,
) -> Vec<Provided> {
    let services = purposes.iter().map(|purpose| {
        let (kind, narrowed) = match purpose {
            Purpose::DocumentSigning => ("CA/PKC", Vec::new()),
            Purpose::TimeStamping => ("TSA", Vec::new()),
            Purpose::OcspSigning => ("Certstatus/OCSP", Vec::new()),
            other => ("unspecified", vec![narrow(PURPOSE, other.name())]),
        };
        service(
            name,
            kind,
            narrowed,
            vec![certificate.clone()],
            (from, until),
        )
    });
    services.collect()
}

/// The service that says that a body may issue licences of a type.
#[must_use]
pub fn licence_type(
    name: &Texts,
    code: &str,
    signer: &Certificate,
    from: UtcDateTime,
    until: Option<UtcDateTime>,
) -> Provided {
    let narrowed = vec![narrow(LICENCE_TYPE, code)];
    // TS 119 612 5.5.3: no service is without an identity; that of the scheme's own authority stands for its bodies.
    service(
        name,
        "unspecified",
        narrowed,
        vec![signer.clone()],
        (from, until),
    )
}

/// Which body may issue which licences, as a list says in our words.
#[must_use]
pub fn entitled(list: &TrustedList) -> Vec<ListedType> {
    let mut found = Vec::new();
    for provider in &list.providers {
        let Some((_, body)) = provider.trade_names.first() else {
            continue;
        };
        for service in &provider.services {
            let mut until = list.next_update.is_none().then_some(list.issued_at);
            for period in &service.periods {
                let approved = APPROVED.contains(&period.state.as_str());
                let named = period.narrowed.iter().filter(|one| one.uri == LICENCE_TYPE);
                let codes = named.filter_map(|one| one.value.clone());
                if approved && period.refused.is_none() {
                    found.extend(codes.map(|code| ListedType {
                        body: body.clone(),
                        name: provider.name.clone(),
                        code,
                        from: period.from,
                        until,
                    }));
                }
                until = Some(period.from);
            }
        }
    }
    found
}

fn narrow(uri: &str, value: &str) -> Narrowed {
    Narrowed {
        uri: uri.to_owned(),
        value: Some(value.to_owned()),
    }
}

/// Recognised from one moment, and no longer from the other: the newest first (TS 119 612 5.5.10).
fn service(
    name: &Texts,
    kind: &str,
    narrowed: Vec<Narrowed>,
    certificates: Vec<Certificate>,
    (from, until): (UtcDateTime, Option<UtcDateTime>),
) -> Provided {
    let period = |state: &str, from| Period {
        kind: format!("{TYPE}{kind}"),
        state: state.to_owned(),
        from,
        certificates: certificates.clone(),
        narrowed: narrowed.clone(),
        qualifications: Vec::new(),
        expired_kept_since: None,
        refused: None,
    };
    let ended = until.map(|until| period(DEPRECATED, until));
    Provided {
        name: name.clone(),
        periods: ended
            .into_iter()
            .chain([period(RECOGNISED, from)])
            .collect(),
    }
}
