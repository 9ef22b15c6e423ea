//! TLS server certificates, written by rcgen: no office trusts them for anything but its own doors.
//!
//! rcgen signs as it writes, with whatever key it is handed. It is handed none: the octets that it wanted
//! signed become a [`Draft`] like any other.

use std::net::IpAddr;

use crypto::{PublicKey, SignatureAlgorithm};
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, KeyIdMethod, KeyUsagePurpose, PublicKeyData, SanType, SigningKey,
};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use crate::certificate::{Certificate, SerialNumber, Validity};
use crate::identifiers as id;
use crate::name::{Name, ReadName};
use crate::profile::{Draft, Issuer, key_identifier};
use asn1::{Tag, write};

/// How long one may live: what browsers accept.
pub const LONGEST: Duration = Duration::days(397);

/// A TLS server.
#[derive(Debug, Clone, Copy)]
pub struct TlsServer<'a> {
    /// Its names: host names, with a leftmost `*.` perhaps, and addresses as text. The first is its subject.
    pub names: &'a [&'a str],
    /// Its key.
    pub key: &'a PublicKey,
    /// The certificate's number.
    pub serial: SerialNumber,
    /// When the certificate is valid, at most [`LONGEST`].
    pub validity: Validity,
}

/// Why no certificate was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareTls {
    /// No name.
    #[error("a server has a name at least")]
    NameAbsent,
    /// A name that is neither a host name nor an address.
    #[error("{name:?} is neither a host name nor an address")]
    Name {
        /// Which one.
        name: String,
    },
    /// A validity that is empty or longer than [`LONGEST`].
    #[error("validity is empty or too long")]
    Validity,
    /// A key or an algorithm that rcgen does not write.
    #[error("no certificate is written for this key or algorithm")]
    Algorithm,
    /// The issuer's name has a form that rcgen does not write.
    #[error("the issuer's name cannot be written")]
    Issuer,
}

impl From<ReadName> for PrepareTls {
    fn from(_: ReadName) -> Self {
        Self::Issuer
    }
}

impl TlsServer<'_> {
    /// Itself as its issuer: for a certificate that is signed with its own key.
    ///
    /// # Errors
    /// `NameAbsent`, `Name`.
    pub fn as_issuer(&self, algorithm: SignatureAlgorithm) -> Result<Issuer, PrepareTls> {
        let subject = self.subject()?;
        Ok(Issuer::without_certificate(
            subject,
            self.key.clone(),
            algorithm,
        ))
    }

    /// The exact octets of its certificate: serverAuth, digitalSignature, its names as alternative names.
    ///
    /// # Errors
    /// See [`PrepareTls`].
    pub fn prepare(&self, issuer: &Issuer) -> Result<Draft, PrepareTls> {
        let Validity { from, last } = self.validity;
        if last < from || last - from > LONGEST {
            return Err(PrepareTls::Validity);
        }
        let mut parameters = CertificateParams::default();
        parameters.not_before = OffsetDateTime::from(from);
        parameters.not_after = OffsetDateTime::from(last);
        parameters.serial_number = Some(rcgen::SerialNumber::from_slice(self.serial.octets()));
        parameters.subject_alt_names = self
            .names
            .iter()
            .map(|name| alternative(name))
            .collect::<Result<_, _>>()?;
        parameters.distinguished_name = distinguished(&self.subject()?)?;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        // RFC 5280 4.2.1.2: rcgen writes it for authorities alone.
        parameters.custom_extensions = vec![CustomExtension::from_oid_content(
            &arcs(&id::SUBJECT_KEY_IDENTIFIER),
            write::octet_string(&key_identifier(self.key)),
        )];
        let mut above = CertificateParams::default();
        above.distinguished_name = distinguished(&issuer.name)?;
        above.key_identifier_method = KeyIdMethod::PreSpecified(issuer.key_identifier.clone());
        let above = rcgen::Issuer::new(above, Unsigned::by(issuer)?);
        let written = parameters
            .signed_by(&Unsigned::of(self.key)?, &above)
            .map_err(|_| PrepareTls::Algorithm)?;
        // What rcgen cannot carry over (a relative name of two attributes, say) shows here.
        let written = Certificate::parse(written.der()).map_err(|_| PrepareTls::Issuer)?;
        if written.issuer().der() != issuer.name.der() || written.spki() != self.key.spki() {
            return Err(PrepareTls::Issuer);
        }
        Ok(Draft::written(written.tbs(), issuer))
    }

    fn subject(&self) -> Result<Name, PrepareTls> {
        let first = self.names.first().ok_or(PrepareTls::NameAbsent)?;
        Ok(Name::of(&[(id::COMMON_NAME, first)])?)
    }
}

/// A key that signs nothing: the place of the signature is filled with no octets.
struct Unsigned {
    bits: Vec<u8>,
    algorithm: &'static rcgen::SignatureAlgorithm,
}

impl Unsigned {
    fn of(key: &PublicKey) -> Result<Self, PrepareTls> {
        use crypto::KeyAlgorithm as K;
        let algorithm = match key.algorithm() {
            K::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            K::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            K::Ed25519 => &rcgen::PKCS_ED25519,
            K::Rsa => &rcgen::PKCS_RSA_SHA256,
            _ => return Err(PrepareTls::Algorithm),
        };
        Ok(Self {
            bits: key.bits().to_vec(),
            algorithm,
        })
    }

    fn by(issuer: &Issuer) -> Result<Self, PrepareTls> {
        use SignatureAlgorithm as A;
        let algorithm = match issuer.algorithm {
            A::EcdsaP256Sha256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            A::EcdsaP384Sha384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            A::Ed25519 => &rcgen::PKCS_ED25519,
            A::RsaPkcs1Sha256 => &rcgen::PKCS_RSA_SHA256,
            A::RsaPkcs1Sha384 => &rcgen::PKCS_RSA_SHA384,
            A::RsaPkcs1Sha512 => &rcgen::PKCS_RSA_SHA512,
            _ => return Err(PrepareTls::Algorithm),
        };
        Ok(Self {
            bits: issuer.key.bits().to_vec(),
            algorithm,
        })
    }
}

impl PublicKeyData for Unsigned {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }
}

impl SigningKey for Unsigned {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}

fn alternative(name: &str) -> Result<SanType, PrepareTls> {
    let fault = || PrepareTls::Name {
        name: name.to_owned(),
    };
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let host = name.strip_prefix("*.").unwrap_or(name);
    let fits = host.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
    });
    if !fits {
        return Err(fault());
    }
    name.try_into().map(SanType::DnsName).map_err(|_| fault())
}

/// The name with the same string types, attribute by attribute.
fn distinguished(name: &Name) -> Result<DistinguishedName, PrepareTls> {
    let mut out = DistinguishedName::new();
    for attribute in name.attributes() {
        let text = attribute.text().ok_or(PrepareTls::Issuer)?;
        let value = match attribute.tag() {
            Tag::UTF8_STRING => DnValue::Utf8String(text.into_owned()),
            Tag::PRINTABLE_STRING => text
                .as_ref()
                .try_into()
                .map(DnValue::PrintableString)
                .map_err(|_| PrepareTls::Issuer)?,
            _ => return Err(PrepareTls::Issuer),
        };
        out.push(DnType::CustomDnType(arcs(&attribute.kind())), value);
    }
    Ok(out)
}

fn arcs(oid: &asn1::Oid) -> Vec<u64> {
    oid.to_string()
        .split('.')
        .filter_map(|arc| arc.parse().ok())
        .collect()
}
