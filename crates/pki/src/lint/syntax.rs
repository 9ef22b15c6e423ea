//! The syntax of host names, addresses of mail and URIs, as far as RFC 5280 asks for it.

/// RFC 1034 3.1: octets of a name, and of one label.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// A host name in the preferred syntax (RFC 1034 3.5, RFC 1123 2.1).
pub(super) fn is_host(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME && name.split('.').all(is_label)
}

/// A dNSName of a subject; a whole leftmost label may be a wildcard. Underscores, in use elsewhere, are not of
/// the preferred syntax that RFC 5280 4.2.1.6 asks for.
pub(super) fn is_dns_name(name: &str) -> bool {
    is_host(name.strip_prefix("*.").unwrap_or(name)) && !name.contains('_')
}

fn is_label(label: &str) -> bool {
    let inside = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_';
    !label.is_empty()
        && label.len() <= MAX_LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(inside)
}

/// A Mailbox (RFC 2821 4.1.2), dot-string or quoted local part, host name after it.
pub(super) fn is_mailbox(address: &str) -> bool {
    let Some((local, host)) = address.rsplit_once('@') else {
        return false;
    };
    let atom = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet);
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let dotted = local
        .split('.')
        .all(|part| !part.is_empty() && part.bytes().all(atom));
    (quoted || dotted) && is_host(host)
}

/// What a mail constraint may be: a mailbox, a host, or all hosts below a domain.
pub(super) fn is_mail_constraint(text: &str) -> bool {
    is_mailbox(text) || is_host(text.strip_prefix('.').unwrap_or(text))
}

/// An absolute URI (RFC 3986 4.3) whose host, where it has one, is a name or an address.
pub(super) fn is_uri(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return false;
    };
    let allowed =
        |octet: u8| octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&octet);
    let scheme_is_well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet));
    let host_is_well_formed = match rest.strip_prefix("//") {
        None => true,
        Some(rest) => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host);
            let host = match host.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => host,
                _ => host,
            };
            // An LDAP URI may leave the host to the reader (RFC 4516 2).
            is_host(host) || host.starts_with('[') || (host.is_empty() && scheme == "ldap")
        }
    };
    !rest.is_empty() && scheme_is_well_formed && rest.bytes().all(allowed) && host_is_well_formed
}
