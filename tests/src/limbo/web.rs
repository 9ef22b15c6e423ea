//! Rules of the web's certificate authorities that go beyond RFC 5280: for the cases under `webpki::`.

use std::net::IpAddr;

use pki::certificate::Certificate;
use pki::extension::AuthorityKeyIdentifier;
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::lint::Rule;

/// Requirements of RFC 5280 that the web's rules relax: name constraints need not be critical there.
pub(super) fn tolerates(rule: &Rule) -> bool {
    rule.code == "must-be-critical"
}

/// Inspects a leaf and what stands above it, its root last.
pub(super) fn inspect(
    leaf: &Certificate,
    above: &[Certificate],
    asked: &[String],
) -> Result<(), String> {
    if leaf.is_ca() {
        return Err("the leaf is an authority".to_owned());
    }
    common_name(leaf)?;
    let purposes = leaf.purposes().map_err(|error| error.to_string())?;
    let purposes = purposes.ok_or("no purposes")?;
    let is_critical = |oid| leaf.extension(oid).is_some_and(|found| found.critical);
    if purposes.contains(&id::ANY_PURPOSE) || is_critical(&id::EXTENDED_KEY_USAGE) {
        return Err("any purpose, or critical purposes".to_owned());
    }
    if asked.iter().any(|asked| asked == "serverAuth") && !purposes.contains(&id::SERVER_AUTH) {
        return Err("not for servers".to_owned());
    }
    if is_critical(&id::SUBJECT_ALT_NAME) && !leaf.subject().is_empty() {
        return Err("critical alternative names beside a subject".to_owned());
    }
    above.last().map_or(Ok(()), root)
}

/// The common name, where there is one, is one of the alternative names, written in the one form that the
/// baseline requirements know.
fn common_name(leaf: &Certificate) -> Result<(), String> {
    let Some(common) = leaf.subject().common_name() else {
        return Ok(());
    };
    let names = leaf
        .subject_alternative_names()
        .map_err(|error| error.to_string())?;
    let found = names.iter().any(|name| match name {
        GeneralName::Dns(name) => *name == common,
        GeneralName::Ip(octets) => address(octets).is_some_and(|text| text == common),
        _ => false,
    });
    if found {
        Ok(())
    } else {
        Err(format!("common name {common} is no alternative name"))
    }
}

/// An address as RFC 3986 3.2.2 and RFC 5952 write it.
fn address(octets: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(octets).map(IpAddr::from).ok();
    let sixteen = || <[u8; 16]>::try_from(octets).map(IpAddr::from).ok();
    four.or_else(sixteen).map(|address| address.to_string())
}

/// A root has no purposes, and where it names its issuer's key, it names its own and nothing else.
fn root(root: &Certificate) -> Result<(), String> {
    if root.extension(&id::EXTENDED_KEY_USAGE).is_some() {
        return Err("the root has purposes".to_owned());
    }
    let named = root
        .authority_key_identifier()
        .map_err(|error| error.to_string())?;
    let own = root
        .subject_key_identifier()
        .map_err(|error| error.to_string())?;
    match named {
        Some(AuthorityKeyIdentifier {
            key,
            issuer,
            serial,
        }) if key.is_none() || key != own || !issuer.is_empty() || serial.is_some() => {
            Err("the root's authority key identifier is not its own key".to_owned())
        }
        _ => Ok(()),
    }
}
