//! Whom to trust: from PEM certificates, or from a signed bundle.

use asn1::Oid;
use credential::{CheckToken, Jws, ReadJws};
use pki::Certificate;
use pki::certificate::ReadCertificate;
use pki::path::{Anchor, Budget, Chain, Memory, PathError, Purpose, Question, validate};
use thiserror::Error;
use time::UtcDateTime;
use tlog::TrustedLog;
use trustlist::{BUNDLE_KIND, ReadBundle, TrustedList};

use crate::policy::Anchors;
use facts::pem::{self, MAX_PEM_CERTIFICATES};
use finding::Finding;

pub(crate) use trustlist::Entitlement;
pub use trustlist::{Bundle, BundleAnchor, BundleLog, Office, OfficeType, Term};

/// Octets of a bundle or PEM file.
pub const MAX_TRUST: usize = 8 * 1024 * 1024;

/// Whom to trust, for what, and when.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    pub(crate) anchors: Vec<Anchor>,
    pub(crate) certificates: Vec<Certificate>,
    /// `None` where the trust given names no offices.
    pub(crate) offices: Option<Vec<Office>>,
    pub(crate) logs: Vec<TrustedLog>,
    pub(crate) time_stamp_policies: Vec<Oid>,
    pub(crate) next_update: Option<UtcDateTime>,
    pub(crate) findings: Vec<Finding>,
    /// Signatures on certificates and lists that held before: the same authorities stand behind every file.
    pub(crate) memory: Memory,
}

