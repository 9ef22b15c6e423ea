//! Admission: a request becomes an [`Admitted`] or is refused with every defect by its place.
//!
//! Pure (R11, and the powers of R1 and R2 through the catalogue).

use std::collections::{BTreeMap, BTreeSet};

use catalogue::key::{DepartmentKey, FieldName, MatterCode, PersonKey, TypeKey};
use catalogue::{Catalogue, FieldKind, IssuePower, LicenceType, OrganisationCode, Refusal, Rule};
use time::Date;

use crate::field::{FieldError, FieldValue};
use crate::holder::{Holder, HolderCode, ReadHolder};
use crate::identifier::{ReadIdentifier, SerialText};
use crate::number::{LicenceNumber, ReadNumber};
use crate::parts::{self, Part};
use crate::reference::{is_misspelt_case, is_reference};
use crate::request::{DecisionRequest, IssueRequest};
use crate::validity::{Facts, ValidTo, Validity, ValidityError, parse_date, validity};
use crate::versions::RenewalRefused;

/// A licence begins at most this many days after its decision.
const MAX_AHEAD: i64 = 366;
/// No decision of this administration is older.
const FIRST_DAY: Date = time::macros::date!(1949 - 10 - 01);
/// Most restrictions that a decision says were shown.
const MAX_SHOWN: usize = 100;
/// Most defects reported of one request.
const MAX_DEFECTS: usize = 200;

/// A request whose every field satisfies the catalogue. Made by [`admit`] alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    pub(crate) power: IssuePower,
    pub(crate) kind: LicenceType,
    pub(crate) issuer_code: OrganisationCode,
    pub(crate) issuer_name: String,
    pub(crate) holder: Holder,
    pub(crate) fields: BTreeMap<FieldName, FieldValue>,
    pub(crate) validity: Validity,
    case: String,
    decision: Decision,
    number: Option<LicenceNumber>,
    serial: Option<SerialText>,
}

/// A decision, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The number of the decision document.
    pub number: String,
    /// Its day.
    pub decided_on: Date,
    /// The account of the person who decided (R3).
    pub decided_by: PersonKey,
    /// The numbers of the holder's restrictions that this person was shown (R13).
    pub shown: BTreeSet<String>,
}

impl Admitted {
    /// The power under which it is issued: issuer, type, matter and its version.
    #[must_use]
    pub fn power(&self) -> &IssuePower {
        &self.power
    }

    /// The licence type.
    #[must_use]
    pub fn licence_type(&self) -> &LicenceType {
        &self.kind
    }

    /// The issuer's organisation code.
    #[must_use]
    pub fn issuer_code(&self) -> &OrganisationCode {
        &self.issuer_code
    }

    /// The issuer's name.
    #[must_use]
    pub fn issuer_name(&self) -> &str {
        &self.issuer_name
    }

    /// The holder.
    #[must_use]
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The fields that are there, by name.
    #[must_use]
    pub fn fields(&self) -> &BTreeMap<FieldName, FieldValue> {
        &self.fields
    }

    /// First and last day.
    #[must_use]
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// The case.
    #[must_use]
    pub fn case(&self) -> &str {
        &self.case
    }

    /// The decision.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The licence number, if the request brought one.
    #[must_use]
    pub fn number(&self) -> Option<&LicenceNumber> {
        self.number.as_ref()
    }

    /// The serial, if the request brought one.
    #[must_use]
    pub fn serial(&self) -> Option<&SerialText> {
        self.serial.as_ref()
    }
}

/// The request is refused, with every defect found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} defects in the request", .0.len())]
pub struct NotAdmitted(pub Vec<Defect>);

