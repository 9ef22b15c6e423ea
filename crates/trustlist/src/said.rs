//! A bundle said as a list, and the bodies that a list names in our words.

use pki::path::Purpose;
use time::UtcDateTime;

use crate::bundle::{Bundle, BundleAnchor, ReadBundle};
use crate::draft::{ListDraft, Scheme};
use crate::list::{Provider, TrustedList};
use crate::office::{Office, OfficeType};
use crate::own::{candidate, entitled, handed_on, licence_type, logged, published};

/// What a list has no kind of service for is published in our own words for these.
const PUBLISHED: [Purpose; 6] = [
    Purpose::DocumentSigning,
    Purpose::TimeStamping,
    Purpose::Credential,
    Purpose::StatusList,
    Purpose::TrustBundle,
    Purpose::Log,
];
/// What the trade name of a body begins with in a list (EN 319 412-1 5.1.4).
const REGISTER: &str = "NTRCN-";

/// The bodies that a list names, with what each may issue and when.
#[must_use]
pub fn offices(list: &TrustedList) -> Vec<Office> {
    let mut offices: Vec<Office> = Vec::new();
    for entry in entitled(list) {
        let Some(code) = entry.body.strip_prefix(REGISTER) else {
            continue;
        };
        let kind = OfficeType {
            code: entry.code,
            from: Some(entry.from),
            until: entry.until,
        };
        match offices.iter_mut().find(|known| known.code == code) {
            Some(known) => known.types.push(kind),
            None => offices.push(Office {
                code: code.to_owned(),
                name: entry
                    .name
                    .first()
                    .map_or_else(String::new, |(_, name)| name.clone()),
                from: None,
                until: None,
                types: vec![kind],
                under: Vec::new(),
            }),
        }
    }
    offices
}

impl Bundle {
    /// What a list says, as a bundle: its anchors while they were approved, the bodies that it names in our words, and what
    /// it hands on. It is good as long as the list; a list that was closed is good for nothing that comes after it.
    ///
    /// # Errors
    /// A key or a log in it that cannot be used.
    pub fn of_list(list: &TrustedList) -> Result<Bundle, ReadBundle> {
        let anchors = list.anchors().into_iter().map(|listed| BundleAnchor {
            certificate: listed.certificate,
            purposes: listed.purposes,
            from: Some(listed.from),
            until: listed.until,
        });
        let (certificates, logs) = handed_on(list);
        let bundle = Bundle {
            issued_at: list.issued_at,
            next_update: list.next_update.unwrap_or(list.issued_at),
            anchors: anchors.collect(),
            certificates,
            offices: offices(list),
            logs,
            time_stamp_policies: Vec::new(),
        };
        bundle.trusted_anchors()?;
        bundle.trusted_logs()?;
        Ok(bundle)
    }

    /// This bundle in the words of TS 119 612, as list `sequence` of a scheme: to be signed by who signs bundles. What
    /// has no beginning of its own begins with the anchor named first.
    ///
    /// What the standard has no kind for stands in our own words, so that who reads them has what a bundle has: candidates
    /// for chains, logs. Policies of time-stamps and the anchors under which a body stands are not said.
    #[must_use]
    pub fn as_list(&self, scheme: Scheme, sequence: u64) -> Option<ListDraft> {
        let first = &self.anchors.first()?.certificate;
        let begin = first.validity().from;
        let operator = scheme.operator.clone();
        let mut services = Vec::new();
        for anchor in &self.anchors {
            let from = anchor.from.unwrap_or(anchor.certificate.validity().from);
            let wanted =
                |one: &Purpose| anchor.purposes.is_empty() || anchor.purposes.contains(one);
            let purposes: Vec<Purpose> = PUBLISHED.into_iter().filter(wanted).collect();
            let name = vec![("en".to_owned(), anchor.certificate.subject().to_string())];
            let (certificate, until) = (&anchor.certificate, anchor.until);
            services.extend(published(&name, certificate, &purposes, from, until));
        }
        services.extend(self.certificates.iter().map(candidate));
        services.extend(self.logs.iter().filter_map(|log| logged(log, first)));
        let mut providers = vec![Provider {
            name: operator,
            trade_names: Vec::new(),
            services,
        }];
        for office in self
            .offices
            .iter()
            .filter(|office| !office.types.is_empty())
        {
            let name = vec![("zh".to_owned(), office.name.clone())];
            let services = office.types.iter().map(|kind| {
                let from = latest([office.from, kind.from]).unwrap_or(begin);
                let until = [office.until, kind.until].into_iter().flatten().min();
                licence_type(&name, &kind.code, first, from, until)
            });
            providers.push(Provider {
                services: services.collect(),
                trade_names: vec![("en".to_owned(), format!("{REGISTER}{}", office.code))],
                name,
            });
        }
        Some(ListDraft {
            scheme,
            sequence,
            issued_at: self.issued_at,
            next_update: self.next_update,
            pointers: Vec::new(),
            providers,
        })
    }
}

fn latest(moments: [Option<UtcDateTime>; 2]) -> Option<UtcDateTime> {
    moments.into_iter().flatten().max()
}
