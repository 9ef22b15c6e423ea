//! What a body asks for, as it is posted and as it is read: everything that R15 wants to be named, or what is missing.

use std::collections::BTreeSet;
use std::fmt;

use catalogue::key::{FieldName, MatterCode, PersonKey, TypeKey};
use catalogue::{Catalogue, OrganisationCode};
use dossier::Words;
use dossier::material::Ground;
use dossier::number::{CaseNumber, MandateNumber};
use issuance::Asker;
use licence::{Identifier, LicenceNumber};
use registry::uses::Wanted;
use serde::Deserialize;
use time::Date;

use crate::refused::{Element, Refused};

/// Fields that one request names at most.
const MAX_FIELDS: usize = 64;
/// Facts that one request asks for at most.
const MAX_FACTS: usize = 16;
/// Characters of a code of a holder, at most.
const MAX_CODE: usize = 64;

/// A use of a licence, as it is posted. What is missing is refused by its rule, not by its form.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseOrder {
    /// Which licence.
    #[serde(default)]
    pub licence: Option<LicenceNamed>,
    /// What for.
    #[serde(default)]
    pub purpose: Option<String>,
    /// For which matter.
    #[serde(default)]
    pub matter: Option<String>,
    /// For which of its materials; without one the material of this type that needs least.
    #[serde(default)]
    pub material: Option<u16>,
    /// In which case of the own department.
    #[serde(default)]
    pub case: Option<String>,
    /// Who asks, where the account is a machine's.
    #[serde(default)]
    pub person: Option<String>,
    /// Why it is lawful.
    #[serde(default)]
    pub ground: Option<GroundNamed>,
    /// These fields alone.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
    /// Answered with yes or no; no field is shown beside them unless it is named.
    #[serde(default)]
    pub facts: Vec<FactAsked>,
}

// T-P8: words, and the code of a holder, reach no log by way of `{:?}`.
impl fmt::Debug for UseOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UseOrder")
    }
}

/// Which licence: its identifier; or its type with its number, its issuer, its holder.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceNamed {
    /// The identifier of a version.
    #[serde(default)]
    pub identifier: Option<String>,
    /// The key of the type.
    #[serde(default)]
    pub r#type: Option<String>,
    /// The number.
    #[serde(default)]
    pub number: Option<String>,
    /// The organisation code of the issuer.
    #[serde(default)]
    pub issuer: Option<String>,
    /// The code of the holder.
    #[serde(default)]
    pub holder: Option<String>,
}

impl fmt::Debug for LicenceNamed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LicenceNamed")
    }
}

/// Why it is lawful.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum GroundNamed {
    /// The number of a consent that the case has.
    Consent(String),
    /// The law, as the matter's material cites it.
    Law(String),
}

/// A fact that is answered with yes or no (R16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FactAsked {
    /// Whether the licence was, is or will be valid when this day begins; today, now.
    ValidOn(#[serde(with = "dossier::day")] Date),
    /// Whether its last day lies after this day.
    ExpiresAfter(#[serde(with = "dossier::day")] Date),
    /// Whether the holder is of this age, in years.
    OfAge(u8),
}

impl FactAsked {
    /// The fact in a word, such as `valid_on 2026-06-30`.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::ValidOn(day) => format!("valid_on {day}"),
            Self::ExpiresAfter(day) => format!("expires_after {day}"),
            Self::OfAge(years) => format!("of_age {years}"),
        }
    }
}

/// A use with everything that R15 wants named.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    pub(crate) wanted: Wanted,
    pub(crate) holder: Option<HolderText>,
    pub(crate) purpose: Words,
    pub(crate) matter: MatterCode,
    pub(crate) material: Option<u16>,
    pub(crate) case: CaseNumber,
    pub(crate) person: PersonKey,
    pub(crate) ground: Ground,
    pub(crate) fields: Option<BTreeSet<FieldName>>,
    pub(crate) facts: Vec<FactAsked>,
}

/// The code of a holder, to be compared with those whom the case names.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HolderText(String);

impl HolderText {
    pub(crate) fn is(&self, code: &str) -> bool {
        self.0 == code
    }
}

impl fmt::Debug for HolderText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HolderText")
    }
}

