//! Certificates: prepared, linted under a throw-away signature, recorded, and only then signed (T-C2).

use std::num::NonZeroU32;
use std::sync::OnceLock;

use asn1::Oid;
use crypto::{
    Authorisation, KeyId, KeyStore, KeyUse, PublicKey, Random, SignError, Signature, ThrowAway,
    sha256,
};
use pki::certificate::{Certificate, SerialNumber, Validity};
use pki::crl::shard;
use pki::name::Name;
use pki::profile::{
    Addresses, FinishCertificate, Issuer, LintRefused, PrepareCertificate, Profile, Request,
};
use registry::Later;
use registry::certificates::{CertificateError, Certificates, Intent};
use thiserror::Error;

use crate::asker::Asker;
use crate::clock::Clock;

/// Partitions of the issuing CA's revocation list.
pub const SHARDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(3);

/// `organizationName` (X.520 6.4.1).
const ORGANIZATION: Oid = Oid::of(&[2, 5, 4, 10]);

/// Who operates a service, as its certificates say.
#[must_use]
pub fn operator(subject: &Name) -> Option<String> {
    subject.text(&ORGANIZATION).map(Into::into)
}

/// Under which policies an office works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// That of its certificates (RFC 5280 4.2.1.4).
    pub certificates: Oid,
    /// That of its time-stamps (RFC 3161 2.4.2).
    pub stamps: Oid,
}

impl Policies {
    /// Those of samples: arcs for documentation (RFC 5612).
    pub const SAMPLES: Self = Self {
        certificates: Oid::of(&[1, 3, 6, 1, 4, 1, 32_473, 1, 1]),
        stamps: Oid::of(&[1, 3, 6, 1, 4, 1, 32_473, 1, 2]),
    };
    /// Those of an operator who has no arc: arcs below 2.25 (X.667), which nobody else has. Programs that keep an
    /// arc in 32 or 64 bits do not read them.
    pub const UNREGISTERED: Self = Self {
        certificates: Oid::of(&[2, 25, OWN, 1]),
        stamps: Oid::of(&[2, 25, OWN, 2]),
    };

    /// The same policies, but for those that are named, as numbers with points between them; `None` where one is none.
    #[must_use]
    pub fn but(self, certificates: Option<&str>, stamps: Option<&str>) -> Option<Self> {
        let read = |text: Option<&str>, own| text.map_or(Some(own), Oid::from_dotted);
        Some(Self {
            certificates: read(certificates, self.certificates)?,
            stamps: read(stamps, self.stamps)?,
        })
    }
}

/// A UUID as a number (X.667 6.3).
const OWN: u128 = 302_814_158_361_537_297_158_614_022_098_125_347_143;

/// Why no certificate was issued.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CertifyError {
    /// The request breaks its profile.
    #[error("the request breaks its profile")]
    Profile(#[from] PrepareCertificate),
    /// The linter stops issue.
    #[error("the linter stops issue")]
    Lint(#[from] LintRefused),
    /// The key store did not sign.
    #[error("the certificate was not signed")]
    Sign(#[from] SignError),
    /// The signature makes no certificate.
    #[error("the signature makes no certificate")]
    Finish(#[from] FinishCertificate),
    /// The register did not record it.
    #[error("the certificate cannot be recorded")]
    Record(#[from] CertificateError),
    /// No randomness for a serial number.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
    /// The throw-away key cannot be made.
    #[error("no throw-away key can be made")]
    ThrowAway,
}

/// A CA at work: what issuing needs, and nothing else.
#[derive(Clone)]
pub struct Authority<'a> {
    /// Its key.
    pub key: &'a KeyId,
    /// Its name and key as certificates hold them.
    pub issuer: &'a Issuer,
    /// Under which the list of a shard, the responder and the issuer's certificate are had.
    pub address: &'a str,
    /// Under which policy it issues.
    pub policy: Oid,
    /// Keeps shards from being filled from outside.
    pub shard_key: &'a [u8; 32],
    /// Where its key is.
    pub keys: &'a KeyStore,
    /// The register.
    pub certificates: Certificates,
    /// Now.
    pub clock: &'a dyn Clock,
    /// Serial numbers come from here.
    pub random: &'a dyn Random,
    /// The key under which drafts are linted, made when it is first needed; where nobody keeps one, for each draft.
    pub throw_away: Option<&'a OnceLock<ThrowAway>>,
}

impl std::fmt::Debug for Authority<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Authority({})", self.key)
    }
}

/// What is to be certified.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// By which profile.
    pub profile: Profile,
    /// Whose it is.
    pub subject: &'a Name,
    /// The key.
    pub key: &'a PublicKey,
    /// From when to when.
    pub validity: Validity,
    /// The department for which it is made.
    pub department: &'a str,
    /// Who asks for it; nobody where the service founds itself.
    pub asker: Option<&'a Asker>,
}

