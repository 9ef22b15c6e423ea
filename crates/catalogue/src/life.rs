//! The lives of matters and of delegations as data (domain.md 4.5), and the conditions of their
//! steps. Pure: a step is judged on a day and returns the life after it.

use time::Date;

use crate::asking::is_nameless;
use crate::department::Duty;
use crate::holdings::Catalogue;
use crate::key::{DepartmentKey, PersonKey};
use crate::matter::{Matter, MatterStatus, Means};
use crate::refusal::Rule;

pub use crate::lending::{
    DELEGATION_STEPS, DelegationActor, DelegationEvent, DelegationRefused, DelegationState,
    DelegationStep,
};

/// What may happen to a version of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatterEvent {
    /// The body that wrote it asks for publication.
    Submit,
    /// The catalogue's administration publishes it.
    Publish,
    /// Stopped for a time.
    Suspend,
    /// The stop is lifted.
    Resume,
    /// Ended.
    Abolish,
}

impl MatterEvent {
    /// Every event.
    pub const ALL: [Self; 5] = [
        Self::Submit,
        Self::Publish,
        Self::Suspend,
        Self::Resume,
        Self::Abolish,
    ];

    /// The stable code, such as `publish`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Publish => "publish",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Abolish => "abolish",
        }
    }
}

/// Who causes a step of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatterActor {
    /// The body that decides the matter, or its industry authority.
    ApplyingBody,
    /// The administration of the catalogue (政务服务管理部门), never the applying body.
    CatalogueOwner,
}

/// A row of a matter's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatterStep {
    /// From this status.
    pub from: MatterStatus,
    /// By this.
    pub event: MatterEvent,
    /// To this status.
    pub to: MatterStatus,
    /// Who causes it.
    pub actor: MatterActor,
    /// On what condition.
    pub condition: &'static str,
}

/// domain.md 4.5: `draft → submitted → published → suspended ↔ published → abolished`. What is not
/// here is refused (R10).
pub const MATTER_STEPS: &[MatterStep] = {
    use MatterActor::{ApplyingBody, CatalogueOwner};
    use MatterEvent::{Abolish, Publish, Resume, Submit, Suspend};
    use MatterStatus::{Abolished, Draft, Published, Submitted, Suspended};
    &[
        step(
            Draft,
            Submit,
            Submitted,
            ApplyingBody,
            "written by the body itself",
        ),
        step(
            Submitted,
            Publish,
            Published,
            CatalogueOwner,
            "another body and another person than wrote it; nothing lacks its legal basis",
        ),
        step(Published, Suspend, Suspended, CatalogueOwner, "legal basis"),
        step(Suspended, Resume, Published, CatalogueOwner, "legal basis"),
        step(Published, Abolish, Abolished, CatalogueOwner, "legal basis"),
    ]
};

const fn step(
    from: MatterStatus,
    event: MatterEvent,
    to: MatterStatus,
    actor: MatterActor,
    condition: &'static str,
) -> MatterStep {
    MatterStep {
        from,
        event,
        to,
        actor,
        condition,
    }
}

impl MatterStep {
    /// The row for an event in a status, if there is one.
    #[must_use]
    pub fn find(from: MatterStatus, event: MatterEvent) -> Option<&'static Self> {
        MATTER_STEPS
            .iter()
            .find(|row| row.from == from && row.event == event)
    }
}

/// Somebody's act on a version of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterAct {
    /// What they do.
    pub event: MatterEvent,
    /// Their department.
    pub by: DepartmentKey,
    /// Who they are.
    pub person: PersonKey,
    /// The day from which it holds.
    pub on: Date,
    /// What it rests on; needed to suspend, resume and abolish.
    pub legal_basis: String,
}

/// The life of one version of a matter so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterLife {
    status: MatterStatus,
    since: Date,
    written_by: Option<(DepartmentKey, PersonKey)>,
    submitted_by: Option<PersonKey>,
}

/// What a version lacks for publication.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lack {
    /// The matter itself rests on no law.
    #[error("the matter names no legal basis")]
    LegalBasis,
    /// The seal on its results rests on no law.
    #[error("the seal on its results has no legal basis")]
    SealBasis,
    /// A material without legal basis.
    #[error("material {number} has no legal basis")]
    MaterialBasis {
        /// Its place in the list.
        number: u16,
    },
    /// A material named 其他材料 or the like.
    #[error("material {number} has no name of its own")]
    Nameless {
        /// Its place in the list.
        number: u16,
    },
    /// A material on the list of cancelled documents.
    #[error("material {number} was cancelled and cannot be asked for")]
    Cancelled {
        /// Its place in the list.
        number: u16,
    },
}

