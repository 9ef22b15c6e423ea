//! Several documents that a person signs under one consent, each a signed file of its own.
//!
//! The person agrees to the list, by its digest; the key store asks for each document whether it stands in the list
//! ([`Consent::list_of`]). All files are looked through before the first is signed.

use crypto::{Consent, sha256};
use registry::asked::{By, IdempotencyKey};
use registry::trace::{Act, Deed};
use serde::Serialize;
use serde_json::Value;

use backoffice::asker::{Asker, Once};
use backoffice::office::Office;
use backoffice::said::hex;

use crate::signing::{Agreed, SignError, SignOrder, deny_by, fit, sign};

/// Documents that are to be signed together.
#[derive(Debug, Clone)]
pub struct PackageOrder {
    /// Who signs.
    pub signer: String,
    /// What the person means by signing each of them, as it was shown.
    pub intent: String,
    /// The case, or empty.
    pub case: String,
    /// The digest of the list to which the person agreed: SHA-256 over the SHA-256 of each file, in ascending order.
    pub agreed: [u8; 32],
}

/// What was signed together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackageTold {
    /// The digest of the list, lower-case hexadecimal.
    pub package: String,
    /// Each signature, as it is told alone, in the order of the files.
    pub signatures: Vec<Value>,
}

/// Signs each of the files under one consent. The same request goes on where it was broken off, and signs nothing twice.
///
/// # Errors
/// `Package` where the files are no list, or another one than was agreed to; [`SignError`]. What was signed before an error stays.
pub async fn sign_package(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &PackageOrder,
    files: Vec<Vec<u8>>,
) -> Result<PackageTold, SignError> {
    let agreed = match agreed(office, order, &files) {
        Some(agreed) => agreed,
        None => return Err(deny(office, asker).await?),
    };
    for file in &files {
        if let Err(refused) = fit(office, file).await {
            return Err(deny_by(office, asker, &order.signer, refused).await?);
        }
    }
    let order = SignOrder {
        signer: order.signer.clone(),
        intent: order.intent.clone(),
        case: order.case.clone(),
        visible: None,
        joint: None,
        agreed: Some(agreed),
        remote: None,
        mandate: None,
    };
    let mut told = PackageTold {
        package: hex(&order
            .agreed
            .as_ref()
            .map_or([0; 32], |agreed| agreed.digest)),
        signatures: Vec::with_capacity(files.len()),
    };
    for (place, file) in files.into_iter().enumerate() {
        let once = of_place(once, place);
        let answer = sign(office, asker, &once, &order, file).await?;
        let one = serde_json::from_slice(&answer.body).map_err(|_| SignError::Unknown)?;
        told.signatures.push(one);
    }
    Ok(told)
}

fn agreed(office: &Office, order: &PackageOrder, files: &[Vec<u8>]) -> Option<Agreed> {
    let digests: Vec<_> = files.iter().map(|file| sha256(file)).collect();
    let same = Consent::list_of(&digests)?.digest() == order.agreed;
    same.then(|| Agreed {
        documents: digests,
        digest: order.agreed,
        at: office.clock.now(),
    })
}

/// The request for one of the files: under a key of its own, which follows from that of all.
fn of_place(once: &Once, place: usize) -> Once {
    let name = format!("{}\n{place}", once.key);
    let key = IdempotencyKey::parse(&hex(&sha256(name.as_bytes())));
    Once {
        key: key.unwrap_or_else(|| once.key.clone()),
        fingerprint: once.fingerprint,
    }
}

async fn deny(office: &Office, asker: &Asker) -> Result<SignError, SignError> {
    let by: By = asker.by(office.clock.now());
    let entry = Act {
        department: asker.department.clone(),
        by,
        deed: Deed::Deny,
        object: "signature-package".to_owned(),
        ground: "signature.package".to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(entry).await?;
    Ok(SignError::Package)
}
