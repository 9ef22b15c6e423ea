//! What a releaser signs of one use of a seal (D19).

use time::UtcDateTime;

/// What a releaser signs: exactly this use of a seal and no other (D19).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseStatement {
    /// The job whose seal is released: two jobs on one document need two releases.
    pub job: String,
    /// SHA-256 of the unsealed document.
    pub unsealed: [u8; 32],
    /// Seal code.
    pub seal: String,
    /// Purpose of the use.
    pub purpose: String,
    /// Matter code.
    pub matter: String,
    /// Case number.
    pub case: String,
    /// Decision.
    pub decision: String,
    /// How many copies may be sealed.
    pub copies: u32,
    /// Until when; whole seconds count.
    pub expires: UtcDateTime,
    /// Who asked for the seal.
    pub requester: String,
    /// Who releases it.
    pub releaser: String,
}

impl ReleaseStatement {
    /// The bytes that are signed.
    ///
    /// # Shape
    /// The line `yinxin release v2`, then for each member in the order of the struct a line
    /// `name length value`, where length counts the octets of value: no value can imitate another line.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let unsealed = hex(&self.unsealed);
        let copies = self.copies.to_string();
        let expires = self.expires.unix_timestamp().to_string();
        let mut out = b"yinxin release v2\n".to_vec();
        for (name, value) in [
            ("job", &self.job),
            ("unsealed", &unsealed),
            ("seal", &self.seal),
            ("purpose", &self.purpose),
            ("matter", &self.matter),
            ("case", &self.case),
            ("decision", &self.decision),
            ("copies", &copies),
            ("expires", &expires),
            ("requester", &self.requester),
            ("releaser", &self.releaser),
        ] {
            out.extend_from_slice(format!("{name} {} {value}\n", value.len()).as_bytes());
        }
        out
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits = |octet: &u8| [digit(octet >> 4), digit(octet & 15)];
    octets.iter().flat_map(digits).collect()
}