/// One defect of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Defect {
    /// The member: `fields.uscc`, `valid_to`.
    pub place: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a member of a request. No message repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The catalogue says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A key that is not one.
    #[error("not a key of its kind")]
    Key,
    /// A required field is missing.
    #[error("a required field is missing")]
    FieldMissing,
    /// The type has no such field.
    #[error("the type has no such field")]
    FieldUnknown,
    /// A field's value is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A part of a composite licence lacks type, number or end, or is of a type that is no part.
    #[error("not a part of this licence")]
    Part,
    /// The holder is wrong.
    #[error(transparent)]
    Holder(#[from] ReadHolder),
    /// A field that repeats the holder's name or code says something else.
    #[error("differs from the holder")]
    HolderDiffers,
    /// The licence number is wrong.
    #[error(transparent)]
    Number(#[from] ReadNumber),
    /// The serial is wrong.
    #[error(transparent)]
    Serial(#[from] ReadIdentifier),
    /// A date that is not one.
    #[error("not a date")]
    Date,
    /// The decision lies in the future, or before the administration's first day.
    #[error("a decision of that day is impossible")]
    DecisionDay,
    /// The licence begins before its decision, or more than a year after it.
    #[error("a licence begins on the day of its decision or within a year after it")]
    FirstDay,
    /// The end is wrong.
    #[error(transparent)]
    Validity(#[from] ValidityError),
    /// A case or decision number that is not one.
    #[error("not a reference of 1 to 64 characters")]
    Reference,
    /// A further version is of the same licence.
    #[error("differs from the licence whose version it is")]
    OtherLicence,
    /// The renewal is refused.
    #[error(transparent)]
    Renewal(#[from] RenewalRefused),
    /// A renewed version begins when the old one ends.
    #[error("the renewed version begins on {first}")]
    RenewalDay {
        /// Its first day.
        first: Date,
    },
}

impl Fault {
    /// The stable code, such as `licence.field-missing`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Key => "licence.key",
            Self::FieldMissing => "licence.field-missing",
            Self::FieldUnknown => "licence.field-unknown",
            Self::Field(error) => error.code(),
            Self::Part => "licence.part",
            Self::Holder(error) => error.code(),
            Self::HolderDiffers => "licence.holder-differs",
            Self::Number(ReadNumber::CitizenNumber) => "licence.number-is-citizen-number",
            Self::Number(_) => "licence.number",
            Self::Serial(_) => "licence.serial",
            Self::Date => "licence.date",
            Self::DecisionDay => "licence.decision-day",
            Self::FirstDay => "licence.first-day",
            Self::Validity(ValidityError::AgainstRule) => "licence.valid-to-against-rule",
            Self::Validity(ValidityError::EndMissing) => "licence.valid-to-missing",
            Self::Validity(_) => "licence.validity",
            Self::Reference => "licence.reference",
            Self::OtherLicence => "licence.other-licence",
            Self::Renewal(RenewalRefused::TooEarly { .. }) => "licence.renewal-early",
            Self::Renewal(RenewalRefused::TooLate { .. }) => "licence.renewal-late",
            Self::Renewal(RenewalRefused::NotRenewed) => "licence.not-renewed",
            Self::RenewalDay { .. } => "licence.renewal-day",
        }
    }

    /// The rule that asks for what is missing or wrong (domain.md 5).
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Refused(refusal) => refusal.rule(),
            Self::Number(_) | Self::Serial(_) => Rule::R12,
            Self::OtherLicence | Self::Renewal(_) | Self::RenewalDay { .. } => Rule::R10,
            _ => Rule::R11,
        }
    }
}

/// Checks a request against the catalogue on `today`, a civil date in the office's zone.
///
/// # Errors
/// [`NotAdmitted`] with every defect, each with its place and a stable code.
pub fn admit(
    request: &IssueRequest,
    catalogue: &Catalogue,
    today: Date,
) -> Result<Admitted, NotAdmitted> {
    admit_ending(request, catalogue, today, End::ByRule)
}

