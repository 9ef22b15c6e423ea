//! The declaration as it is written: TOML, unknown words refused.

use crypto::{KeyAlgorithm, KeyId, PublicKey};
use pki::certificate::SerialNumber;
use pki::crl::{Reason, Revoked};
use pki::name::Name;
use pki::profile::{Profile, Role, office};
use serde::Deserialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Declaration, Drill, Duty, Issued, List, Participant, ReadDeclaration, Root, revoked};
use crate::{DRILL, digest_in, unhex};
use asn1::Oid;

/// Octets of a name that people read, and of an address.
const MAX_TEXT: usize = 200;
/// A century: no date of a session overflows.
const MAX_DAYS: u32 = 36_525;
/// Which kinds of root keys are made, by word.
const KINDS: [(&str, KeyAlgorithm); 4] = [
    ("ecdsa-p256", KeyAlgorithm::EcP256),
    ("ecdsa-p384", KeyAlgorithm::EcP384),
    ("ed25519", KeyAlgorithm::Ed25519),
    ("sm2", KeyAlgorithm::Sm2),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    ceremony: String,
    session: u32,
    organization: String,
    address: String,
    policy: String,
    quorum: WrittenQuorum,
    #[serde(default)]
    participant: Vec<WrittenParticipant>,
    root: WrittenRoot,
    #[serde(default)]
    certificate: Vec<WrittenCertificate>,
    list: WrittenList,
    #[serde(default)]
    revoked: Vec<WrittenRevoked>,
    drill: Option<WrittenDrill>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuorum {
    keepers: u8,
    witnesses: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenParticipant {
    name: String,
    role: String,
    key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRoot {
    algorithm: String,
    common_name: String,
    days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCertificate {
    name: String,
    profile: String,
    common_name: String,
    days: u32,
    request: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenList {
    number: u64,
    days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRevoked {
    serial: String,
    since: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDrill {
    seed: u32,
    at: String,
}

pub(super) fn read(text: &str) -> Result<Declaration, ReadDeclaration> {
    let written: Written = toml::from_str(text).map_err(|error| ReadDeclaration::Syntax {
        said: error.message().to_owned(),
    })?;
    Ok(Declaration {
        name: plain("ceremony", &written.ceremony)?,
        session: positive("session", written.session)?,
        address: written.address()?,
        policy: value("policy", &written.policy, Oid::from_dotted)?,
        quorum: written.quorum.keepers,
        witnesses: written.quorum.witnesses,
        participants: all(&written.participant, WrittenParticipant::read)?,
        root: written.root()?,
        certificates: all(&written.certificate, |one| written.issued(one))?,
        list: written.list.read()?,
        revoked: all(&written.revoked, WrittenRevoked::read)?,
        drill: written.drill()?,
        text: text.to_owned(),
    })
}

fn all<W, R>(
    written: &[W],
    read: impl Fn(&W) -> Result<R, ReadDeclaration>,
) -> Result<Vec<R>, ReadDeclaration> {
    written.iter().map(read).collect()
}

fn value<R>(
    place: &'static str,
    text: &str,
    read: impl Fn(&str) -> Option<R>,
) -> Result<R, ReadDeclaration> {
    read(text).ok_or_else(|| ReadDeclaration::Value {
        place,
        value: text.chars().take(MAX_TEXT).collect(),
    })
}

/// A name in lower case, which is a file's too: two that differ in case alone would be one on some media.
fn plain(place: &'static str, text: &str) -> Result<KeyId, ReadDeclaration> {
    let octets = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    value(place, text, |text| {
        KeyId::parse(text).filter(|_| text.bytes().all(octets))
    })
}

fn positive(place: &'static str, number: u32) -> Result<u32, ReadDeclaration> {
    value(place, &number.to_string(), |_| {
        (number > 0).then_some(number)
    })
}

fn days(place: &'static str, number: u32) -> Result<u32, ReadDeclaration> {
    value(place, &number.to_string(), |_| {
        (1..=MAX_DAYS).contains(&number).then_some(number)
    })
}

fn moment(place: &'static str, text: &str) -> Result<UtcDateTime, ReadDeclaration> {
    value(place, text, |text| {
        let moment = UtcDateTime::parse(text, &Rfc3339).ok()?;
        (moment.nanosecond() == 0).then_some(moment)
    })
}

impl Written {
    /// What stands in certificates, where a list and the root's certificate are had.
    fn address(&self) -> Result<String, ReadDeclaration> {
        value("address", &self.address, |text| {
            let rest = text.strip_prefix("http://")?;
            let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._/:".contains(&octet);
            let fits = !rest.is_empty() && text.len() <= MAX_TEXT && rest.bytes().all(plain);
            (fits && !rest.ends_with('/')).then(|| text.to_owned())
        })
    }

    fn root(&self) -> Result<Root, ReadDeclaration> {
        let word = &self.root.algorithm;
        let kind = KINDS.iter().find(|(known, _)| known == word);
        let (_, kind) = *kind.ok_or_else(|| ReadDeclaration::Kind { word: word.clone() })?;
        if self.drill.is_some() && kind == KeyAlgorithm::EcP256 {
            return Err(ReadDeclaration::NotRepeatable { word: word.clone() });
        }
        let name = plain("root", "root")?;
        Ok(Root {
            kind,
            subject: self.subject(&name, &self.root.common_name, self.drill.is_some())?,
            days: days("root.days", self.root.days)?,
        })
    }

    fn issued(&self, one: &WrittenCertificate) -> Result<Issued, ReadDeclaration> {
        let name = plain("certificate.name", &one.name)?;
        // What the root signs are authorities: whoever else is certified is so by one of them.
        let authority = |word: &str| {
            Profile::named(word).filter(|known| matches!(known.role, Role::Authority(_)))
        };
        Ok(Issued {
            profile: value("certificate.profile", &one.profile, authority)?,
            subject: self.subject(&name, &one.common_name, self.drill.is_some())?,
            asked: self.subject(&name, &one.common_name, false)?,
            days: days("certificate.days", one.days)?,
            request: value("certificate.request", &one.request, digest_in)?,
            name,
        })
    }

    /// Country, organisation and common name; a drill's common name says so.
    fn subject(&self, of: &KeyId, common: &str, drill: bool) -> Result<Name, ReadDeclaration> {
        let fits = |text: &str| (text.len() <= MAX_TEXT && !text.contains(DRILL)).then_some(());
        value("organization", &self.organization, fits)?;
        value("common_name", common, fits)?;
        let common = match drill {
            true => format!("{DRILL} {common}"),
            false => common.to_owned(),
        };
        office(&self.organization, &common).map_err(|cause| ReadDeclaration::Subject {
            name: of.clone(),
            cause,
        })
    }

    fn drill(&self) -> Result<Option<Drill>, ReadDeclaration> {
        let Some(drill) = &self.drill else {
            return Ok(None);
        };
        Ok(Some(Drill {
            seed: drill.seed,
            at: moment("drill.at", &drill.at)?,
        }))
    }
}

impl WrittenParticipant {
    fn read(&self) -> Result<Participant, ReadDeclaration> {
        let duty = |word: &str| {
            let all = [Duty::Master, Duty::Keeper, Duty::Witness];
            all.into_iter().find(|duty| duty.word() == word)
        };
        let key = |text: &str| {
            let key = PublicKey::parse(&unhex(text)?).ok()?;
            super::algorithm_of(key.algorithm()).map(|_| key)
        };
        let written = self.key.as_deref();
        Ok(Participant {
            name: person(&self.name)?,
            duty: value("participant.role", &self.role, duty)?,
            key: written
                .map(|text| value("participant.key", text, key))
                .transpose()?,
        })
    }
}

/// A name of a person; `root` is who signs for the root.
fn person(text: &str) -> Result<KeyId, ReadDeclaration> {
    value("participant.name", text, |text| {
        (text != "root").then_some(())
    })?;
    plain("participant.name", text)
}

impl WrittenList {
    fn read(&self) -> Result<List, ReadDeclaration> {
        let number = self.number;
        value("list.number", &number.to_string(), |_| {
            (number > 0).then_some(())
        })?;
        Ok(List {
            number,
            days: days("list.days", self.days)?,
        })
    }
}

impl WrittenRevoked {
    fn read(&self) -> Result<Revoked, ReadDeclaration> {
        let serial = |text: &str| {
            let lower = !text.bytes().any(|octet| octet.is_ascii_uppercase());
            SerialNumber::from_hex(text).ok().filter(|_| lower)
        };
        Ok(revoked(
            value("revoked.serial", &self.serial, serial)?,
            moment("revoked.since", &self.since)?,
            value("revoked.reason", &self.reason, Reason::named)?,
        ))
    }
}
