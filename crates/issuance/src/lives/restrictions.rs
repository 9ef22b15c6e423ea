//! Restrictions of holders (联合惩戒): brought by the bodies that impose them, shown before a decision, blocking only as
//! listed (R13). Looking at them is an act (R15).

use catalogue::{Days, HolderKind};
use licence::restriction::{Effect, Reach, ReadRestriction, Restriction, standing};
use licence::{Holder, HolderCode};
use registry::StoreError;
use registry::restrictions::{ImposeRefused, Imposed};
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::Date;

use crate::asker::Asker;
use crate::office::Office;
use crate::said::moment;

/// Why nothing was imposed, lifted or shown.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RestrictionError {
    /// The holder's code is none.
    #[error("the holder's code is none")]
    Holder,
    /// It ends before it begins.
    #[error("the restriction ends before it begins")]
    Days,
    /// The effect is none of the list.
    #[error("the effect is none of the list")]
    Effect,
    /// A text of it is none.
    #[error(transparent)]
    Text(#[from] ReadRestriction),
    /// The registry refuses.
    #[error("the registry refuses")]
    Refused(#[from] ImposeRefused),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// A restriction, as it is brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its number.
    pub number: String,
    /// `person`, `org` or `project`, and the holder's code.
    pub holder: (String, String),
    /// Why, with its legal basis.
    pub ground: String,
    /// Who imposed it.
    pub source: String,
    /// `shown_only`, `blocks_grant`, `blocks_commitment` or `blocks_renewal`.
    pub effect: String,
    /// What the effect reaches.
    pub reach: Reach,
    /// The first day.
    pub from: Date,
    /// The last day, where there is one.
    pub to: Option<Date>,
}

/// A restriction, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestrictionTold {
    /// Its number.
    pub number: String,
    /// The holder's code, starred for persons.
    pub holder: String,
    /// Why, with its legal basis.
    pub ground: String,
    /// Who imposed it.
    pub source: String,
    /// What it does.
    pub effect: Effect,
    /// The first day, `YYYY-MM-DD`.
    pub from: String,
    /// The last day, where there is one.
    pub to: Option<String>,
    /// When it was recorded, RFC 3339.
    pub recorded: String,
    /// When it was lifted, RFC 3339.
    pub lifted: Option<String>,
}

impl RestrictionTold {
    fn of(imposed: &Imposed) -> Self {
        let restriction = &imposed.restriction;
        let day = crate::lives::change::day;
        Self {
            number: restriction.number.clone(),
            holder: imposed.holder_masked.clone(),
            ground: restriction.ground.clone(),
            source: restriction.source.clone(),
            effect: restriction.effect.clone(),
            from: day(restriction.days.first()),
            to: restriction.days.last().map(day),
            recorded: moment(imposed.recorded),
            lifted: imposed.lifted.map(moment),
        }
    }
}

fn holder((kind, code): (&str, &str)) -> Result<HolderCode, RestrictionError> {
    let lawful = match kind {
        "project" => HolderKind::Project,
        _ => HolderKind::PersonOrOrganisation,
    };
    // The name is not asked for: the code alone finds a holder.
    Holder::parse(lawful, kind, ("holder", code))
        .map(|holder| holder.code().clone())
        .map_err(|_| RestrictionError::Holder)
}

/// Records a restriction, brought by the asker's department.
///
/// # Errors
/// [`RestrictionError`]; `Taken` for another one under the same number.
pub async fn impose(
    office: &Office,
    asker: &Asker,
    brought: &Brought,
) -> Result<RestrictionTold, RestrictionError> {
    let (kind, code) = &brought.holder;
    let holder = holder((kind, code))?;
    let restriction = Restriction {
        number: brought.number.clone(),
        ground: brought.ground.clone(),
        source: brought.source.clone(),
        effect: Effect::find(&brought.effect, brought.reach.clone())
            .ok_or(RestrictionError::Effect)?,
        days: Days::new(brought.from, brought.to).ok_or(RestrictionError::Days)?,
    };
    restriction.inspect()?;
    let by = asker.by(office.clock.now());
    let restrictions = office.registry.restrictions();
    let department = asker.department.clone();
    restrictions
        .impose(department, &holder, restriction, by)
        .await?;
    find(office, asker, &brought.number).await
}

/// Lifts a restriction that the asker's department brought, from now on.
///
/// # Errors
/// [`RestrictionError`].
pub async fn lift(
    office: &Office,
    asker: &Asker,
    number: &str,
) -> Result<RestrictionTold, RestrictionError> {
    let by = asker.by(office.clock.now());
    let restrictions = office.registry.restrictions();
    restrictions
        .lift(asker.department.clone(), number, by)
        .await?;
    find(office, asker, number).await
}

async fn find(
    office: &Office,
    asker: &Asker,
    number: &str,
) -> Result<RestrictionTold, RestrictionError> {
    let restrictions = office.registry.restrictions();
    let imposed = restrictions.find(&asker.department, number).await?;
    let imposed = imposed.ok_or(ImposeRefused::Unknown)?;
    Ok(RestrictionTold::of(&imposed))
}

/// What an approver is shown of a holder before a decision on `on`; the look stands in the trace.
///
/// # Errors
/// [`RestrictionError`].
pub async fn show(
    office: &Office,
    asker: &Asker,
    (kind, code): (&str, &str),
    on: Option<Date>,
) -> Result<Vec<RestrictionTold>, RestrictionError> {
    let holder = holder((kind, code))?;
    let now = office.clock.now();
    let on = on.unwrap_or_else(|| office.settings.zone.date_at(now));
    let imposed = office.registry.restrictions().of(&holder).await?;
    let shown: Vec<RestrictionTold> = imposed
        .iter()
        .filter(|imposed| imposed.restriction.days.contains(on))
        .map(RestrictionTold::of)
        .collect();
    let numbers: Vec<&str> = shown.iter().map(|told| told.number.as_str()).collect();
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(now),
        deed: Deed::Look,
        object: "restrictions".to_owned(),
        ground: "R13".to_owned(),
        detail: vec![("shown", numbers.join(" "))],
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(shown)
}

/// Everything that was imposed on a holder and is not lifted; which of it stands on a day says
/// [`licence::restriction::standing`].
///
/// # Errors
/// The store.
pub async fn of(office: &Office, holder: &HolderCode) -> Result<Vec<Restriction>, StoreError> {
    let imposed = office.registry.restrictions().of(holder).await?;
    Ok(listed(&imposed))
}

/// What a releaser is told of the restrictions on the holder of what waits: their numbers, on the day.
pub(crate) fn numbers(imposed: &[Imposed], on: Date) -> Vec<String> {
    let all = listed(imposed);
    standing(&all, on)
        .map(|restriction| restriction.number.clone())
        .collect()
}

/// The restrictions alone.
pub(crate) fn listed(imposed: &[Imposed]) -> Vec<Restriction> {
    imposed
        .iter()
        .map(|imposed| imposed.restriction.clone())
        .collect()
}
