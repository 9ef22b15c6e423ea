//! The parts of a composite licence: each has its own authority, number, end and state, and ends
//! alone (domain.md 4.1).

use std::collections::BTreeMap;

use catalogue::key::{DepartmentKey, TypeKey};
use catalogue::{Catalogue, Ending, EndingPower, Refusal, Rule};
use time::Date;

use crate::field::{FieldValue, Item, Scalar};
use crate::number::LicenceNumber;
use crate::validity::{Facts, ValidTo, Validity, ValidityError, validity};

/// The field that holds the parts.
pub const FIELD: &str = "components";

/// A part of a composite licence.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    licence_type: TypeKey,
    number: LicenceNumber,
    to: ValidTo,
    members: BTreeMap<String, Scalar>,
}

/// The parts of one version, in the order of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    whole: TypeKey,
    parts: Vec<Part>,
}

/// What becomes of the whole when a part ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The whole goes on in a new version with these parts.
    NewVersion {
        /// The parts that stay.
        parts: Parts,
        /// The validity of the new version.
        validity: Validity,
    },
    /// It was the last part: the whole ends with it, by the power over the part.
    WholeEnds(EndingPower),
}

/// Why a part is not ended, or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartRefused {
    /// The licence has no such part.
    #[error("the licence has no such part")]
    Unknown,
    /// A part of that type and number stands in it already.
    #[error("the licence has that part already")]
    Twice,
    /// The type is no part of this composite.
    #[error("{0} is no part of this licence")]
    NotAPart(TypeKey),
    /// The catalogue says no.
    #[error(transparent)]
    Power(#[from] Refusal),
    /// What remains makes no validity.
    #[error(transparent)]
    Validity(#[from] ValidityError),
}

impl PartRefused {
    /// The stable code, such as `licence.part-unknown`; the catalogue's own where it refuses.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "licence.part-unknown",
            Self::Twice => "licence.part-twice",
            Self::NotAPart(_) => "licence.part",
            Self::Power(refusal) => refusal.code(),
            Self::Validity(_) => "licence.validity",
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Unknown | Self::Twice => Rule::R10,
            Self::NotAPart(_) | Self::Validity(_) => Rule::R11,
            Self::Power(refusal) => refusal.rule(),
        }
    }
}

/// An order to end one part.
#[derive(Debug, Clone, Copy)]
pub struct PartOrder<'a> {
    /// The part's type.
    pub licence_type: &'a TypeKey,
    /// The part's number.
    pub number: &'a LicenceNumber,
    /// Who ends it.
    pub by: &'a DepartmentKey,
    /// How.
    pub ending: Ending,
    /// From this day on.
    pub on: Date,
}

