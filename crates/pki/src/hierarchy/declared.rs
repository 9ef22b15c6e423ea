//! The declaration as it is written: TOML, unknown words refused.

use crypto::{KeyAlgorithm, KeyId};
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::{Duration, UtcDateTime};

use super::{BareKey, Entry, ReadHierarchy};
use crate::certificate::Validity;
use crate::crl::Reason;
use crate::name::Name;
use crate::profile::{LegalPerson, NameSubject, NaturalPerson, Profile, Role, office};
use asn1::Oid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    /// Who operates the service.
    operator: String,
    /// Where lists, status and certificates are.
    address: String,
    /// The policy under which all but the root are issued.
    policy: String,
    #[serde(default)]
    certificate: Vec<Declared>,
    #[serde(default)]
    key: Vec<DeclaredKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    key: String,
    algorithm: String,
    profile: String,
    issuer: Option<String>,
    common_name: Option<String>,
    organization: Option<String>,
    credit_code: Option<String>,
    seal_code: Option<String>,
    surname: Option<String>,
    given_name: Option<String>,
    identifier: Option<String>,
    from: String,
    days: i64,
    revoked: Option<DeclaredRevoked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredRevoked {
    since: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredKey {
    key: String,
    algorithm: String,
}

pub(super) fn read(text: &str) -> Result<(Vec<Entry>, Vec<BareKey>), ReadHierarchy> {
    let declaration: Declaration = toml::from_str(text).map_err(|error| ReadHierarchy::Syntax {
        said: error.message().to_owned(),
    })?;
    let entries = declaration
        .certificate
        .iter()
        .map(|declared| declared.entry(&declaration))
        .collect::<Result<_, _>>()?;
    let bare = declaration
        .key
        .iter()
        .map(|declared| {
            let key = key_id(&declared.key)?;
            let algorithm = algorithm(&key, &declared.algorithm)?;
            Ok(BareKey { key, algorithm })
        })
        .collect::<Result<_, _>>()?;
    Ok((entries, bare))
}

impl Declared {
    fn entry(&self, declaration: &Declaration) -> Result<Entry, ReadHierarchy> {
        let key = key_id(&self.key)?;
        let word = |word: &str| ReadHierarchy::Word {
            key: key.clone(),
            word: word.to_owned(),
        };
        let profile = Profile::named(&self.profile).ok_or_else(|| word(&self.profile))?;
        let issuer = match &self.issuer {
            Some(issuer) => key_id(issuer)?,
            None if profile.role == Role::Root => key.clone(),
            None => return Err(ReadHierarchy::Issuer { key }),
        };
        let policy =
            Oid::from_dotted(&declaration.policy).ok_or_else(|| word(&declaration.policy))?;
        let subject = self
            .subject(profile, &declaration.operator)
            .map_err(|cause| ReadHierarchy::Subject {
                key: key.clone(),
                cause,
            })?;
        let untimely = || ReadHierarchy::Moment { key: key.clone() };
        let from = moment(&self.from).ok_or_else(untimely)?;
        let last = Duration::DAY
            .checked_mul(i32::try_from(self.days).map_err(|_| untimely())?)
            .and_then(|life| from.checked_add(life)?.checked_sub(Duration::SECOND))
            .ok_or_else(untimely)?;
        let revoked = match &self.revoked {
            None => None,
            Some(revoked) => Some((
                moment(&revoked.since).ok_or_else(untimely)?,
                Reason::named(&revoked.reason).ok_or_else(|| word(&revoked.reason))?,
            )),
        };
        Ok(Entry {
            algorithm: algorithm(&key, &self.algorithm)?,
            profile,
            issuer,
            subject,
            validity: Validity { from, last },
            revoked,
            policies: vec![policy],
            base: declaration.address.clone(),
            key,
        })
    }

    fn subject(&self, profile: Profile, operator: &str) -> Result<Name, NameSubject> {
        let given = |text: &'_ Option<String>| text.clone().ok_or(NameSubject::Empty);
        let organization = self.organization.clone().unwrap_or(operator.to_owned());
        match profile.subject {
            crate::lint::Subject::LegalPerson => LegalPerson {
                organization: &organization,
                credit_code: &given(&self.credit_code)?,
                seal_code: &given(&self.seal_code)?,
                common_name: &given(&self.common_name)?,
            }
            .name(),
            crate::lint::Subject::NaturalPerson => NaturalPerson {
                organization: &organization,
                credit_code: &given(&self.credit_code)?,
                surname: &given(&self.surname)?,
                given_name: &given(&self.given_name)?,
                identifier: &given(&self.identifier)?,
            }
            .name(),
            crate::lint::Subject::Any => office(&organization, &given(&self.common_name)?),
        }
    }
}

fn key_id(text: &str) -> Result<KeyId, ReadHierarchy> {
    KeyId::parse(text).ok_or_else(|| ReadHierarchy::Key {
        key: text.to_owned(),
    })
}

fn algorithm(key: &KeyId, word: &str) -> Result<KeyAlgorithm, ReadHierarchy> {
    Ok(match word {
        "ecdsa-p256" => KeyAlgorithm::EcP256,
        "ecdsa-p384" => KeyAlgorithm::EcP384,
        "ed25519" => KeyAlgorithm::Ed25519,
        "sm2" => KeyAlgorithm::Sm2,
        _ => {
            return Err(ReadHierarchy::Word {
                key: key.clone(),
                word: word.to_owned(),
            });
        }
    })
}

fn moment(text: &str) -> Option<UtcDateTime> {
    UtcDateTime::parse(text, &Rfc3339).ok()
}
