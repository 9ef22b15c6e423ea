//! How our own trust is said in the words of a list: anchors by purpose, and which body may issue which licences.
//!
//! A kind of service that the standard names is used where there is one; what it has no kind for is a service of the
//! kind *unspecified*, narrowed by one of two names of our own (TS 119 612 5.5.1.4, 5.5.9.4).

use pki::Certificate;
use pki::path::Purpose;
use time::UtcDateTime;

use crate::bundle::BundleLog;
use crate::list::TrustedList;
use crate::names::{APPROVED, CANDIDATE, DEPRECATED, LICENCE_TYPE, LOG, PURPOSE, RECOGNISED, TYPE};
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

/// The service that hands on a certificate which is no anchor.
pub(crate) fn candidate(certificate: &Certificate) -> Provided {
    let name = vec![("en".to_owned(), certificate.subject().to_string())];
    let narrowed = vec![narrow(CANDIDATE, "certificate")];
    let from = certificate.validity().from;
    let certificates = vec![certificate.clone()];
    service(&name, "unspecified", narrowed, certificates, (from, None))
}

/// The service that hands on a public log; `None` for one that cannot be written.
pub(crate) fn logged(log: &BundleLog, signer: &Certificate) -> Option<Provided> {
    let name = vec![("en".to_owned(), log.origin.clone())];
    let narrowed = vec![narrow(LOG, &serde_json::to_string(log).ok()?)];
    let from = signer.validity().from;
    let certificates = vec![signer.clone()];
    Some(service(
        &name,
        "unspecified",
        narrowed,
        certificates,
        (from, None),
    ))
}

/// The certificates and logs that a list hands on in our words.
pub(crate) fn handed_on(list: &TrustedList) -> (Vec<Certificate>, Vec<BundleLog>) {
    let (mut certificates, mut logs) = (Vec::new(), Vec::new());
    let services = list.providers.iter().flat_map(|one| &one.services);
    let now = services.filter_map(|service| service.periods.first());
    let good =
        now.filter(|period| APPROVED.contains(&period.state.as_str()) && period.refused.is_none());
    for period in good {
        for narrowed in &period.narrowed {
            match (narrowed.uri.as_str(), &narrowed.value) {
                (CANDIDATE, _) => certificates.extend(period.certificates.iter().cloned()),
                (LOG, Some(text)) => logs.extend(serde_json::from_str::<BundleLog>(text)),
                _ => {}
            }
        }
    }
    (certificates, logs)
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
