//! What is told of a credential (CSC 2.1 11.4, CredentialInfo).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{KeyAlgorithm, PublicKey, SignatureAlgorithm};
use dossier::signed::signer::SignerState;
use issuance::Office;
use pki::certificate::Certificate;
use serde::Serialize;
use time::UtcDateTime;

use crate::fault::Fault;
use crate::fields::Fields;
use crate::whose::Credential;

/// ecdsa-with-SHA256 (RFC 5758 3.2), which is how persons' keys sign.
pub(crate) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
/// id-sha256.
pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
/// Signatures of a person under one authorisation: as many as one consent has documents.
const OF_PERSON: u32 = 64;
/// Of a seal: each document has its release.
const OF_SEAL: u32 = 1;

/// Octets of an algorithm's identifier of RSA before its parameters: tag and length, and an OID of nine octets with its own.
const RSA_HEAD: usize = 13;

/// How much of it is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    certificates: Certificates,
    names: bool,
    authorisation: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certificates {
    None,
    Single,
    Chain,
}

impl Wanted {
    pub(crate) fn read(fields: &Fields) -> Result<Self, Fault> {
        Ok(Self {
            certificates: match fields.text("certificates")? {
                Some("none") => Certificates::None,
                None | Some("single") => Certificates::Single,
                Some("chain") => Certificates::Chain,
                Some(_) => return Err(Fault::invalid("certificates")),
            },
            names: fields.flag("certInfo")?,
            authorisation: fields.flag("authInfo")?,
        })
    }
}

/// A credential.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    #[serde(rename = "credentialID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    description: &'static str,
    key: Key,
    cert: Cert,
    auth: Auth,
    #[serde(rename = "SCAL")]
    scal: &'static str,
    multisign: u32,
    lang: &'static str,
}

#[derive(Debug, Serialize)]
struct Key {
    status: &'static str,
    algo: Vec<&'static str>,
    len: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'static str>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cert {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<Vec<String>>,
    #[serde(rename = "issuerDN", skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    #[serde(rename = "subjectDN", skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
}

#[derive(Debug, Serialize)]
struct Auth {
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<[(); 0]>,
}

/// A credential as it stands, before it is told how much of it somebody wants.
pub(crate) struct Standing {
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    status: &'static str,
    enabled: bool,
    is_seal: bool,
}

/// How it stands; none for one that has no key yet, or no longer.
///
/// # Errors
/// The store.
pub(crate) async fn standing(
    office: &Office,
    credential: &Credential,
) -> Result<Option<Standing>, Fault> {
    let now = office.clock.now();
    match credential {
        Credential::Person(record, _) => {
            let certificate = record.certificate.as_deref().map(Certificate::parse);
            let Some(Ok(certificate)) = certificate else {
                return Ok(None);
            };
            let over = now > certificate.validity().last;
            Ok(Some(Standing {
                status: of_person(record.state, over),
                // One that a person keeps signs what was prepared, and elsewhere.
                enabled: record.state == SignerState::Active
                    && !over
                    && record.document.is_none()
                    && record.own_key.is_none(),
                algorithm: of_key(certificate.public_key().ok().as_ref()),
                certificate,
                is_seal: false,
            }))
        }
        Credential::Seal(code, _) => {
            let desk = office.desk();
            let Some(seal) = desk.seals.get(code) else {
                return Ok(None);
            };
            let record = office.registry.seals().find(code).await;
            let record = record.map_err(|error| Fault::server(&error))?;
            let stage = record.map_or("none", |record| record.stage.code());
            let over = now > seal.certificate.validity().last;
            Ok(Some(Standing {
                status: of_seal(stage, over),
                enabled: stage == "in_use" && !over,
                algorithm: seal.algorithm,
                certificate: seal.certificate.clone(),
                is_seal: true,
            }))
        }
    }
}

/// How a person's key signs: those that are kept here by ECDSA on P-256, others as their kind does.
fn of_key(key: Option<&PublicKey>) -> SignatureAlgorithm {
    match key.map(PublicKey::algorithm) {
        Some(KeyAlgorithm::EcP384) => SignatureAlgorithm::EcdsaP384Sha384,
        Some(KeyAlgorithm::Ed25519) => SignatureAlgorithm::Ed25519,
        Some(KeyAlgorithm::Rsa) => SignatureAlgorithm::RsaPkcs1Sha256,
        _ => SignatureAlgorithm::EcdsaP256Sha256,
    }
}

fn of_person(state: SignerState, over: bool) -> &'static str {
    match (state, over) {
        (SignerState::Expired, _) | (SignerState::Active, true) => "expired",
        (SignerState::Active, false) => "valid",
        (SignerState::Suspended, _) => "suspended",
        _ => "revoked",
    }
}

fn of_seal(stage: &str, over: bool) -> &'static str {
    match (stage, over) {
        ("in_use", false) => "valid",
        ("in_use", true) => "expired",
        ("suspended", _) => "suspended",
        _ => "revoked",
    }
}

impl Standing {
    /// Whether its key signs at this moment.
    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// How many signatures of it may be authorised at once.
    pub(crate) fn most(&self) -> u32 {
        if self.is_seal { OF_SEAL } else { OF_PERSON }
    }