/// Why a file gives no trust.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadTrust {
    /// More than [`MAX_TRUST`] octets.
    #[error("more than {MAX_TRUST} octets")]
    TooLarge,
    /// Neither PEM with certificates nor a signed bundle.
    #[error("neither pem certificates nor a signed bundle")]
    Form,
    /// More certificates than are taken.
    #[error("more than {MAX_PEM_CERTIFICATES} certificates")]
    TooMany,
    /// A certificate is malformed.
    #[error("certificate {at} is malformed")]
    Certificate {
        /// Which one, from 0.
        at: usize,
        /// In what way.
        #[source]
        cause: ReadCertificate,
    },
    /// Not a signed token.
    #[error("not a signed bundle")]
    Token(#[from] ReadJws),
    /// A token of another kind.
    #[error("the token is of another kind")]
    Kind,
    /// The content of the bundle is not of its form.
    #[error(transparent)]
    Content(#[from] ReadBundle),
    /// The signature does not hold.
    #[error("the signature of the bundle does not hold")]
    Signature(#[source] CheckToken),
    /// No certificate came with it, or its key cannot be used.
    #[error("the signer of the bundle is not in it")]
    Signer,
    /// The signer leads to no anchor for trust bundles.
    #[error("the signer of the bundle leads to no anchor for bundles")]
    Untrusted(#[source] PathError),
    /// Older than the one it is to follow.
    #[error("the bundle is older than the one it is to follow")]
    Older,
}

impl Trust {
    /// No trust at all: every chain ends nowhere.
    #[must_use]
    pub fn absent() -> Trust {
        Trust::default()
    }

    /// Reads what an operator put there: PEM, whose CA certificates are anchors for every purpose and whose
    /// others are candidates; or a signed bundle, whose signature has to lead to one of its own anchors.
    ///
    /// Who names a file as trust trusts it. The signature of a first bundle shows that it is whole, not who
    /// made it; the next one is read by [`Trust::parse_successor`], under the anchors of this one.
    ///
    /// # Errors
    /// See [`ReadTrust`].
    pub fn parse(octets: &[u8]) -> Result<Trust, ReadTrust> {
        if octets.len() > MAX_TRUST {
            return Err(ReadTrust::TooLarge);
        }
        let text = std::str::from_utf8(octets).map_err(|_| ReadTrust::Form)?;
        if text.contains("-----BEGIN ") {
            return Trust::of_pem(text);
        }
        let (bundle, token) = open(text.trim())?;
        let trust = Trust::of(&bundle)?;
        check_signer(&token, &trust, bundle.issued_at)?;
        Ok(trust)
    }

    /// Reads the bundle that follows this one: signed by somebody whom this one trusts, and not older.
    ///
    /// # Errors
    /// See [`ReadTrust`].
    pub fn parse_successor(
        &self,
        octets: &[u8],
        issued_at: UtcDateTime,
    ) -> Result<Trust, ReadTrust> {
        let (bundle, token) = opened(octets)?;
        if bundle.issued_at < issued_at {
            return Err(ReadTrust::Older);
        }
        check_signer(&token, self, bundle.issued_at)?;
        Trust::of(&bundle)
    }

    /// The trust that a bundle's content states: for who makes bundles and for tests.
    ///
    /// # Errors
    /// `Content` for a key or identifier in it that cannot be used.
    pub fn of(bundle: &Bundle) -> Result<Trust, ReadTrust> {
        Ok(Trust {
            anchors: bundle.trusted_anchors()?,
            certificates: bundle.certificates.clone(),
            offices: Some(bundle.offices.clone()),
            logs: bundle.trusted_logs()?,
            time_stamp_policies: bundle.policies()?,
            next_update: Some(bundle.next_update),
            findings: Vec::new(),
            memory: Memory::new(),
        })
    }

    /// The trust of these certificates: CAs are anchors for every purpose, the others candidates.
    #[must_use]
    pub fn of_certificates(certificates: Vec<Certificate>) -> Trust {
        let mut trust = Trust::absent();
        for (at, certificate) in certificates.into_iter().enumerate() {
            if certificate.is_ca() {
                match Anchor::of(certificate.clone()) {
                    Ok(anchor) => trust.anchors.push(anchor),
                    Err(error) => trust.findings.push(
                        Finding::of("trust.ignored")
                            .because(format_args!("certificate {at}, {error}")),
                    ),
                }
            }
            trust.certificates.push(certificate);
        }
        trust
    }

    fn of_pem(text: &str) -> Result<Trust, ReadTrust> {
        let ders = pem::certificates(text).ok_or(ReadTrust::Form)?;
        if ders.len() > MAX_PEM_CERTIFICATES {
            return Err(ReadTrust::TooMany);
        }
        let mut certificates = Vec::with_capacity(ders.len());
        for (at, der) in ders.iter().enumerate() {
            let certificate =
                Certificate::parse(der).map_err(|cause| ReadTrust::Certificate { at, cause })?;
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
        Ok(Trust::of_certificates(certificates))
    }

    /// This trust with the anchors of a list, each for what its service stands for while it was approved; with the
    /// bodies that the list names in our words; and good no longer than the list (TS 119 612 5.3.15).
    #[must_use]
    pub fn with_list(mut self, list: &TrustedList) -> Trust {
        for listed in list.anchors() {
            match listed.anchor() {
                Ok(anchor) => self.anchors.push(anchor),
                Err(error) => self.findings.push(ignored(&error)),
            }
            if !self.certificates.contains(&listed.certificate) {
                self.certificates.push(listed.certificate);
            }
        }
        for (service, why) in list.refused() {
            let name = service.name.first().map(|(_, name)| name.as_str());
            let told = format!("{}: critical {why}", name.unwrap_or_default());
            self.findings.push(ignored(&told));
        }
        let offices = trustlist::offices(list);
        if !offices.is_empty() {
            self.offices.get_or_insert_default().extend(offices);
        }
        // A list that was closed is good for nothing that comes after it.
        let until = list.next_update.unwrap_or(list.issued_at);
        self.next_update = Some(self.next_update.map_or(until, |known| known.min(until)));
        self
    }

    /// Reads the bundle of another region: its signature leads to one of its own anchors, which shows that it is whole.
    /// That these anchors are that region's is for two people to know, from elsewhere.
    ///
    /// # Errors
    /// See [`ReadTrust`].
    pub fn parse_region(octets: &[u8]) -> Result<Bundle, ReadTrust> {
        let (bundle, token) = opened(octets)?;
        let trust = Trust::of(&bundle)?;
        let chain = check_signer(&token, &trust, bundle.issued_at)?;
        Ok(bundle.of_region(chain.certificates().last()))
    }

    /// Reads the bundle that follows one of another region: signed by somebody whom that one trusts, and not older.
    ///
    /// # Errors
    /// See [`ReadTrust`].
    pub fn parse_region_successor(octets: &[u8], before: &Bundle) -> Result<Bundle, ReadTrust> {
        let (bundle, token) = opened(octets)?;
        if bundle.issued_at < before.issued_at {
            return Err(ReadTrust::Older);
        }
        let chain = check_signer(&token, &Trust::of(before)?, bundle.issued_at)?;
        Trust::of(&bundle)?;
        Ok(bundle.of_region(chain.certificates().last()))
    }

    /// Until when it is to be relied on, where it says so.
    #[must_use]
    pub fn next_update(&self) -> Option<UtcDateTime> {
        self.next_update
    }

    /// Every certificate that came with it: the anchors' own, then the candidates.
    pub fn known(&self) -> impl Iterator<Item = &Certificate> {
        let anchors = self.anchors.iter().filter_map(Anchor::certificate);
        anchors.chain(&self.certificates)
    }

    /// Whether there is any anchor.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.anchors.is_empty() && self.certificates.is_empty()
    }

    /// The anchors under a policy.
    pub(crate) fn anchors_under(&self, anchors: Anchors) -> Vec<Anchor> {
        let mut all = self.anchors.clone();
        if anchors == Anchors::EveryGiven {
            let given = self.certificates.iter().filter(|one| !one.is_ca());
            all.extend(given.filter_map(|one| Anchor::of(one.clone()).ok()));
        }
        all
    }
}

fn ignored(why: &dyn std::fmt::Display) -> Finding {
    Finding::of("trust.ignored").because(why)
}

fn opened(octets: &[u8]) -> Result<(Bundle, Jws), ReadTrust> {
    if octets.len() > MAX_TRUST {
        return Err(ReadTrust::TooLarge);
    }
    let text = std::str::from_utf8(octets).map_err(|_| ReadTrust::Form)?;
    open(text.trim())
}

fn open(text: &str) -> Result<(Bundle, Jws), ReadTrust> {
    let token = Jws::parse(text, MAX_TRUST)?;
    // RFC 8725 3.11: or any token of the same signer would be a bundle.
    if token.kind() != Some(BUNDLE_KIND) {
        return Err(ReadTrust::Kind);
    }
    Ok((Bundle::parse(token.payload())?, token))
}

fn check_signer(token: &Jws, trust: &Trust, at: UtcDateTime) -> Result<Chain, ReadTrust> {
    let chain: Vec<Certificate> = token
        .certificates()
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let leaf = chain.first().ok_or(ReadTrust::Signer)?;
    let key = leaf.public_key().map_err(|_| ReadTrust::Signer)?;
    token.check(&key).map_err(ReadTrust::Signature)?;
    let question = Question::new(Purpose::TrustBundle, at);
    // The authorities behind the bundle are those behind the files to come.
    let mut budget = Budget::new().remembering(&trust.memory);
    validate(leaf, &chain, &trust.anchors, &question, &mut budget).map_err(ReadTrust::Untrusted)
}