impl Lack {
    /// The rule that asks for it.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::LegalBasis | Self::SealBasis => Rule::R1,
            Self::MaterialBasis { .. } | Self::Nameless { .. } | Self::Cancelled { .. } => {
                Rule::R14
            }
        }
    }
}

/// Why a step of a matter is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatterRefused {
    /// The table has no such row.
    #[error("{} is not listed for a matter that is {}", event.code(), status.code())]
    NotListed {
        /// Its status.
        status: MatterStatus,
        /// The event asked for.
        event: MatterEvent,
    },
    /// The body neither decides nor supervises the matter.
    #[error("{0} does not apply for this matter")]
    NotTheApplyingBody(DepartmentKey),
    /// The body does not administer a catalogue for that region.
    #[error("{0} does not administer the catalogue there")]
    NotTheOwner(DepartmentKey),
    /// The body that wrote or decides it would publish it itself.
    #[error("the applying body cannot publish its own matter")]
    OwnMatter,
    /// The person who wrote or submitted it would publish it.
    #[error("whoever wrote or submitted it does not publish it")]
    SamePerson,
    /// It would hold from before the step before.
    #[error("the step lies before the last one")]
    OutOfOrder,
    /// No legal basis is named.
    #[error("the act names no legal basis")]
    NoBasis,
    /// It cannot be published as it is.
    #[error("{} things are lacking", .0.len())]
    Lacking(Vec<Lack>),
}

impl MatterRefused {
    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::OwnMatter | Self::SamePerson => Rule::R3,
            Self::NotTheApplyingBody(_) | Self::NotTheOwner(_) => Rule::R1,
            Self::Lacking(lacks) => lacks.first().map_or(Rule::R1, Lack::rule),
            Self::NotListed { .. } | Self::OutOfOrder | Self::NoBasis => Rule::R10,
        }
    }

    /// The stable code, such as `matter.transition-not-listed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed { .. } => "matter.transition-not-listed",
            Self::NotTheApplyingBody(_) => "matter.not-the-applying-body",
            Self::NotTheOwner(_) => "matter.not-the-catalogue-owner",
            Self::OwnMatter => "matter.own-matter",
            Self::SamePerson => "matter.same-person",
            Self::OutOfOrder => "matter.event-out-of-order",
            Self::NoBasis => "matter.no-legal-basis",
            Self::Lacking(_) => "matter.lacking",
        }
    }
}

impl MatterLife {
    /// A draft, written by a person of a department on a day.
    #[must_use]
    pub fn draft(by: DepartmentKey, person: PersonKey, on: Date) -> Self {
        Self {
            status: MatterStatus::Draft,
            since: on,
            written_by: Some((by, person)),
            submitted_by: None,
        }
    }

    /// A version that came with an imported file: nobody's draft, and what the file says it is.
    #[must_use]
    pub fn imported(matter: &Matter) -> Self {
        let begun = matter.status_from.or(matter.valid_from);
        Self {
            status: matter.status,
            since: begun.unwrap_or(Date::MIN),
            written_by: None,
            submitted_by: None,
        }
    }

    /// The same version with what is remembered of it: who wrote it, who submitted it, and the day
    /// of the last step.
    #[must_use]
    pub fn remembered(
        self,
        written_by: (DepartmentKey, PersonKey),
        submitted_by: Option<PersonKey>,
        since: Date,
    ) -> Self {
        Self {
            status: self.status,
            since: self.since.max(since),
            written_by: Some(written_by),
            submitted_by,
        }
    }

    /// The body and the person that wrote it, where it was written here.
    #[must_use]
    pub fn written_by(&self) -> Option<&(DepartmentKey, PersonKey)> {
        self.written_by.as_ref()
    }

    /// Whether a body may write it anew: its own draft, and nothing else.
    #[must_use]
    pub fn may_be_rewritten_by(&self, body: &DepartmentKey) -> bool {
        self.status == MatterStatus::Draft && self.is_writer(body)
    }