    /// How its key signs.
    pub(crate) fn signs(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// What is told of it.
    pub(crate) fn told(&self, office: &Office, wanted: Wanted) -> Result<Told, Fault> {
        let key = PublicKey::parse(self.certificate.spki());
        let key = key.map_err(|error| Fault::server(&error))?;
        let (len, curve) = size(&key);
        Ok(Told {
            id: None,
            description: if self.is_seal {
                "印章 seal: released by a custodian for each document"
            } else {
                "个人签名 signature of a person"
            },
            key: Key {
                status: if self.enabled { "enabled" } else { "disabled" },
                algo: algorithm(self.algorithm).into_iter().collect(),
                len,
                curve,
            },
            cert: self.cert(office, wanted),
            auth: self.auth(wanted),
            scal: "2",
            multisign: self.most(),
            lang: "zh-CN",
        })
    }

    fn cert(&self, office: &Office, wanted: Wanted) -> Cert {
        let own = &self.certificate;
        let hierarchy = &office.hierarchy;
        let chain = [own, &hierarchy.authority, &hierarchy.root];
        let count = match wanted.certificates {
            Certificates::None => None,
            Certificates::Single => Some(1),
            Certificates::Chain => Some(chain.len()),
        };
        let encoded = |count: usize| {
            let some = chain.iter().take(count);
            some.map(|one| STANDARD.encode(one.der())).collect()
        };
        let mut cert = Cert {
            status: self.status,
            certificates: count.map(encoded),
            ..Cert::default()
        };
        if wanted.names {
            let validity = own.validity();
            cert.issuer = Some(own.issuer().to_string());
            cert.subject = Some(own.subject().to_string());
            cert.serial_number = Some(own.serial().to_string().to_uppercase());
            cert.valid_from = Some(generalized(validity.from));
            cert.valid_to = Some(generalized(validity.last));
        }
        cert
    }

    /// A seal asks for nothing but who calls: its release is the custodian's (13.10). A person shows the provider who they are.
    fn auth(&self, wanted: Wanted) -> Auth {
        let explicit = self.is_seal && wanted.authorisation;
        Auth {
            mode: if self.is_seal {
                "explicit"
            } else {
                "oauth2code"
            },
            expression: explicit.then_some(""),
            objects: explicit.then_some([]),
        }
    }
}

/// The OID of an algorithm (RFC 5758 3.2, RFC 8410 3, RFC 4055 5).
pub(crate) fn algorithm(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    use SignatureAlgorithm as A;
    Some(match algorithm {
        A::EcdsaP256Sha256 => ECDSA_SHA256,
        A::EcdsaP384Sha384 => "1.2.840.10045.4.3.3",
        A::Ed25519 => "1.3.101.112",
        A::RsaPkcs1Sha256 => "1.2.840.113549.1.1.11",
        A::RsaPkcs1Sha384 => "1.2.840.113549.1.1.12",
        A::RsaPkcs1Sha512 => "1.2.840.113549.1.1.13",
        A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512 => "1.2.840.113549.1.1.10",
        _ => return None,
    })
}

/// Whether these are the parameters of an algorithm, in DER and Base64 (RFC 4055 3.1, 5): those of PSS, or the NULL of PKCS #1.
pub(crate) fn is_parameters(algorithm: SignatureAlgorithm, said: &str) -> bool {
    let own = pki::algorithm::identifier(algorithm);
    let said = STANDARD.decode(said).unwrap_or_default();
    let head = own.strip_suffix(said.as_slice());
    head.is_some_and(|head| head.len() == RSA_HEAD)
}

/// Bits, and the curve where there is one (RFC 5480 2.1.1.1).
fn size(key: &PublicKey) -> (usize, Option<&'static str>) {
    match key.algorithm() {
        KeyAlgorithm::EcP256 => (256, Some("1.2.840.10045.3.1.7")),
        KeyAlgorithm::EcP384 => (384, Some("1.3.132.0.34")),
        KeyAlgorithm::EcP521 => (521, Some("1.3.132.0.35")),
        KeyAlgorithm::Sm2 => (256, Some("1.2.156.10197.1.301")),
        KeyAlgorithm::Ed25519 => (256, None),
        // RFC 8017 A.1.1: two numbers in a SEQUENCE, the second 65537: 14 octets beside those of the modulus.
        _ => (key.bits().len().saturating_sub(14) * 8, None),
    }
}

/// `YYYYMMDDHHMMSSZ`.
fn generalized(at: UtcDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_the_algorithm_and_no_others() {
        use SignatureAlgorithm as A;
        let of = |algorithm| {
            let whole = pki::algorithm::identifier(algorithm);
            STANDARD.encode(whole.get(RSA_HEAD..).expect("parameters"))
        };
        let (short, long) = (of(A::RsaPssSha256), of(A::RsaPssSha512));
        assert!(is_parameters(A::RsaPssSha256, &short));
        assert!(is_parameters(A::RsaPkcs1Sha256, "BQA="));
        for (algorithm, said) in [
            (A::RsaPssSha256, long.as_str()),
            (A::RsaPssSha256, ""),
            (A::RsaPssSha256, "BQA="),
            (A::RsaPssSha256, "*"),
            (A::RsaPkcs1Sha256, short.as_str()),
            (A::EcdsaP256Sha256, ""),
            (A::EcdsaP256Sha256, "BQA="),
            (A::Ed25519, ""),
        ] {
            assert!(!is_parameters(algorithm, said), "{algorithm:?} {said}");
        }
    }
}
