//! A further version of a licence: what a request for one has to leave as it was, and how long
//! the version holds (domain.md 4.1: change, correction, renewal, and the replacement of what is
//! void or was ended by a decision that is annulled).

use std::collections::BTreeMap;

use catalogue::Catalogue;
use catalogue::key::{MatterCode, TypeKey};
use serde_json::{Map, Value};
use time::Date;

use crate::admit::{Admitted, Defect, End, Fault, NotAdmitted, admit_ending};
use crate::field::FieldValue;
use crate::identifier::Identifier;
use crate::life::Ground;
use crate::number::LicenceNumber;
use crate::parts;
use crate::request::{DecisionRequest, HolderRequest, IssueRequest};
use crate::validity::{ValidTo, Validity, date_text, parse_date};
use crate::versions::{Renewal, RenewalWindow, Succession};

/// The version before, as its own data say it.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    identifier: Identifier,
    number: LicenceNumber,
    licence_type: TypeKey,
    holder: HolderRequest,
    validity: Validity,
    fields: Map<String, Value>,
}

/// Why a further version is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// 变更: facts changed; the end stays.
    Change,
    /// 纠错: the data were wrong from the beginning; nothing is overwritten (R28).
    Correction,
    /// 延续, asked for on this day.
    Renewal {
        /// The day of the application.
        asked: Date,
    },
    /// In the place of a void version, or after the decision to end it was annulled.
    Restoration,
}

impl Following {
    /// The stable code, such as `change`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Correction => "correction",
            Self::Renewal { .. } => "renewal",
            Self::Restoration => "restoration",
        }
    }
}

impl Before {
    /// Reads the bytes of a `licence.json`; `None` where they are none.
    #[must_use]
    pub fn read(content: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(content).ok()?;
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let validity = Validity::new(
            parse_date(text("/validity/from")?)?,
            ValidTo::parse(text("/validity/to")?),
        );
        Some(Self {
            identifier: Identifier::parse(text("/identifier")?).ok()?,
            number: LicenceNumber::parse(text("/number")?).ok()?,
            licence_type: TypeKey::parse(text("/type/key")?).ok()?,
            holder: HolderRequest {
                kind: text("/holder/kind")?.to_owned(),
                name: text("/holder/name")?.to_owned(),
                code: text("/holder/code")?.to_owned(),
            },
            validity: validity?,
            fields: value.get("fields")?.as_object()?.clone(),
        })
    }

    /// Its identifier.
    #[must_use]
    pub fn identifier(&self) -> &Identifier {
        &self.identifier
    }

    /// The licence's number, which later versions keep (D17).
    #[must_use]
    pub fn number(&self) -> &LicenceNumber {
        &self.number
    }

    /// Its type.
    #[must_use]
    pub fn licence_type(&self) -> &TypeKey {
        &self.licence_type
    }

    /// First and last day.
    #[must_use]
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// Its parts, where it is composite.
    #[must_use]
    pub fn parts(&self, catalogue: &Catalogue) -> Option<parts::Parts> {
        let kind = catalogue.licence_type(&self.licence_type)?;
        let field = kind.field(parts::FIELD)?;
        let value = self.fields.get(parts::FIELD)?;
        let value = FieldValue::parse(field.kind, value).ok()?;
        parts::Parts::read(&value, &self.licence_type, catalogue)
    }

    /// The request for the same licence with other parts, from `on` on: what an ended part leaves
    /// (D14). `grounds` are matter, case and issuer, as the register has them.
    #[must_use]
    pub fn with_parts(
        &self,
        stay: &parts::Parts,
        on: Date,
        (matter, case, issuer): (&str, &str, &str),
        decision: DecisionRequest,
    ) -> IssueRequest {
        let mut fields = self.fields.clone();
        fields.insert(parts::FIELD.to_owned(), stay.field().to_json());
        IssueRequest {
            matter: matter.to_owned(),
            case: case.to_owned(),
            decision,
            licence_type: self.licence_type.to_string(),
            issuer: issuer.to_owned(),
            holder: self.holder.clone(),
            fields,
            valid_from: date_text(on),
            valid_to: None,
            number: None,
            serial: None,
        }
    }
}

