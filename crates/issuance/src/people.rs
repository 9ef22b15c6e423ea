//! Certificates of people: asked for with a proof that the key is theirs, linted, recorded, signed; and revoked.

use crypto::{PublicKey, ReadKey, Signature, SignatureAlgorithm};
use pki::certificate::{Certificate, SerialNumber, Validity};
use pki::crl::{Reason, Revoked};
use pki::profile::{Issuer, NameSubject, NaturalPerson, Profile};
use registry::certificates::{CertificateError, Registered, Revocation};
use thiserror::Error;
use time::Duration;

use crate::answers::whole;
use crate::asker::Asker;
use crate::keys::ServiceKey;
use crate::office::Office;
pub use backoffice::certify::CertifyError;
use backoffice::certify::Order;

/// Days of a certificate, at most: what the profile allows, less what clocks differ.
const MAX_DAYS: u16 = 1_095;

/// Why there is no certificate, or none was revoked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PersonCertificateError {
    /// The key cannot be certified (T-C4).
    #[error("the key cannot be certified")]
    Key(#[from] ReadKey),
    /// The proof is not a signature of that key over this request.
    #[error("the proof is not by the key that is to be certified")]
    Proof,
    /// The name cannot stand in a certificate.
    #[error("the name cannot stand in a certificate")]
    Name(#[from] NameSubject),
    /// It was not issued.
    #[error("the certificate was not issued")]
    Certify(#[from] CertifyError),
    /// There is no such certificate here.
    #[error("there is no such certificate here")]
    Unknown,
    /// The register refuses.
    #[error("the register refuses")]
    Register(#[from] CertificateError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] registry::StoreError),
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRequest {
    /// Family name.
    pub surname: String,
    /// Given name.
    pub given_name: String,
    /// What tells the person from others of the same name: never a citizen's number.
    pub identifier: String,
    /// The key, SubjectPublicKeyInfo in DER.
    pub key: Vec<u8>,
    /// How that key signed the proof.
    pub algorithm: SignatureAlgorithm,
    /// Its signature over [`PersonRequest::statement`].
    pub proof: Signature,
    /// For how many days.
    pub days: u16,
}

impl PersonRequest {
    /// What the person's key signs: nobody has another's key certified.
    ///
    /// # Shape
    /// The line `yinxin certificate v1`, then for each member a line `name length value`.
    #[must_use]
    pub fn statement(&self, department: &str) -> Vec<u8> {
        let mut out = b"yinxin certificate v1\n".to_vec();
        for (name, value) in [
            ("department", department),
            ("surname", &self.surname),
            ("given_name", &self.given_name),
            ("identifier", &self.identifier),
        ] {
            out.extend_from_slice(format!("{name} {} {value}\n", value.len()).as_bytes());
        }
        out
    }
}

/// Issues a certificate to a person of the asker's department.
///
/// # Errors
/// [`PersonCertificateError`].
pub async fn certify_person(
    office: &Office,
    asker: &Asker,
    request: &PersonRequest,
) -> Result<Certificate, PersonCertificateError> {
    let key = PublicKey::parse(&request.key)?;
    let statement = request.statement(asker.department.as_str());
    key.check(request.algorithm, &statement, &request.proof)
        .map_err(|_| PersonCertificateError::Proof)?;
    let desk = office.desk();
    let department = desk
        .catalogue
        .department(&asker.department)
        .ok_or(PersonCertificateError::Unknown)?;
    let name = NaturalPerson {
        organization: &department.name_zh,
        credit_code: department.code.as_str(),
        surname: &request.surname,
        given_name: &request.given_name,
        identifier: &request.identifier,
    }
    .name()?;
    let ca = ServiceKey::Authority.id();
    let algorithm = office
        .algorithm(ServiceKey::Authority)
        .ok_or(PersonCertificateError::Unknown)?;
    let issuer = Issuer::of(&office.hierarchy.authority, algorithm)?;
    let from = whole(office.clock.now());
    let last = from + Duration::days(i64::from(request.days.clamp(1, MAX_DAYS)));
    let authority = office.issues_by(&ca, &issuer);
    let order = Order {
        profile: Profile::SIGNER,
        subject: &name,
        key: &key,
        validity: Validity {
            from,
            last: last.min(office.hierarchy.authority.validity().last) - Duration::SECOND,
        },
        department: asker.department.as_str(),
        asker: Some(asker),
    };
    Ok(authority.issue(&order).await?)
}

/// Revokes a certificate of the asker's department, from now on.
///
/// # Errors
/// `Unknown` for one that is not there, or another department's.
pub async fn revoke_certificate(
    office: &Office,
    asker: &Asker,
    serial: SerialNumber,
    reason: Reason,
) -> Result<Revoked, PersonCertificateError> {
    let ca = ServiceKey::Authority.id();
    let certificates = office.registry.certificates();
    let found: Option<Registered> = certificates.find(&ca, serial).await?;
    if found.is_none_or(|found| found.department != asker.department.as_str()) {
        return Err(PersonCertificateError::Unknown);
    }
    let revoked = Revoked {
        serial,
        since: whole(office.clock.now()),
        reason,
        invalid_since: None,
    };
    let act = asker.certified(&serial, "revoked", office.clock.now());
    let revoked = match certificates.revoke(&ca, revoked, Some(act)).await? {
        Revocation::Recorded => revoked,
        Revocation::Already(before) => before,
    };
    office.responder.forget(&serial);
    // T-A3: status and lists follow at once.
    office.upkeep.notify_one();
    Ok(revoked)
}
