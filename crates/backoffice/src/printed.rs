//! The printed code of a version (LC1): what it says, and the journal's line of its signature.
//!
//! What is signed follows from the reservation alone, so that the journal can know it in the reservation's
//! transaction, and a page made again has the same code to sign.

use catalogue::Period;
use catalogue::key::DepartmentKey;
use catalogue::kind::{LicenceType, Suite};
use credential::{Lc1Claims, LicenceClaims, PrepareLc1, PreparedLc1, StatusReference};
use crypto::{KeyId, SignatureAlgorithm, sha256};
use licence::ValidTo;
use registry::asked::By;
use registry::jobs::JobId;
use registry::journal::KeyUse as Use;
use registry::status::ListNumber;
use serde_json::Value;
use thiserror::Error;
use time::UtcDateTime;

use crate::keys::ServiceKey;
use crate::means::suite_of_code;
use crate::office::Office;

/// Why there is no code to sign.
#[derive(Debug, Error)]
pub enum PrintedError {
    /// The code cannot be made.
    #[error("the printed code cannot be made")]
    Code(#[from] PrepareLc1),
    /// What was reserved cannot be read back.
    #[error("the reserved data cannot be read back")]
    Reserved,
}

/// Who signs codes, and for which status list.
#[derive(Debug, Clone)]
pub struct Printer {
    key: ServiceKey,
    kid: [u8; 8],
    algorithm: SignatureAlgorithm,
    status_uri: String,
}

/// What of a reservation a code says.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The bytes of `licence.json`.
    pub content: &'a [u8],
    /// The index in the status list.
    pub index: u32,
    /// The moment of the reservation.
    pub reserved: UtcDateTime,
    /// During which time the licence holds.
    pub period: &'a Period,
}

impl Printer {
    /// The office's own for codes of this type, in the type's suite where the office has it, for versions with their slot
    /// in this list; nothing while it has no such key.
    ///
    /// A code is named after the certificate that was in use when its version was reserved, whenever it is signed: the
    /// journal knows it under that name.
    pub fn of(
        office: &Office,
        kind: &LicenceType,
        (list, reserved): (ListNumber, UtcDateTime),
    ) -> Option<Printer> {
        let national = office.national.as_ref();
        let (key, certificate) = match national.filter(|_| suite_of_code(kind) == Suite::Sm) {
            Some(national) => (
                ServiceKey::NationalCredential,
                &national.hierarchy.credential,
            ),
            None => (ServiceKey::Credential, &office.hierarchy.credential),
        };
        Some(Printer {
            key,
            kid: credential::key_id(&certificate.as_of(reserved)),
            algorithm: office.algorithm(key)?,
            status_uri: office.slots.uri(list),
        })
    }

    /// The key that signs.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key.id()
    }

    /// LC1, minimal with the content digest: what a page prints by default (credentials 6).
    ///
    /// # Errors
    /// [`PrintedError`].
    pub fn prepare(&self, said: &Said<'_>) -> Result<PreparedLc1, PrintedError> {
        let licence: Value =
            serde_json::from_slice(said.content).map_err(|_| PrintedError::Reserved)?;
        let text = |pointer: &str| {
            let found = licence.pointer(pointer).and_then(Value::as_str);
            found.map(str::to_owned)
        };
        let valid_to = text("/validity/to").ok_or(PrintedError::Reserved)?;
        let claims = Lc1Claims {
            issuer: text("/issuer/code").ok_or(PrintedError::Reserved)?,
            issued_at: said.reserved,
            not_before: Some(said.period.from),
            // D23: valid_to is inclusive, so the code ends with the next midnight in the office's zone.
            expires: match ValidTo::parse(&valid_to) {
                ValidTo::Day(_) => said.period.until,
                _ => None,
            },
            status: Some(StatusReference {
                uri: self.status_uri.clone(),
                index: u64::from(said.index),
            }),
            licence: LicenceClaims {
                identifier: text("/identifier").ok_or(PrintedError::Reserved)?,
                type_name: text("/type/name"),
                number: text("/number"),
                holder: text("/holder/name"),
                valid_to: Some(valid_to),
                content_digest: Some(sha256(said.content)),
                ..LicenceClaims::default()
            },
        };
        Ok(claims.prepare(self.kid, self.algorithm)?)
    }
}

/// The code of a version that is being reserved.
#[derive(Debug)]
pub struct Printed {
    /// Who signs it; nobody while the office has no credential key.
    pub printer: Option<Printer>,
    /// Whose it is.
    pub department: DepartmentKey,
    /// The moment of the reservation.
    pub reserved: UtcDateTime,
    /// During which time the licence holds.
    pub period: Period,
}

impl Printed {
    /// What the journal has to know with the reservation. A code that cannot be made is told of when its page is made.
    pub fn uses(&self, job: &JobId, content: &[u8], index: u32) -> Vec<Use> {
        let said = Said {
            content,
            index,
            reserved: self.reserved,
            period: &self.period,
        };
        let line = |printer: &Printer| {
            let code = printer.prepare(&said).ok()?;
            let whose = (&self.department, job);
            Some(journal_line(whose, self.reserved, printer, &code))
        };
        self.printer.iter().filter_map(line).collect()
    }
}

/// The journal's line of a code's signature: no key is used for bytes that the journal does not know (T-S8).
pub fn journal_line(
    (department, job): (&DepartmentKey, &JobId),
    at: UtcDateTime,
    printer: &Printer,
    code: &PreparedLc1,
) -> Use {
    Use {
        department: department.clone(),
        by: By::new("service", at),
        key: printer.key(),
        purpose: "printed-code".to_owned(),
        digests: vec![sha256(code.to_be_signed())],
        object: job.to_string(),
    }
}
