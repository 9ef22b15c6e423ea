//! Forms of names, and whether a name lies within a subtree of its form (RFC 5280 4.2.1.10).

use std::fmt;

use crate::general_name::GeneralName;
use crate::name::Name;

/// The form of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameForm {
    /// dNSName.
    Dns,
    /// rfc822Name, emailAddress in the subject, SmtpUTF8Mailbox (RFC 9598).
    Email,
    /// iPAddress.
    Ip,
    /// uniformResourceIdentifier.
    Uri,
    /// directoryName and the subject.
    Directory,
    /// otherName; a user principal name among them.
    Other,
    /// x400Address.
    X400,
    /// ediPartyName.
    EdiParty,
    /// registeredID.
    Registered,
}

impl fmt::Display for NameForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "dns",
            Self::Email => "email",
            Self::Ip => "address",
            Self::Uri => "uri",
            Self::Directory => "directory",
            Self::Other => "other",
            Self::X400 => "x400",
            Self::EdiParty => "edi",
            Self::Registered => "registered",
        })
    }
}

impl NameForm {
    /// The form of a general name.
    pub(super) fn of(name: &GeneralName<'_>) -> Self {
        match name {
            GeneralName::Dns(_) => Self::Dns,
            GeneralName::Email(_) => Self::Email,
            GeneralName::Ip(_) => Self::Ip,
            GeneralName::Uri(_) => Self::Uri,
            GeneralName::Directory(_) => Self::Directory,
            GeneralName::X400(_) => Self::X400,
            GeneralName::EdiParty(_) => Self::EdiParty,
            GeneralName::Registered(_) => Self::Registered,
            // otherName, and what is read of no other form.
            _ => Self::Other,
        }
    }
}

