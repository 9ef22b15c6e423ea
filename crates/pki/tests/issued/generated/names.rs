//! Names and subtrees as data, and RFC 5280 4.2.1.10 over them: labels, bits and lists, never text as it is encoded.

use asn1::Oid;
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::name::Name;

/// A kind of name that nobody reads.
const UNREAD: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 7]);

/// A distinguished name: an organisation, units below it, and an address of mail where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Dn {
    pub(crate) units: Vec<&'static str>,
    pub(crate) mail: Option<(&'static str, &'static str)>,
}

/// A name that a certificate has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Dns(&'static str),
    /// All names of one label below it.
    Wildcard(&'static str),
    Mail(&'static str, &'static str),
    /// The host of a URI.
    Uri(&'static str),
    Ip4([u8; 4]),
    Ip6(u128),
    Directory(Dn),
    Other,
}

/// A subtree of a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sub {
    Dns(&'static str),
    Mailbox(&'static str, &'static str),
    MailHost(&'static str),
    MailBelow(&'static str),
    UriHost(&'static str),
    UriBelow(&'static str),
    /// An address and how many of its first bits count.
    Net4([u8; 4], u32),
    Net6(u128, u32),
    Directory(Dn),
    Other,
}

/// The form of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Dns,
    Mail,
    Uri,
    Ip,
    Directory,
    Other,
}

impl Dn {
    pub(crate) fn of(units: &[&'static str]) -> Self {
        Self {
            units: units.to_vec(),
            mail: None,
        }
    }

    pub(crate) fn name(&self) -> Name {
        let mail = self.mail.map(|(local, host)| format!("{local}@{host}"));
        let kinds =
            std::iter::once(id::ORGANIZATION).chain(std::iter::repeat(id::ORGANIZATIONAL_UNIT));
        let mut attributes: Vec<(Oid, &str)> = kinds.zip(self.units.iter().copied()).collect();
        attributes.extend(mail.as_deref().map(|mail| (id::EMAIL_ADDRESS, mail)));
        Name::of(&attributes).expect("a name")
    }
}

impl Named {
    pub(crate) fn form(&self) -> Form {
        match self {
            Self::Dns(_) | Self::Wildcard(_) => Form::Dns,
            Self::Mail(..) => Form::Mail,
            Self::Uri(_) => Form::Uri,
            Self::Ip4(_) | Self::Ip6(_) => Form::Ip,
            Self::Directory(_) => Form::Directory,
            Self::Other => Form::Other,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let text = match self {
            Self::Wildcard(base) => format!("*.{base}"),
            Self::Mail(local, host) => format!("{local}@{host}"),
            Self::Uri(host) => format!("https://{host}/path?a=b"),
            _ => String::new(),
        };
        let wide;
        let name = match self {
            Self::Dns(name) => GeneralName::Dns(name),
            Self::Wildcard(_) => GeneralName::Dns(&text),
            Self::Mail(..) => GeneralName::Email(&text),
            Self::Uri(_) => GeneralName::Uri(&text),
            Self::Ip4(octets) => GeneralName::Ip(octets),
            Self::Ip6(number) => {
                wide = number.to_be_bytes();
                GeneralName::Ip(&wide)
            }
            Self::Directory(name) => GeneralName::Directory(name.name()),
            Self::Other => GeneralName::Registered(UNREAD),
        };
        name.encode()
    }
}

impl Sub {
    pub(crate) fn form(&self) -> Form {
        match self {
            Self::Dns(_) => Form::Dns,
            Self::Mailbox(..) | Self::MailHost(_) | Self::MailBelow(_) => Form::Mail,
            Self::UriHost(_) | Self::UriBelow(_) => Form::Uri,
            Self::Net4(..) | Self::Net6(..) => Form::Ip,
            Self::Directory(_) => Form::Directory,
            Self::Other => Form::Other,
        }
    }

    /// The base of the subtree, encoded.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let text = match self {
            Self::Mailbox(local, host) => format!("{local}@{host}"),
            Self::MailBelow(host) | Self::UriBelow(host) => format!(".{host}"),
            _ => String::new(),
        };
        let octets = match self {
            Self::Net4(base, bits) => {
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                [*base, mask.to_be_bytes()].concat()
            }
            Self::Net6(base, bits) => {
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                [base.to_be_bytes(), mask.to_be_bytes()].concat()
            }
            _ => Vec::new(),
        };
        let base = match self {
            Self::Dns(name) => GeneralName::Dns(name),
            Self::Mailbox(..) | Self::MailBelow(_) => GeneralName::Email(&text),
            Self::MailHost(host) => GeneralName::Email(host),
            Self::UriHost(host) => GeneralName::Uri(host),
            Self::UriBelow(_) => GeneralName::Uri(&text),
            Self::Net4(..) | Self::Net6(..) => GeneralName::Ip(&octets),
            Self::Directory(name) => GeneralName::Directory(name.name()),
            Self::Other => GeneralName::Registered(UNREAD),
        };
        base.encode()
    }

    /// Whether all that the name stands for lies in it.
    pub(crate) fn holds(&self, name: &Named) -> bool {
        match (self, name) {
            (Self::Dns(base), Named::Dns(name) | Named::Wildcard(name)) => {
                labels(name).starts_with(&labels(base))
            }
            (Self::Mailbox(local, host), Named::Mail(own, at)) => {
                local == own && labels(host) == labels(at)
            }
            (Self::MailHost(host), Named::Mail(_, at)) | (Self::UriHost(host), Named::Uri(at)) => {
                labels(host) == labels(at)
            }
            (Self::MailBelow(host), Named::Mail(_, at))
            | (Self::UriBelow(host), Named::Uri(at)) => {
                labels(at).len() > labels(host).len() && labels(at).starts_with(&labels(host))
            }
            (Self::Net4(base, bits), Named::Ip4(address)) => {
                let differing = u32::from_be_bytes(*base) ^ u32::from_be_bytes(*address);
                differing.leading_zeros() >= *bits
            }
            (Self::Net6(base, bits), Named::Ip6(address)) => {
                (base ^ address).leading_zeros() >= *bits
            }
            (Self::Directory(base), Named::Directory(name)) => {
                let lower = |dn: &Dn| -> Vec<String> {
                    dn.units.iter().map(|unit| unit.to_lowercase()).collect()
                };
                lower(name).starts_with(&lower(base))
            }
            _ => false,
        }
    }

    /// Whether any of what the name stands for lies in it.
    pub(crate) fn touches(&self, name: &Named) -> bool {
        match (self, name) {
            (Self::Dns(base), Named::Wildcard(above)) => {
                let (base, above) = (labels(base), labels(above));
                above.starts_with(&base)
                    || (base.len() == above.len() + 1 && base.starts_with(&above))
            }
            _ => self.holds(name),
        }
    }
}

/// The labels of a domain from its right.
fn labels(domain: &str) -> Vec<String> {
    if domain.is_empty() {
        return Vec::new();
    }
    domain.rsplit('.').map(str::to_lowercase).collect()
}
