//! What the contents of requests come to before anybody is asked about them: for who tries what a reader lets in (T-K7).

use catalogue::key::SealCode;
use crypto::SignatureAlgorithm;
use issuance::Level;

use crate::credential::Wanted;
use crate::credentials::most;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::order::{Document, Format, Sealing, Terms};
use crate::{hashes, stamp};

/// The algorithm that documents are asked to be signed with here.
const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;

/// Which of the operations would go on with this content of a request, by their names in CSC 2.1 11.
#[must_use]
pub fn operations(content: &[u8]) -> Vec<&'static str> {
    let Ok(fields) = Fields::read(content) else {
        return Vec::new();
    };
    let listed = most(&fields).and_then(|_| Wanted::read(&fields));
    let all = [
        ("credentials/list", listed.is_ok()),
        ("signatures/signHash", hashes::read(&fields).is_ok()),
        ("signatures/signDoc", ordered(&fields).is_ok()),
        ("signatures/timestamp", stamp::read(&fields).is_ok()),
    ];
    let going = all.into_iter().filter(|(_, goes_on)| *goes_on);
    going.map(|(name, _)| name).collect()
}

/// A document and, where it says so, the seal that is asked for it.
fn ordered(fields: &Fields) -> Result<(Format, Level), Fault> {
    let document = Document::read(fields, ALGORITHM)?;
    let said = (document.format, document.level);
    if fields.find("clientData").is_some() {
        let seal =
            SealCode::parse("990102-SPZYZ-01").map_err(|_| Fault::invalid("credentialID"))?;
        let (Sealing::Document(_) | Sealing::Envelope(_)) =
            Terms::read(fields)?.order(seal, said)?;
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_of_hexadecimal_digits_alone() {
        let stamped = |nonce: &str| {
            let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            let text = format!(
                r#"{{"hash":"{hash}","hashAlgo":"2.16.840.1.101.3.4.2.1","nonce":"{nonce}"}}"#
            );
            operations(text.as_bytes()).contains(&"signatures/timestamp")
        };
        assert!(stamped("1f"));
        for refused in ["+1", "-1", "0x1", "1 ", "ä"] {
            assert!(!stamped(refused), "{refused}");
        }
    }
}
