//! The data of one version of a licence, and the bytes whose SHA-256 is its content digest (D17).

use std::fmt;

use serde_json::{Map, Value, json};

use crate::admit::Admitted;
use crate::identifier::Identifier;
use crate::json::{CanonicalError, canonical};
use crate::number::{LicenceNumber, is_no_text};
use crate::validity::date_text;

/// 128 random bits that keep a content digest from being guessed (D17).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 16]);

impl Salt {
    /// A salt of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Base64url without padding (RFC 4648 5): 22 characters.
    #[must_use]
    pub fn text(&self) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let whole = u128::from_be_bytes(self.0);
        let mut text = String::with_capacity(22);
        for at in 0..22_u32 {
            // 21 groups of six bits from the left; the last holds two bits, shifted up.
            let group = if at < 21 {
                whole >> (122 - 6 * at)
            } else {
                whole << 4
            };
            let index = usize::try_from(group & 63).unwrap_or_default();
            text.push(char::from(LETTERS.get(index).copied().unwrap_or_default()));
        }
        text
    }
}

// A salt opens commitments: it is shown to nobody by accident.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// The template that a page is laid out from, with its version (R8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRef {
    key: String,
    version: String,
}

/// The texts name no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a template and its version")]
pub struct ReadTemplate;

impl TemplateRef {
    /// A template by key and version.
    ///
    /// # Errors
    /// [`ReadTemplate`] when either is empty or longer than 64 characters.
    pub fn new(key: &str, version: &str) -> Result<Self, ReadTemplate> {
        for text in [key, version] {
            if text.is_empty() || text.chars().count() > 64 || text.chars().any(is_no_text) {
                return Err(ReadTemplate);
            }
        }
        Ok(Self {
            key: key.to_owned(),
            version: version.to_owned(),
        })
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The data of one version: what `licence.json` holds.
#[derive(Debug, Clone, PartialEq)]
pub struct LicenceContent(Value);

impl LicenceContent {
    /// The data of an admitted licence under its identifier and number.
    ///
    /// # Errors
    /// [`ContentError::OtherLicence`] when the identifier is not one of this type and issuer.
    pub fn new(
        admitted: &Admitted,
        identifier: &Identifier,
        number: &LicenceNumber,
        template: &TemplateRef,
        salt: Salt,
    ) -> Result<Self, ContentError> {
        let same = *identifier.type_code() == admitted.kind.code
            && *identifier.issuer() == admitted.issuer_code;
        if !same {
            return Err(ContentError::OtherLicence);
        }
        let fields: Map<String, Value> = admitted
            .fields
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_json()))
            .collect();
        Ok(Self(json!({
            "fields": fields,
            "holder": {
                "code": admitted.holder.code().reveal(),
                "kind": admitted.holder.kind(),
                "name": admitted.holder.name(),
            },
            "identifier": identifier.to_string(),
            "issuer": {
                "code": admitted.issuer_code.as_str(),
                "name": admitted.issuer_name,
            },
            "number": number.as_str(),
            "salt": salt.text(),
            "template": { "key": template.key, "version": template.version },
            "type": {
                "code": admitted.kind.code.as_str(),
                "key": admitted.kind.key.as_str(),
                "name": admitted.kind.name_zh,
            },
            "validity": {
                "from": date_text(admitted.validity.from()),
                "to": admitted.validity.to().text(),
            },
            "version": identifier.version().to_string(),
        })))
    }

    /// The exact bytes of `licence.json`, RFC 8785. Their SHA-256 is the content digest; the
    /// caller takes it, since nothing here knows digests.
    ///
    /// # Errors
    /// [`CanonicalError`], which no admitted licence meets.
    pub fn canonical(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical(&self.0)
    }

    /// The members, for a page or a claim.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }
}

/// Admission, identifier and number do not belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The identifier is of another type or issuer.
    #[error("the identifier is of another type or issuer")]
    OtherLicence,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_is_written_as_base64url() {
        assert_eq!(Salt::new([0; 16]).text(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Salt::new([0xff; 16]).text(), "_____________________w");
        let mut bytes = [0; 16];
        for (at, byte) in (0_u8..).zip(bytes.iter_mut()) {
            *byte = at;
        }
        assert_eq!(Salt::new(bytes).text(), "AAECAwQFBgcICQoLDA0ODw");
    }

    #[test]
    fn a_template_has_a_name() {
        assert!(TemplateRef::new("wall-landscape", "1").is_ok());
        assert_eq!(TemplateRef::new("", "1"), Err(ReadTemplate));
        assert_eq!(TemplateRef::new("a\u{0}", "1"), Err(ReadTemplate));
    }
}
