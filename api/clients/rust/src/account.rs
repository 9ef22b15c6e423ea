//! Accounts of machines, and how they sign requests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA256, Key, sign};

/// A machine's account: its name and the text of its secret file.
#[derive(Debug)]
pub struct Account {
    name: String,
    secret: Key,
}

/// The fields of a signature (RFC 9421 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `signature-input`.
    pub input: String,
    /// `signature`.
    pub value: String,
}

impl Account {
    /// The account of this name with this secret.
    #[must_use]
    pub fn new(name: &str, secret: &str) -> Account {
        Account {
            name: name.to_owned(),
            secret: Key::new(HMAC_SHA256, secret.as_bytes()),
        }
    }

    /// Signs one request (RFC 9421 2.5, 3.3.3): its method and address; the values of `content-digest` and
    /// `idempotency-key`, where it has them; the moment in seconds since 1970 and a nonce of 16 to 64 characters.
    #[must_use]
    pub fn sign(
        &self,
        (method, target): (&str, &str),
        (digest, key): (Option<&str>, Option<&str>),
        (created, nonce): &(u64, String),
    ) -> Signed {
        let covered = [
            ("@method", Some(method)),
            ("@target-uri", Some(target)),
            ("content-digest", digest),
            ("idempotency-key", key),
        ];
        let there = covered
            .iter()
            .filter_map(|(name, value)| Some((name, (*value)?)));
        let names: Vec<String> = there
            .clone()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        let parameters = format!(
            "({});created={created};keyid=\"{}\";nonce=\"{nonce}\"",
            names.join(" "),
            self.name
        );
        let mut base: String = there
            .map(|(name, value)| format!("\"{name}\": {value}\n"))
            .collect();
        base.push_str("\"@signature-params\": ");
        base.push_str(&parameters);
        let value = STANDARD.encode(sign(&self.secret, base.as_bytes()));
        Signed {
            input: format!("request={parameters}"),
            value: format!("request=:{value}:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same octets in every language's client.
    #[test]
    fn a_request_is_signed_as_by_the_other_clients() {
        let account = Account::new("Q-APR-approvals", "a secret of nobody");
        let digest = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";
        let signed = account.sign(
            ("POST", "http://127.0.0.1:8080/v1/licences"),
            (Some(digest), Some("0123456789abcdef")),
            &(1_790_000_000, "00112233445566778899aabb".to_owned()),
        );
        let value = "request=:9EC+hxFVP63RalW+ma7YIBGhIPwwXeaz8hNf+SQYSMs=:";
        assert_eq!(signed.value, value);
        let bare = account.sign(("GET", "http://a/"), (None, None), &(1, "n".to_owned()));
        assert!(
            bare.input
                .starts_with("request=(\"@method\" \"@target-uri\");created=1;")
        );
    }
}
