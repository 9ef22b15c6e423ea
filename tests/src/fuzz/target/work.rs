//! What callers and operators hand in: requests, catalogues, identifiers, keys.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use batch::package::Event;
use catalogue::{Calendar, Catalogue, CitizenNumber, OrganisationCode, Sources};
use crypto::sign_in::passkey::{PasskeyFault, RelyingParty, made, url64};
use crypto::sign_in::password::Kept;
use crypto::{KeyStore, PublicKey, Signature, SignatureAlgorithm};
use dossier::event::CaseEvent;
use dossier::{CaseFile, Fate, Scene};
use licence::{Identifier, IssueRequest, LicenceNumber, SerialText, ValidTo, admit};
use serde_json::Value;

use super::proof::AT;
use crate::fuzz::seeds::{fixture, fixtures};

static CATALOGUE: LazyLock<Option<Catalogue>> = LazyLock::new(|| {
    let [departments, types, matters, powers] = catalogue_files()?;
    Catalogue::import(&Sources {
        departments: &departments,
        types: &types,
        matters: &matters,
        powers: Some(&powers),
    })
    .ok()
});

/// The files of the sample catalogue: departments, types, matters, powers.
pub(crate) fn catalogue_files() -> Option<[Vec<u8>; 4]> {
    let read = |name: &str| fixture(&fixtures().join("sample").join(name));
    Some([
        read("departments.json")?,
        read("licence-types.json")?,
        read("matters-catalogue.json")?,
        read("powers.json")?,
    ])
}

/// A request as it is posted, admitted under the sample catalogue.
pub fn request(octets: &[u8]) -> bool {
    if credential::inspect_json(octets).is_err() {
        return false;
    }
    let Ok(request) = serde_json::from_slice::<IssueRequest>(octets) else {
        return false;
    };
    let Some(catalogue) = CATALOGUE.as_ref() else {
        return false;
    };
    match admit(&request, catalogue, AT.date()) {
        Ok(_) => true,
        Err(refused) => {
            for defect in &refused.0 {
                let _ = (&defect.place, defect.fault.code());
            }
            false
        }
    }
}

/// An event of a package as it is posted: what it is for each case, under the sample catalogue.
pub fn package_event(octets: &[u8]) -> bool {
    if credential::inspect_json(octets).is_err() {
        return false;
    }
    let Ok(event) = serde_json::from_slice::<Event>(octets) else {
        return false;
    };
    let text = serde_json::to_vec(&event).unwrap_or_default();
    let again = serde_json::from_slice::<Event>(&text).ok();
    assert_eq!(
        again.as_ref(),
        Some(&event),
        "what is read is written the same"
    );
    let Some(catalogue) = CATALOGUE.as_ref() else {
        return false;
    };
    let Ok(happenings) = event.happenings(None, catalogue) else {
        return false;
    };
    let cases: BTreeSet<_> = happenings.iter().map(|(case, _)| case).collect();
    assert_eq!(cases.len(), happenings.len(), "one event for each case");
    true
}

/// A password as it is kept, once it is unsealed: one form, and no password's that nobody chose. What it would cost is
/// looked at by who asks, and is not paid here.
pub fn kept_password(octets: &[u8]) -> bool {
    let Some(kept) = Kept::parse(octets) else {
        return false;
    };
    assert_eq!(kept.encode().as_slice(), octets, "one form");
    true
}

/// Where the passkeys of this target are good.
pub(crate) const PARTY: &str = "https://licences.example";

/// An attestation object, as a browser hands it on with what it was asked: a key that is read is one to check with, on
/// its curve, and what is refused is refused for what stands in the object.
pub fn passkey(octets: &[u8]) -> bool {
    let asked = [0; 32];
    let question = url64(&asked);
    let client = format!(
        r#"{{"type":"webauthn.create","challenge":"{question}","origin":"{PARTY}","crossOrigin":false}}"#
    );
    let Some(party) = RelyingParty::of(PARTY) else {
        return false;
    };
    match made(&party, &asked, (client.as_bytes(), octets)) {
        Ok((passkey, _)) => {
            assert!(passkey.public.inspect().is_ok() && passkey.algorithm().is_some());
            assert!(octets.len() > passkey.credential.len());
            true
        }
        Err(fault) => {
            assert_ne!(fault, PasskeyFault::Client);
            assert_ne!(fault, PasskeyFault::Challenge);
            false
        }
    }
}

/// An event of a case as it is posted: taken into an empty file under the sample catalogue, never half.
pub fn case_event(octets: &[u8]) -> bool {
    if credential::inspect_json(octets).is_err() {
        return false;
    }
    let Ok(event) = serde_json::from_slice::<CaseEvent>(octets) else {
        return false;
    };
    let Some(catalogue) = CATALOGUE.as_ref() else {
        return false;
    };
    let text = serde_json::to_vec(&event).unwrap_or_default();
    let again = serde_json::from_slice::<CaseEvent>(&text).ok();
    assert_eq!(
        again.as_ref(),
        Some(&event),
        "what is read is written the same"
    );
    let calendar = Calendar::default();
    let scene = Scene {
        catalogue,
        calendar: &calendar,
        restrictions: &[],
        releases: &[],
        licences: &[],
        now: AT,
    };
    let before = CaseFile::default();
    let took = before.take(event, &scene);
    match took.fate {
        Fate::Refused { cards, .. } => assert_eq!(took.file, before.carded(cards)),
        _ => assert_ne!(took.file, before),
    }
    true
}

/// Identifiers, numbers, codes and dates: what is accepted has one form.
pub fn identifier(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let _ = (OrganisationCode::parse(text), CitizenNumber::parse(text));
    let _ = (LicenceNumber::parse(text), SerialText::parse(text));
    let _ = (licence::check_character(text), ValidTo::parse(text));
    let Ok(identifier) = Identifier::parse(text) else {
        return false;
    };
    assert_eq!(identifier.to_string(), text, "one form");
    true
}

/// A catalogue: one object with the members `departments`, `types`, `matters`, `powers`.
pub fn catalogue(octets: &[u8]) -> bool {
    let Ok(whole) = serde_json::from_slice::<Value>(octets) else {
        return false;
    };
    let part = |name: &str| whole.get(name).map(|part| part.to_string().into_bytes());
    let powers = part("powers");
    let sources = Sources {
        departments: &part("departments").unwrap_or_default(),
        types: &part("types").unwrap_or_default(),
        matters: &part("matters").unwrap_or_default(),
        powers: powers.as_deref(),
    };
    match Catalogue::import(&sources) {
        Ok(_) => true,
        Err(error) => {
            let _ = error.to_string();
            false
        }
    }
}

/// The file of a key store, locked.
pub fn keystore(octets: &[u8]) -> bool {
    KeyStore::inspect(octets).is_ok()
}

/// A public key; a signature under it is refused, not feared.
pub fn public_key(octets: &[u8]) -> bool {
    let Ok(key) = PublicKey::parse(octets) else {
        return false;
    };
    let _ = (key.inspect(), key.strength_bits(), key.algorithm());
    let signature = Signature::new(octets.to_vec());
    for algorithm in [
        SignatureAlgorithm::EcdsaP256Sha256,
        SignatureAlgorithm::Ed25519,
        SignatureAlgorithm::RsaPkcs1Sha256,
        SignatureAlgorithm::Sm2Sm3,
    ] {
        let _ = key.check(algorithm, b"message", &signature);
    }
    true
}