/// Reads what was posted; everything that is missing, at once.
pub(crate) fn read(
    order: &UseOrder,
    asker: &Asker,
    catalogue: &Catalogue,
) -> Result<Stated, Vec<Refused>> {
    let mut missing = Vec::new();
    let licence = order.licence.as_ref().ok_or(missed(Element::Licence));
    let wanted = noted(
        licence.and_then(|named| wanted(named, catalogue)),
        &mut missing,
    );
    let purpose = words(order.purpose.as_deref()).ok_or(missed(Element::Purpose));
    let purpose = noted(purpose, &mut missing);
    let matter = order.matter.as_deref().ok_or(missed(Element::Matter));
    let matter =
        matter.and_then(|text| MatterCode::parse(text).map_err(|_| Refused::UnknownMatter));
    let matter = noted(matter, &mut missing);
    let case = order.case.as_deref().ok_or(missed(Element::Case));
    let case = case.and_then(|text| CaseNumber::parse(text).map_err(|_| Refused::UnknownCase));
    let case = noted(case, &mut missing);
    let person = noted(person(order.person.as_deref(), asker), &mut missing);
    let ground = ground(order.ground.as_ref()).ok_or(missed(Element::Ground));
    let ground = noted(ground, &mut missing);
    let fields = noted(fields(order), &mut missing);
    let named = order.licence.as_ref();
    let holder = named.and_then(|named| named.holder.clone()).map(HolderText);
    let named = (wanted, purpose, matter, case, person, ground, fields);
    match named {
        (
            Some(wanted),
            Some(purpose),
            Some(matter),
            Some(case),
            Some(person),
            Some(ground),
            Some(fields),
        ) => Ok(Stated {
            wanted,
            holder,
            purpose,
            matter,
            material: order.material,
            case,
            person,
            ground,
            fields,
            facts: order.facts.clone(),
        }),
        _ => Err(missing),
    }
}

fn missed(element: Element) -> Refused {
    Refused::Missing(element)
}

fn noted<T>(read: Result<T, Refused>, missing: &mut Vec<Refused>) -> Option<T> {
    read.map_err(|refused| missing.push(refused)).ok()
}

fn words(text: Option<&str>) -> Option<Words> {
    text.and_then(|text| Words::parse(text).ok())
}

/// The licence: an identifier says its type itself; without one a type and something more have to be named.
fn wanted(named: &LicenceNamed, catalogue: &Catalogue) -> Result<Wanted, Refused> {
    let unnamed = || missed(Element::Licence);
    let known = |kind: Option<&catalogue::LicenceType>| {
        let kind = kind.map(|kind| kind.key.clone());
        kind.ok_or(Refused::MaterialNotListed)
    };
    let said = named.r#type.as_deref().map(TypeKey::parse).transpose();
    let said = said.map_err(|_| Refused::MaterialNotListed)?;
    let identifier = named.identifier.as_deref().map(Identifier::parse);
    let identifier = identifier.transpose().map_err(|_| unnamed())?;
    let number = named.number.as_deref().map(LicenceNumber::parse);
    let number = number.transpose().map_err(|_| unnamed())?;
    let issuer = named.issuer.as_deref().map(OrganisationCode::parse);
    let issuer = issuer.transpose().map_err(|_| unnamed())?;
    if named
        .holder
        .as_ref()
        .is_some_and(|code| code.len() > MAX_CODE)
    {
        return Err(unnamed());
    }
    let kind = match (&identifier, &said) {
        (Some(identifier), said) => {
            let kind = known(catalogue.licence_type_of(identifier.type_code()))?;
            if said.as_ref().is_some_and(|said| *said != kind) {
                return Err(unnamed());
            }
            kind
        }
        (None, Some(said)) if number.is_some() || named.holder.is_some() => {
            known(catalogue.licence_type(said))?
        }
        (None, _) => return Err(unnamed()),
    };
    Ok(Wanted {
        kind,
        identifier,
        number,
        issuer,
    })
}

/// Who asks: whose account it is; where it is a machine's, whom the machine names.
fn person(named: Option<&str>, asker: &Asker) -> Result<PersonKey, Refused> {
    let missing = || missed(Element::Person);
    let named = named.map(PersonKey::parse).transpose();
    let named = named.map_err(|_| missing())?;
    if asker.person == asker.account {
        return named.ok_or_else(missing);
    }
    let own = PersonKey::parse(&asker.person).map_err(|_| missing())?;
    match named {
        Some(named) if named != own => Err(Refused::PersonOfAnother),
        _ => Ok(own),
    }
}

fn ground(named: Option<&GroundNamed>) -> Option<Ground> {
    match named? {
        GroundNamed::Consent(number) => MandateNumber::parse(number).ok().map(Ground::Consent),
        GroundNamed::Law(text) => words(Some(text)).map(Ground::Law),
    }
}

fn fields(order: &UseOrder) -> Result<Option<BTreeSet<FieldName>>, Refused> {
    if order.facts.len() > MAX_FACTS {
        return Err(Refused::TooMany { limit: MAX_FACTS });
    }
    let Some(named) = &order.fields else {
        // R16: who asks for facts is answered with facts.
        let none = (!order.facts.is_empty()).then(BTreeSet::new);
        return Ok(none);
    };
    if named.len() > MAX_FIELDS {
        return Err(Refused::TooMany { limit: MAX_FIELDS });
    }
    let read = named.iter().map(|name| FieldName::parse(name));
    let read: Result<BTreeSet<FieldName>, _> = read.collect();
    read.map(Some).map_err(|_| Refused::FieldNotNeeded)
}