impl Part {
    /// Reads a part of the composite type `whole`: a flat record with `type`, `licence_no`,
    /// `valid_to` and whatever else its page shows. `None` where it is none.
    #[must_use]
    pub fn read(item: &Item, whole: &TypeKey, catalogue: &Catalogue) -> Option<Self> {
        let Item::Record(members) = item else {
            return None;
        };
        let text = |name| match members.get(name) {
            Some(Scalar::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let of = catalogue.licence_type(&TypeKey::parse(text("type")?).ok()?)?;
        if !of.component_of.contains(whole) {
            return None;
        }
        let to = match ValidTo::parse(text("valid_to")?) {
            ValidTo::Event(_) => return None,
            end => end,
        };
        Some(Self {
            licence_type: of.key.clone(),
            number: LicenceNumber::parse(text("licence_no")?).ok()?,
            to,
            members: members.clone(),
        })
    }

    /// Its type.
    #[must_use]
    pub fn licence_type(&self) -> &TypeKey {
        &self.licence_type
    }

    /// Its own number.
    #[must_use]
    pub fn number(&self) -> &LicenceNumber {
        &self.number
    }

    /// Its own end.
    #[must_use]
    pub fn to(&self) -> &ValidTo {
        &self.to
    }
}

impl Parts {
    /// Reads the parts out of the field `components` of a composite licence. `None` when the type
    /// is not composite, or an item is no part of it, or one stands twice.
    #[must_use]
    pub fn read(value: &FieldValue, whole: &TypeKey, catalogue: &Catalogue) -> Option<Self> {
        let FieldValue::List(items) = value else {
            return None;
        };
        if !catalogue.licence_type(whole)?.composite || items.is_empty() {
            return None;
        }
        let mut read = Self {
            whole: whole.clone(),
            parts: Vec::new(),
        };
        for item in items {
            let part = Part::read(item, whole, catalogue)?;
            if read.position(&part.licence_type, &part.number).is_some() {
                return None;
            }
            read.parts.push(part);
        }
        Some(read)
    }

    /// The parts, in the order of the page.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// As the field `components` holds them.
    #[must_use]
    pub fn field(&self) -> FieldValue {
        FieldValue::List(
            self.parts
                .iter()
                .map(|part| Item::Record(part.members.clone()))
                .collect(),
        )
    }

    /// Ends one part alone: the whole, issued by `issuer`, gets a new version without it, valid
    /// from that day to the earliest end of the parts that stay; if it was the last, the whole
    /// ends.
    ///
    /// # Errors
    /// [`PartRefused`]; `Power` unless the body holds the power over the part's type (R7).
    pub fn end(
        &self,
        order: &PartOrder<'_>,
        issuer: &DepartmentKey,
        catalogue: &Catalogue,
    ) -> Result<Outcome, PartRefused> {
        let at = self
            .position(order.licence_type, order.number)
            .ok_or(PartRefused::Unknown)?;
        // R7, D14: whoever holds the power over the part may end it; the register executes.
        let power = catalogue.may_end(
            order.by,
            (order.licence_type, issuer),
            order.ending,
            order.on,
        )?;
        let mut stay = self.clone();
        stay.parts.remove(at);
        if stay.parts.is_empty() {
            return Ok(Outcome::WholeEnds(power));
        }
        let validity = stay.validity(order.on, catalogue)?;
        Ok(Outcome::NewVersion {
            parts: stay,
            validity,
        })
    }

    /// Puts `part` in the place of the one of the same type and number `old`, from `on` on: a
    /// part that was changed or renewed.
    ///
    /// # Errors
    /// [`PartRefused`].
    pub fn change(
        &self,
        old: &LicenceNumber,
        part: Part,
        (on, catalogue): (Date, &Catalogue),
    ) -> Result<Outcome, PartRefused> {
        let at = self
            .position(&part.licence_type, old)
            .ok_or(PartRefused::Unknown)?;
        let mut next = self.clone();
        next.parts.remove(at);
        if next.position(&part.licence_type, &part.number).is_some() {
            return Err(PartRefused::Twice);
        }
        next.parts.insert(at, part);
        let validity = next.validity(on, catalogue)?;
        Ok(Outcome::NewVersion {
            parts: next,
            validity,
        })
    }

    /// Adds a part from `on` on.
    ///
    /// # Errors
    /// [`PartRefused`].
    pub fn add(
        &self,
        part: Part,
        (on, catalogue): (Date, &Catalogue),
    ) -> Result<Outcome, PartRefused> {
        if self.position(&part.licence_type, &part.number).is_some() {
            return Err(PartRefused::Twice);
        }
        let mut next = self.clone();
        next.parts.push(part);
        let validity = next.validity(on, catalogue)?;
        Ok(Outcome::NewVersion {
            parts: next,
            validity,
        })
    }

    /// The validity of a version with these parts from `from` on, by the rule of the composite.
    ///
    /// # Errors
    /// [`PartRefused::Validity`].
    pub fn validity(&self, from: Date, catalogue: &Catalogue) -> Result<Validity, PartRefused> {
        let kind = catalogue
            .licence_type(&self.whole)
            .ok_or_else(|| PartRefused::NotAPart(self.whole.clone()))?;
        let ends: Vec<ValidTo> = self.parts.iter().map(|part| part.to.clone()).collect();
        let facts = Facts {
            parts: &ends,
            ..Facts::default()
        };
        Ok(validity(&kind.validity, from, &facts)?)
    }

    fn position(&self, licence_type: &TypeKey, number: &LicenceNumber) -> Option<usize> {
        self.parts
            .iter()
            .position(|part| part.licence_type == *licence_type && part.number == *number)
    }
}