/// A subtree of a form that we compare, read once per CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subtree<'a> {
    /// This domain and all below it; all domains where it is empty.
    Domain(&'a str),
    /// This mailbox.
    Mailbox(&'a str, &'a str),
    /// This host.
    Host(&'a str),
    /// All hosts below this domain, itself not.
    Below(&'a str),
    /// Addresses that agree in these bits.
    Network(&'a [u8], &'a [u8]),
    /// Names that begin with this one.
    Directory(Name),
    /// Of a form that we do not compare.
    Unread,
}

/// A name that is held against subtrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held<'a> {
    /// A domain name; whether it stands for all of one label below it.
    Domain { name: &'a str, wildcard: bool },
    /// A mailbox.
    Mailbox(&'a str, &'a str),
    /// The host of a URI.
    Host(&'a str),
    /// An address.
    Address(&'a [u8]),
    /// A directory name.
    Directory(&'a Name),
    /// A name that cannot be compared: of a form that we do not read, or malformed.
    Unread,
}

/// Whether a subtree is sought that permits, or one that excludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The whole of what the name stands for has to lie within.
    Permits,
    /// Any of what the name stands for may lie within.
    Excludes,
}

impl<'a> Subtree<'a> {
    /// Reads the base of a subtree; `None` where it is none of its form.
    pub(super) fn read(base: &GeneralName<'a>) -> Option<Self> {
        Some(match base {
            // RFC 5280 4.2.1.10: a domain name, to which labels may be added; no leading period, no wildcard.
            GeneralName::Dns("") => Self::Domain(""),
            GeneralName::Dns(name) => Self::Domain(domain(name)?),
            GeneralName::Email(text) => match (text.rsplit_once('@'), text.strip_prefix('.')) {
                (Some((local, host)), _) if !local.is_empty() => {
                    Self::Mailbox(local, domain(host)?)
                }
                (Some(_), _) => return None,
                (None, Some(below)) => Self::Below(domain(below)?),
                (None, None) => Self::Host(domain(text)?),
            },
            GeneralName::Uri(text) => match text.strip_prefix('.') {
                Some(below) => Self::Below(domain(below)?),
                None => Self::Host(domain(text)?),
            },
            GeneralName::Ip(octets) => network(octets)?,
            GeneralName::Directory(name) => Self::Directory(name.clone()),
            _ => Self::Unread,
        })
    }

    /// Whether the subtree contains the name; `None` where the two cannot be compared.
    pub(super) fn contains(&self, name: &Held<'_>, kind: Kind) -> Option<bool> {
        Some(match (self, name) {
            (_, Held::Unread) | (Self::Unread, _) => return None,
            (Self::Domain(base), Held::Domain { name, wildcard }) => {
                // `*.example.org` may stand for a name in the subtree of `a.example.org`: enough to exclude it.
                let may_reach = *wildcard
                    && kind == Kind::Excludes
                    && base
                        .split_once('.')
                        .is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(name));
                is_below_or_at(name, base) || may_reach
            }
            // RFC 5280 4.2.1.6, 7.5: the local part octet for octet, the host without case.
            (Self::Mailbox(local, host), Held::Mailbox(name, at)) => {
                local == name && host.eq_ignore_ascii_case(at)
            }
            (Self::Host(host), Held::Mailbox(_, at) | Held::Host(at)) => {
                host.eq_ignore_ascii_case(at)
            }
            (Self::Below(base), Held::Mailbox(_, at) | Held::Host(at)) => {
                at.len() > base.len() && is_below_or_at(at, base)
            }
            // Of the other family: the same form, and not within.
            (Self::Network(base, mask), Held::Address(octets)) => {
                octets.len() == base.len()
                    && octets
                        .iter()
                        .zip(base.iter().zip(*mask))
                        .all(|(octet, (base, mask))| octet & mask == base & mask)
            }
            (Self::Directory(base), Held::Directory(name)) => name.is_within(base),
            _ => return None,
        })
    }
}

impl<'a> Held<'a> {
    /// The name as it is compared.
    pub(super) fn read(name: &'a GeneralName<'a>) -> Self {
        match name {
            GeneralName::Dns(text) => {
                let (rest, wildcard) = match text.strip_prefix("*.") {
                    Some(rest) => (rest, true),
                    None => (*text, false),
                };
                domain(rest).map_or(Self::Unread, |name| Self::Domain { name, wildcard })
            }
            GeneralName::Email(text) => Self::mailbox(text),
            GeneralName::Uri(text) => host_of(text).map_or(Self::Unread, Self::Host),
            GeneralName::Ip(octets) => Self::Address(octets),
            GeneralName::Directory(name) => Self::Directory(name),
            _ => Self::Unread,
        }
    }

    /// A mailbox; of a local part that is not ASCII the host is compared all the same (RFC 9598 6).
    pub(super) fn mailbox(text: &'a str) -> Self {
        match text.rsplit_once('@') {
            Some((local, host)) if !local.is_empty() => {
                domain(host).map_or(Self::Unread, |host| Self::Mailbox(local, host))
            }
            _ => Self::Unread,
        }
    }
}

/// The text, where it is a domain name of letters, digits, hyphens and (in use, if not in RFC 1034) underscores.
fn domain(text: &str) -> Option<&str> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
    };
    (text.len() <= 253 && text.split('.').all(is_label)).then_some(text)
}

/// Whether `name` is `base` or ends in a period and `base`, without case; everything is below the empty one.
fn is_below_or_at(name: &str, base: &str) -> bool {
    let Some(at) = name.len().checked_sub(base.len()) else {
        return false;
    };
    let Some((before, end)) = name.split_at_checked(at) else {
        return false;
    };
    end.eq_ignore_ascii_case(base)
        && (before.is_empty() || base.is_empty() || before.ends_with('.'))
}

/// RFC 5280 4.2.1.10 with RFC 4632: an address and a mask that is a prefix.
fn network(octets: &[u8]) -> Option<Subtree<'_>> {
    let (base, mask) = octets.split_at_checked(octets.len() / 2)?;
    let ones = mask.iter().skip_while(|octet| **octet == 0xff);
    let mut rest = ones;
    let is_prefix = match rest.next() {
        None => true,
        Some(partial) => partial.leading_ones() == partial.count_ones() && rest.all(|o| *o == 0),
    };
    ((base.len() == 4 || base.len() == 16) && is_prefix).then_some(Subtree::Network(base, mask))
}