/// Where the end of a licence comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End<'a> {
    /// The type's rule, from the first day on.
    ByRule,
    /// The version before: a change makes nothing longer.
    Kept(&'a Validity),
    /// The version before, or what the rule would have given it: the end may be what was wrong.
    Corrected(&'a Validity),
}

pub(crate) fn admit_ending(
    request: &IssueRequest,
    catalogue: &Catalogue,
    today: Date,
    end: End<'_>,
) -> Result<Admitted, NotAdmitted> {
    let mut defects = Defects::default();
    let case = defects.case(&request.case);
    let decision = decision(&request.decision, today, &mut defects);
    let from = defects.date("valid_from", &request.valid_from);
    if let (Some(from), Some(decision)) = (from, &decision) {
        let ahead = (from - decision.decided_on).whole_days();
        if !(0..=MAX_AHEAD).contains(&ahead) {
            defects.note("valid_from", Fault::FirstDay);
        }
    }
    let number = defects.optional("number", request.number.as_deref(), LicenceNumber::parse);
    let serial = defects.optional("serial", request.serial.as_deref(), SerialText::parse);
    let power = power(request, catalogue, decision.as_ref(), &mut defects);
    let Some(kind) = defects
        .key::<TypeKey>("type", TypeKey::parse(&request.licence_type).ok())
        .and_then(|key| catalogue.licence_type(&key))
    else {
        return Err(defects.into());
    };
    let holder = holder(request, kind, &mut defects);
    let fields = fields(request, kind, &mut defects);
    if let Some(holder) = &holder {
        same_holder(holder, &fields, &mut defects);
    }
    let parts = parts(kind, &fields, catalogue, &mut defects);
    let validity = from.and_then(|from| {
        let decided = request.valid_to.as_deref().map(ValidTo::parse);
        let facts = Facts {
            decided: decided.as_ref(),
            born_on: holder.as_ref().and_then(|holder| holder.code().born_on()),
            first_issued_on: day_of(&fields, "first_issued_on"),
            parts: &parts,
        };
        defects.keep("valid_to", ending(kind, (from, end), &facts))
    });
    let issuer = power
        .as_ref()
        .and_then(|power| catalogue.department(power.by()));
    let admitted = (|| {
        Some(Admitted {
            issuer_code: issuer?.code,
            issuer_name: issuer?.name_zh.clone(),
            power: power?,
            kind: kind.clone(),
            holder: holder?,
            fields,
            validity: validity?,
            case: case?,
            decision: decision?,
            number: number?,
            serial: serial?,
        })
    })();
    match admitted {
        Some(admitted) if defects.0.is_empty() => Ok(admitted),
        _ => Err(defects.into()),
    }
}

/// A composite licence ends with its first part, whatever the version before said.
fn ending(
    kind: &LicenceType,
    (from, end): (Date, End<'_>),
    facts: &Facts<'_>,
) -> Result<Validity, ValidityError> {
    let kept = match end {
        End::Kept(kept) | End::Corrected(kept) if !kind.composite => kept,
        _ => return validity(&kind.validity, from, facts),
    };
    let to = match (facts.decided, kept.to()) {
        (None, to) => to.clone(),
        (Some(decided), to) if decided == to => to.clone(),
        // The event has happened: now the calendar knows the day.
        (Some(ValidTo::Day(day)), ValidTo::Event(_)) => ValidTo::Day(*day),
        (Some(_), _) if matches!(end, End::Corrected(_)) => {
            let by_rule = validity(&kind.validity, kept.from(), facts)?;
            by_rule.to().clone()
        }
        _ => return Err(ValidityError::AgainstRule),
    };
    Validity::new(from, to).ok_or(ValidityError::Order)
}

#[derive(Debug, Default)]
struct Defects(Vec<Defect>);

impl From<Defects> for NotAdmitted {
    fn from(defects: Defects) -> Self {
        Self(defects.0)
    }
}

impl Defects {
    fn note(&mut self, place: impl Into<String>, fault: impl Into<Fault>) {
        if self.0.len() < MAX_DEFECTS {
            self.0.push(Defect {
                place: place.into(),
                fault: fault.into(),
            });
        }
    }

    fn keep<T, E: Into<Fault>>(
        &mut self,
        place: impl Into<String>,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|fault| self.note(place, fault)).ok()
    }

    fn key<K>(&mut self, place: &str, read: Option<K>) -> Option<K> {
        self.keep(place, read.ok_or(Fault::Key))
    }

    fn date(&mut self, place: &str, text: &str) -> Option<Date> {
        self.keep(place, parse_date(text).ok_or(Fault::Date))
    }

    /// R1, R6: a case that is known by its number is named by that and by nothing that looks like it.
    fn case(&mut self, text: &str) -> Option<String> {
        match is_misspelt_case(text) {
            true => self.keep("case", Err(Fault::Reference)),
            false => self.reference("case", text),
        }
    }

    fn reference(&mut self, place: &str, text: &str) -> Option<String> {
        self.keep(
            place,
            is_reference(text)
                .then(|| text.to_owned())
                .ok_or(Fault::Reference),
        )
    }

    fn shown(&mut self, numbers: &[String]) -> BTreeSet<String> {
        if numbers.len() > MAX_SHOWN {
            self.note("decision.shown", Fault::Reference);
        }
        let numbers = numbers.iter().take(MAX_SHOWN);
        numbers
            .filter_map(|number| self.reference("decision.shown", number))
            .collect()
    }

    /// `Some(None)` when the member is absent.
    fn optional<T, E: Into<Fault>>(
        &mut self,
        place: &str,
        text: Option<&str>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match text {
            Some(text) => self.keep(place, parse(text)).map(Some),
            None => Some(None),
        }
    }
}

fn decision(request: &DecisionRequest, today: Date, defects: &mut Defects) -> Option<Decision> {
    let number = defects.reference("decision.number", &request.number);
    let decided_by = defects.key(
        "decision.decided_by",
        PersonKey::parse(&request.decided_by).ok(),
    );
    let decided_on = defects.date("decision.decided_on", &request.decided_on)?;
    if decided_on > today || decided_on < FIRST_DAY {
        defects.note("decision.decided_on", Fault::DecisionDay);
    }
    let shown = defects.shown(&request.shown);
    Some(Decision {
        shown,
        number: number?,
        decided_on,
        decided_by: decided_by?,
    })
}

/// R1, R2: the power is judged on the day of the decision.
fn power(
    request: &IssueRequest,
    catalogue: &Catalogue,
    decision: Option<&Decision>,
    defects: &mut Defects,
) -> Option<IssuePower> {
    let matter = defects.key("matter", MatterCode::parse(&request.matter).ok());
    let issuer = defects.key("issuer", DepartmentKey::parse(&request.issuer).ok());
    let kind = TypeKey::parse(&request.licence_type).ok();
    let asked = catalogue.may_issue(&issuer?, &kind?, &matter?, decision?.decided_on);
    let place = match &asked {
        Err(Refusal::UnknownType(_)) => "type",
        Err(Refusal::UnknownDepartment(_) | Refusal::NotAnIssuer { .. }) => "issuer",
        _ => "matter",
    };
    defects.keep(place, asked)
}

fn holder(request: &IssueRequest, kind: &LicenceType, defects: &mut Defects) -> Option<Holder> {
    let asked = &request.holder;
    match Holder::parse(kind.holder, &asked.kind, (&asked.name, &asked.code)) {
        Ok(holder) => Some(holder),
        Err(fault) => {
            defects.note(fault.place(), fault);
            None
        }
    }
}

fn fields(
    request: &IssueRequest,
    kind: &LicenceType,
    defects: &mut Defects,
) -> BTreeMap<FieldName, FieldValue> {
    let mut fields = BTreeMap::new();
    for field in &kind.fields {
        let place = || format!("fields.{}", field.name);
        match request.fields.get(field.name.as_str()) {
            Some(value) => {
                if let Some(value) = defects.keep(place(), FieldValue::parse(field.kind, value)) {
                    fields.insert(field.name.clone(), value);
                }
            }
            // R11: required fields are there before sealing.
            None if field.required => defects.note(place(), Fault::FieldMissing),
            None => {}
        }
    }
    for name in request.fields.keys() {
        if kind.field(name).is_none() {
            // Only a lawful name is repeated; anything else could be a value in disguise.
            let place = FieldName::parse(name)
                .map_or_else(|_| "fields".to_owned(), |name| format!("fields.{name}"));
            defects.note(place, Fault::FieldUnknown);
        }
    }
    fields
}

/// Fields that repeat the holder's name and code under the names that types give them.
const NAME_FIELDS: [&str; 5] = ["name", "owner", "holder", "child_name", "project_name"];
const CODE_FIELDS: [&str; 5] = ["uscc", "id_number", "owner_id", "holder_id", "project_code"];

/// R8: what is shown and what is signed name one holder.
fn same_holder(holder: &Holder, fields: &BTreeMap<FieldName, FieldValue>, defects: &mut Defects) {
    for name in NAME_FIELDS {
        if let Some(FieldValue::Text(text)) = fields.get(name)
            && text != holder.name()
        {
            defects.note(format!("fields.{name}"), Fault::HolderDiffers);
        }
    }
    for name in CODE_FIELDS {
        let same = match fields.get(name) {
            Some(FieldValue::Text(text)) => text == holder.code().reveal(),
            Some(FieldValue::Organisation(code)) => {
                *holder.code() == HolderCode::Organisation(*code)
            }
            Some(FieldValue::Citizen(number)) => {
                *holder.code() == HolderCode::Citizen(number.clone())
            }
            _ => true,
        };
        if !same {
            defects.note(format!("fields.{name}"), Fault::HolderDiffers);
        }
    }
}

fn day_of(fields: &BTreeMap<FieldName, FieldValue>, name: &str) -> Option<Date> {
    match fields.get(name) {
        Some(FieldValue::Date(day)) => Some(*day),
        _ => None,
    }
}

/// The ends of a composite licence's parts; each part names its type, number and end.
fn parts(
    kind: &LicenceType,
    fields: &BTreeMap<FieldName, FieldValue>,
    catalogue: &Catalogue,
    defects: &mut Defects,
) -> Vec<ValidTo> {
    if !kind.composite {
        return Vec::new();
    }
    let mut ends = Vec::new();
    for field in &kind.fields {
        let Some(FieldValue::List(items)) = fields.get(&field.name) else {
            continue;
        };
        if field.kind != FieldKind::List || field.name.as_str() != parts::FIELD {
            continue;
        }
        let mut seen = BTreeSet::new();
        for (at, item) in items.iter().enumerate() {
            let part = Part::read(item, &kind.key, catalogue);
            match part
                .filter(|part| seen.insert((part.licence_type().clone(), part.number().clone())))
            {
                Some(part) => ends.push(part.to().clone()),
                None => defects.note(format!("fields.components[{at}]"), Fault::Part),
            }
        }
    }
    ends
}
