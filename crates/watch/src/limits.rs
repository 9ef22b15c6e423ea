//! The limits of a seal: which hold, what waits, another person's word.

use backoffice::office::Office;
use backoffice::said::moment;
use catalogue::key::SealCode;
use issuance::Asker;
use registry::regions::Spoken;
use releasing::{LimitWord, Limits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{Refused, apart, deny, person, seen};

/// How often a seal is released, at most.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsBody {
    /// Releases by hand in any 24 hours.
    per_day: u32,
    /// The same in any 60 seconds.
    per_minute: u32,
    /// Uses in lists of batches in any 24 hours.
    listed_per_day: u32,
}

impl LimitsBody {
    fn of(limits: Limits) -> Self {
        Self {
            per_day: limits.per_day,
            per_minute: limits.per_minute,
            listed_per_day: limits.listed_per_day,
        }
    }

    fn limits(self) -> Option<Limits> {
        let limits = Limits {
            per_day: self.per_day,
            per_minute: self.per_minute,
            listed_per_day: self.listed_per_day,
        };
        Some(limits).filter(Limits::are_lawful)
    }
}

/// What waits for a second person.
#[derive(Debug, Serialize)]
pub(crate) struct WaitsTold {
    #[serde(flatten)]
    limits: LimitsBody,
    /// Whose word it is.
    person: String,
    /// Until when it waits, RFC 3339.
    until: String,
}

/// The limits of a seal.
#[derive(Debug, Serialize)]
pub(crate) struct LimitsTold {
    seal: String,
    #[serde(flatten)]
    limits: LimitsBody,
    /// The two who gave them; none where the office's usual ones hold.
    people: Vec<String>,
    /// When the second of them did, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    /// What waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitsTold>,
}

pub(crate) async fn limits(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<LimitsTold, Refused> {
    let scope = seen(office, asker, seal).await?;
    let stops = office.registry().stops();
    let own = stops.limits((seal, &scope.holder)).await?;
    let usual = office.registry().usual_limits();
    let limits = own.as_ref().map_or(usual, |own| own.limits);
    let waits = stops.limits_waiting(seal, office.now()).await?;
    Ok(LimitsTold {
        seal: seal.to_string(),
        limits: LimitsBody::of(limits),
        decided: own.as_ref().map(|own| moment(own.decided)),
        people: own.map(|own| own.people).unwrap_or_default(),
        waits: waits.map(|(limits, first)| WaitsTold {
            limits: LimitsBody::of(limits),
            person: first.person.to_string(),
            until: moment(first.until),
        }),
    })
}

/// One person's word; neither of the two may release the seal.
pub(crate) async fn say(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
    body: LimitsBody,
) -> Result<Spoken, Refused> {
    let scope = seen(office, asker, seal).await?;
    let limits = body.limits().ok_or(Refused::Limits)?;
    let on = (seal.as_str(), "release-limits");
    let person = match person(asker) {
        Ok(person) => person,
        Err(refused) => return Err(deny(office, asker, on, refused).await),
    };
    if let Err(refused) = apart(office, asker, seal).await {
        return Err(deny(office, asker, on, refused).await);
    }
    let word = LimitWord {
        seal: seal.clone(),
        department: scope.holder,
        limits,
        person,
        at: backoffice::answers::whole(office.now()),
    };
    Ok(office.registry().stops().say(word).await?)
}