/// Checks a request for a further version against the catalogue and the version before it, on
/// `today`. What comes back says how the new version takes the place of the old one.
///
/// # Errors
/// [`NotAdmitted`] with every defect, those of [`crate::admit()`] and those of the succession.
pub fn admit_following(
    request: &IssueRequest,
    (before, following): (&Before, Following),
    catalogue: &Catalogue,
    today: Date,
) -> Result<(Admitted, Succession), NotAdmitted> {
    let end = match following {
        Following::Renewal { .. } => End::ByRule,
        Following::Change | Following::Restoration => End::Kept(&before.validity),
        Following::Correction => End::Corrected(&before.validity),
    };
    // Later versions keep number and serial (D17), whether the request repeats them or not.
    let mut whole = request.clone();
    whole.number = Some(before.number.as_str().to_owned());
    whole.serial = Some(before.identifier.serial().as_str().to_owned());
    let admitted = admit_ending(&whole, catalogue, today, end);
    let mut defects = differing(request, before, following);
    let succession = match following {
        Following::Change => Ok(Succession::Supersedes(Ground::Change)),
        Following::Correction => Ok(Succession::Supersedes(Ground::Correction)),
        Following::Restoration => Ok(Succession::Restores),
        Following::Renewal { asked } => {
            renewed(request, before, asked, catalogue).map(Succession::Supersedes)
        }
    };
    let succession = succession
        .map_err(|defect| defects.push(defect))
        .ok()
        .filter(|_| defects.is_empty());
    match (admitted, succession) {
        (Ok(admitted), Some(succession)) => Ok((admitted, succession)),
        (Ok(_), None) => Err(NotAdmitted(defects)),
        (Err(NotAdmitted(others)), _) => {
            defects.extend(others);
            Err(NotAdmitted(defects))
        }
    }
}

/// What a version may not change: it is still the same licence (D17, R12). Only a correction may
/// give the holder another code, since the code may be what was wrong.
fn differing(request: &IssueRequest, before: &Before, following: Following) -> Vec<Defect> {
    let same = |given: Option<&str>, kept: &str| given.is_none_or(|given| given == kept);
    let holder = &request.holder;
    let serial = before.identifier.serial().as_str();
    let checked = BTreeMap::from([
        ("type", request.licence_type == before.licence_type.as_str()),
        (
            "number",
            same(request.number.as_deref(), before.number.as_str()),
        ),
        ("serial", same(request.serial.as_deref(), serial)),
        ("holder.kind", holder.kind == before.holder.kind),
        (
            "holder.code",
            following == Following::Correction || holder.code == before.holder.code,
        ),
    ]);
    let differing = checked.into_iter().filter(|(_, same)| !same);
    differing
        .map(|(place, _)| Defect {
            place: place.to_owned(),
            fault: Fault::OtherLicence,
        })
        .collect()
}

/// 延续: inside the window, or late where the matter allows it; it begins when the old one ends. Days
/// and matter that cannot be read are defects of the request already.
fn renewed(
    request: &IssueRequest,
    before: &Before,
    asked: Date,
    catalogue: &Catalogue,
) -> Result<Ground, Defect> {
    let at = |place: &str, fault: Fault| Defect {
        place: place.to_owned(),
        fault,
    };
    let decided = parse_date(&request.decision.decided_on);
    let decided = decided.ok_or_else(|| at("decision.decided_on", Fault::Date))?;
    if asked > decided {
        return Err(at("asked_on", Fault::DecisionDay));
    }
    let kind = catalogue
        .licence_type(&before.licence_type)
        .ok_or_else(|| at("type", Fault::OtherLicence))?;
    let late = MatterCode::parse(&request.matter)
        .ok()
        .and_then(|matter| catalogue.matter_on(&matter, decided))
        .map(|matter| matter.terms.late_renewal)
        .unwrap_or_default();
    let Renewal { ground, first } = RenewalWindow::of(kind, &before.validity)
        .and_then(|window| window.renew((asked, decided), late))
        .map_err(|refused| at("asked_on", refused.into()))?;
    if parse_date(&request.valid_from) == Some(first) {
        Ok(ground)
    } else {
        Err(at("valid_from", Fault::RenewalDay { first }))
    }
}