/// The host of a URI, where it is a domain name: RFC 5280 4.2.1.10 refuses others where URIs are constrained.
fn host_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    // A name whose last label is a number is an IPv4 address to whoever resolves it.
    let is_address = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|octet| octet.is_ascii_digit()));
    domain(host).filter(|_| !is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(base: GeneralName<'_>, name: GeneralName<'_>) -> Option<bool> {
        Subtree::read(&base)?.contains(&Held::read(&name), Kind::Permits)
    }

    #[test]
    fn domains_grow_to_the_left() {
        use GeneralName::Dns;
        assert_eq!(within(Dns("example.org"), Dns("example.org")), Some(true));
        assert_eq!(
            within(Dns("example.org"), Dns("a.B.EXAMPLE.org")),
            Some(true)
        );
        assert_eq!(
            within(Dns("example.org"), Dns("badexample.org")),
            Some(false)
        );
        assert_eq!(within(Dns("example.org"), Dns("org")), Some(false));
        assert_eq!(within(Dns(""), Dns("anything.test")), Some(true));
        assert_eq!(
            within(Dns("a.example.org"), Dns("*.example.org")),
            Some(false)
        );
        for bad in [
            ".example.org",
            "*.example.org",
            "example..org",
            "exa mple",
            "-a.org",
        ] {
            assert_eq!(Subtree::read(&Dns(bad)), None, "{bad}");
            assert_eq!(
                within(Dns("org"), Dns(bad)).is_some(),
                bad.starts_with("*."),
                "{bad}"
            );
        }
        let excluded = Subtree::read(&Dns("a.example.org")).expect("a domain");
        let name = Dns("*.example.org");
        assert_eq!(
            excluded.contains(&Held::read(&name), Kind::Excludes),
            Some(true)
        );
    }

    #[test]
    fn mailboxes_hosts_and_domains_of_mail_are_told_apart() {
        use GeneralName::Email;
        assert_eq!(within(Email("a@h.org"), Email("a@H.org")), Some(true));
        assert_eq!(within(Email("a@h.org"), Email("A@h.org")), Some(false));
        assert_eq!(within(Email("h.org"), Email("a@h.org")), Some(true));
        assert_eq!(within(Email("h.org"), Email("a@b.h.org")), Some(false));
        assert_eq!(within(Email(".h.org"), Email("a@b.h.org")), Some(true));
        assert_eq!(within(Email(".h.org"), Email("a@h.org")), Some(false));
        assert_eq!(within(Email(".h.org"), Email("nobody")), None);
        assert_eq!(Subtree::read(&Email("@h.org")), None);
    }

    #[test]
    fn addresses_are_compared_by_prefix() {
        use GeneralName::Ip;
        let net = &[192, 0, 2, 0, 255, 255, 255, 0];
        assert_eq!(within(Ip(net), Ip(&[192, 0, 2, 9])), Some(true));
        assert_eq!(within(Ip(net), Ip(&[192, 0, 3, 9])), Some(false));
        assert_eq!(within(Ip(net), Ip(&[0; 16])), Some(false));
        assert_eq!(Subtree::read(&Ip(&[0, 0, 0, 0, 255, 0, 255, 0])), None);
        assert_eq!(Subtree::read(&Ip(&[0, 0, 0, 0, 0, 1, 0, 0])), None);
        assert_eq!(within(Ip(&[0; 8]), Ip(&[9, 9, 9, 9])), Some(true));
    }

    #[test]
    fn hosts_of_uris_are_names() {
        use GeneralName::Uri;
        assert_eq!(
            within(Uri("h.org"), Uri("https://u@h.org:8080/x")),
            Some(true)
        );
        assert_eq!(within(Uri(".h.org"), Uri("https://a.h.org?x")), Some(true));
        assert_eq!(within(Uri(".h.org"), Uri("https://h.org/")), Some(false));
        for bad in [
            "urn:x:y",
            "https://192.0.2.1/",
            "https://[::1]/",
            "mailto:a@h.org",
        ] {
            assert_eq!(within(Uri("h.org"), Uri(bad)), None, "{bad}");
        }
    }
}