    /// What it is now.
    #[must_use]
    pub fn status(&self) -> MatterStatus {
        self.status
    }

    /// Since which day.
    #[must_use]
    pub fn since(&self) -> Date {
        self.since
    }

    /// The life of `matter` after `act`, or why the act is refused. Has no effects.
    ///
    /// # Errors
    /// [`MatterRefused`]; `NotListed` when the table has no row (R10), otherwise the condition of
    /// the row that does not hold.
    pub fn step(
        &self,
        act: &MatterAct,
        matter: &Matter,
        catalogue: &Catalogue,
    ) -> Result<Self, MatterRefused> {
        let Some(row) = MatterStep::find(self.status, act.event) else {
            return Err(MatterRefused::NotListed {
                status: self.status,
                event: act.event,
            });
        };
        if act.on < self.since {
            return Err(MatterRefused::OutOfOrder);
        }
        let applies = act.by == matter.exercised_by || act.by == matter.industry_authority;
        match row.actor {
            MatterActor::ApplyingBody if !applies || !self.is_writer(&act.by) => {
                return Err(MatterRefused::NotTheApplyingBody(act.by.clone()));
            }
            MatterActor::CatalogueOwner => self.owned(act, matter, (catalogue, applies))?,
            MatterActor::ApplyingBody => {}
        }
        match act.event {
            MatterEvent::Publish => {
                let lacks = catalogue.lacks(matter, act.on);
                if !lacks.is_empty() {
                    return Err(MatterRefused::Lacking(lacks));
                }
            }
            MatterEvent::Suspend | MatterEvent::Resume | MatterEvent::Abolish => {
                if act.legal_basis.trim().is_empty() {
                    return Err(MatterRefused::NoBasis);
                }
            }
            MatterEvent::Submit => {}
        }
        let mut next = self.clone();
        next.status = row.to;
        next.since = act.on;
        if act.event == MatterEvent::Submit {
            next.submitted_by = Some(act.person.clone());
        }
        Ok(next)
    }

    fn is_writer(&self, body: &DepartmentKey) -> bool {
        self.written_by().is_none_or(|(writer, _)| writer == body)
    }

    /// R3, domain.md 3: the catalogue administrator never writes a matter and publishes it alone.
    fn owned(
        &self,
        act: &MatterAct,
        matter: &Matter,
        (catalogue, applies): (&Catalogue, bool),
    ) -> Result<(), MatterRefused> {
        if act.event == MatterEvent::Publish {
            let (body, person) = self.written_by().map(|(b, p)| (b, p)).unzip();
            if applies || Some(&act.by) == body {
                return Err(MatterRefused::OwnMatter);
            }
            if Some(&act.person) == person || Some(&act.person) == self.submitted_by.as_ref() {
                return Err(MatterRefused::SamePerson);
            }
        }
        let owns = catalogue.department(&act.by).is_some_and(|owner| {
            owner.has(Duty::CatalogueOwner)
                && catalogue
                    .department(&matter.exercised_by)
                    .is_some_and(|body| owner.covers(body))
        });
        if owns {
            Ok(())
        } else {
            Err(MatterRefused::NotTheOwner(act.by.clone()))
        }
    }
}

impl Catalogue {
    /// What a version of a matter lacks for publication on `day`: each material, the seal on its
    /// results and the matter itself need a legal basis, each material a name of its own, and
    /// cancelled documents are not asked for.
    #[must_use]
    pub fn lacks(&self, matter: &Matter, day: Date) -> Vec<Lack> {
        let missing = |basis: Option<&str>| basis.is_none_or(|text| text.trim().is_empty());
        let mut lacks = Vec::new();
        if missing(matter.legal_basis.first().map(String::as_str)) {
            lacks.push(Lack::LegalBasis);
        }
        if missing(matter.seal_basis.as_deref()) {
            lacks.push(Lack::SealBasis);
        }
        for material in &matter.materials {
            let number = material.number;
            if is_nameless(&material.name_zh) {
                lacks.push(Lack::Nameless { number });
            }
            if material.means == Means::Cancelled {
                continue;
            }
            if self.is_cancelled(&material.name_zh, day) {
                lacks.push(Lack::Cancelled { number });
            }
            if missing(material.legal_basis.as_deref()) {
                lacks.push(Lack::MaterialBasis { number });
            }
        }
        lacks
    }
}
