//! Addresses of a provider: which are taken, what their host is, and how a query is written.

/// Octets of an address, at most.
const MAX_ADDRESS: usize = 2_048;

/// The authority of an address that may be called: `https`, or `http` to this machine by its number, which no network
/// carries (OpenID Connect Core 16.17, RFC 8252 8.3).
///
/// Nothing in it can be read in two ways: no user, no fragment, no backslash, no octet beyond ASCII.
pub(crate) fn authority(address: &str) -> Option<&str> {
    let is_plain = |octet: u8| octet.is_ascii_graphic() && !br#"@#\<>"^`{|}"#.contains(&octet);
    if address.len() > MAX_ADDRESS || !address.bytes().all(is_plain) {
        return None;
    }
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let authority = rest.get(..end).filter(|authority| !authority.is_empty())?;
    let is_taken = match scheme {
        "https" => true,
        "http" => is_this_machine(authority),
        _ => false,
    };
    is_taken.then_some(authority)
}

fn is_this_machine(authority: &str) -> bool {
    ["127.0.0.1", "[::1]"].into_iter().any(|number| {
        let port = authority.strip_prefix(number);
        port.is_some_and(|port| port.is_empty() || port.starts_with(':'))
    })
}

/// A list of names and values as `application/x-www-form-urlencoded` (RFC 6749 appendix B).
pub(crate) fn form(values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in values {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&escaped(name));
        out.push('=');
        out.push_str(&escaped(value));
    }
    out
}

/// A value with all but the unreserved letters of RFC 3986 2.3 written as their octets.
pub(crate) fn escaped(value: &str) -> String {
    let mut out = String::new();
    for octet in value.bytes() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(octet));
            }
            _ => out.push_str(&format!("%{octet:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_protected_or_of_this_machine_and_has_one_reading() {
        for (address, found) in [
            ("https://id.example", Some("id.example")),
            ("https://id.example:8443/realm?x=1", Some("id.example:8443")),
            ("http://127.0.0.1:9000/", Some("127.0.0.1:9000")),
            ("http://[::1]:9000", Some("[::1]:9000")),
            ("http://id.example", None),
            ("http://127.0.0.1.id.example/", None),
            ("http://localhost:9000", None),
            ("https://id.example@else.example/", None),
            ("https://id.example\\@else.example/", None),
            ("https://id.example/#part", None),
            ("https://id.example/ x", None),
            ("https://标识.example/", None),
            ("https:///path", None),
            ("ftp://id.example", None),
            ("id.example", None),
        ] {
            assert_eq!(authority(address), found, "{address}");
        }
        let long = format!("https://id.example/{}", "x".repeat(MAX_ADDRESS));
        assert_eq!(authority(&long), None);
    }

    #[test]
    fn a_form_escapes_what_is_reserved() {
        let written = form(&[("scope", "openid 信"), ("uri", "https://a/?b&c=d+~")]);
        assert_eq!(
            written,
            "scope=openid%20%E4%BF%A1&uri=https%3A%2F%2Fa%2F%3Fb%26c%3Dd%2B~"
        );
    }
}