impl Authority<'_> {
    /// Issues one certificate, durable in the register when it is returned.
    ///
    /// # Errors
    /// [`CertifyError`]; nothing was issued.
    pub fn issue<'a>(
        &'a self,
        order: &'a Order<'a>,
    ) -> Later<'a, Result<Certificate, CertifyError>> {
        Box::pin(async move {
            let mut octets = [0; 16];
            self.random.fill(&mut octets)?;
            let serial = SerialNumber::from_random(octets);
            let shard = shard(self.shard_key, &serial, SHARDS);
            let crl = list_address(self.address, self.key.as_str(), Some(shard));
            let ocsp = format!("{}/ocsp", self.address);
            let issuer = format!("{}/certificates/{}.cer", self.address, self.key);
            let request = Request {
                subject: order.subject,
                key: order.key,
                serial,
                validity: order.validity,
                policies: &[self.policy],
                alternative_names: &[],
            };
            let addresses = Addresses {
                crl: Some(&crl),
                ocsp: Some(&ocsp),
                issuer: Some(&issuer),
            };
            let draft = order.profile.prepare(&request, self.issuer, &addresses)?;
            let throw_away = self.throw_away(draft.to_be_signed())?;
            let linted = draft.lint(&throw_away)?;
            let now = self.clock.now();
            let tbs_digest = sha256(linted.to_be_signed());
            self.certificates
                .intend(Intent {
                    issuer: self.key.clone(),
                    serial,
                    tbs_digest,
                    profile: order.profile.name.to_owned(),
                    shard,
                    department: order.department.to_owned(),
                    moment: now,
                })
                .await?;
            let under = Authorisation::journalled(
                self.key.clone(),
                KeyUse::Certificates,
                linted.to_be_signed(),
                now,
            );
            let signature = self.keys.sign(linted.to_be_signed(), &under)?;
            let certificate = linted.finish(&signature)?;
            let act = order
                .asker
                .map(|asker| asker.certified(&serial, "issued", now));
            let der = certificate.der().to_vec();
            self.certificates
                .issued(self.key, serial, tbs_digest, der, act)
                .await?;
            Ok(certificate)
        })
    }

    /// T-C2: a signature by a key that exists for inspections alone and ends with this process.
    fn throw_away(&self, message: &[u8]) -> Result<Signature, CertifyError> {
        let kind = self.issuer.key().algorithm();
        let algorithm = self.issuer.algorithm();
        let make = || {
            ThrowAway::generate(algorithm, kind, self.random).map_err(|_| CertifyError::ThrowAway)
        };
        let Some(place) = self.throw_away else {
            return Ok(make()?.sign(message)?);
        };
        let key = match place.get() {
            Some(key) => key,
            None => {
                let made = make()?;
                place.get_or_init(|| made)
            }
        };
        // A place serves one issuer: another one's algorithm would not fit the draft.
        if key.algorithm() != algorithm {
            return Ok(make()?.sign(message)?);
        }
        Ok(key.sign(message)?)
    }
}

/// The address of a list: of all certificates of an issuer, or of one shard.
pub fn list_address(address: &str, issuer: &str, shard: Option<u32>) -> String {
    match shard {
        Some(shard) => format!("{address}/crl/{issuer}-{shard}.crl"),
        None => format!("{address}/crl/{issuer}.crl"),
    }
}
