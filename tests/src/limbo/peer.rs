//! Whether a certificate is about the TLS peer of a name (RFC 9525).

use std::net::IpAddr;

use pki::certificate::Certificate;
use pki::general_name::GeneralName;

/// Asks that an alternative name of the leaf is the peer's. The subject's common name is nobody's
/// (RFC 9525 2).
pub(super) fn matches(leaf: &Certificate, kind: &str, value: &str) -> Result<(), String> {
    let names = leaf
        .subject_alternative_names()
        .map_err(|error| error.to_string())?;
    let found = match kind {
        "DNS" => names.iter().any(|name| match name {
            GeneralName::Dns(presented) => is_domain(presented, value),
            _ => false,
        }),
        "IP" => {
            let address: IpAddr = value.parse().map_err(|_| "no address".to_owned())?;
            names.iter().any(|name| match (name, address) {
                (GeneralName::Ip(octets), IpAddr::V4(address)) => **octets == address.octets(),
                (GeneralName::Ip(octets), IpAddr::V6(address)) => **octets == address.octets(),
                _ => false,
            })
        }
        "RFC822" => names
            .iter()
            .any(|name| matches!(name, GeneralName::Email(presented) if *presented == value)),
        other => return Err(format!("unknown kind of name {other}")),
    };
    if found {
        Ok(())
    } else {
        Err(format!("not about {value}"))
    }
}

/// RFC 9525 6.3: without case; a wildcard is the whole of the leftmost label, stands for one, and not
/// directly below the root.
fn is_domain(presented: &str, reference: &str) -> bool {
    match presented.strip_prefix("*.") {
        Some(parent) => reference.split_once('.').is_some_and(|(first, rest)| {
            !first.is_empty() && parent.contains('.') && rest.eq_ignore_ascii_case(parent)
        }),
        None => presented.eq_ignore_ascii_case(reference),
    }
}

#[cfg(test)]
mod tests {
    use super::is_domain;

    #[test]
    fn a_wildcard_is_one_whole_label() {
        assert!(is_domain("*.example.org", "a.EXAMPLE.org"));
        assert!(!is_domain("*.example.org", "example.org"));
        assert!(!is_domain("*.example.org", "a.b.example.org"));
        assert!(!is_domain("a*.example.org", "ab.example.org"));
        assert!(!is_domain("*.org", "example.org"));
        assert!(is_domain("example.org", "Example.ORG"));
    }
}
