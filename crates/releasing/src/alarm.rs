//! Alarms: rows that somebody has to look at, each written in the fact that gave rise to it, with its entry of the trace.

use crypto::sha256;
use store::{Link, StoreError};
use trail::asked::By;
use trail::outbox::{self, Outgoing};
use trail::secrets::{Secrets, hex};
use trail::trace::{Act, Deed};

use crate::standing::{About, Use};

const RAISE: &str = "INSERT INTO alarm (id, department, kind, seal, person, moment, cause) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING 1";

/// What an alarm says of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is the first time over a limit.
    First,
    /// They are stopped, or a list was refused.
    Stop,
    /// It was given while the office is closed.
    Night,
    /// It was given after a warning, and stays within.
    AfterWarning,
}

/// What gave rise to an alarm: its kind, of what, which limit, and what of its kind it is: it is raised once.
#[derive(Debug, Clone)]
pub(crate) struct Raised {
    pub(crate) kind: Kind,
    pub(crate) about: About,
    pub(crate) cause: &'static str,
    pub(crate) once: String,
}

impl Raised {
    /// Keeps it and tells the department; gives what the trace has to say, and nothing where it was raised before.
    pub(crate) async fn raise(
        &self,
        (link, secrets): (&mut Link, &Secrets),
        used: &Use<'_>,
        by: &By,
    ) -> Result<Option<Act>, StoreError> {
        let id = self.id(used);
        let values = [
            id.as_str().into(),
            used.department.as_str().into(),
            self.name().into(),
            used.seal.as_str().into(),
            used.person.into(),
            by.at.into(),
            self.cause.into(),
        ];
        if link.row(RAISE, &values).await?.is_none() {
            return Ok(None);
        }
        let department = used.department.as_str();
        let payload = format!(
            "{{\"alarm\":\"{id}\",\"kind\":\"{}\",\"seal\":\"{}\",\"department\":\"{department}\"}}",
            self.name(),
            used.seal
        );
        let told = Outgoing {
            kind: "alarm.raised".to_owned(),
            receivers: vec![department.to_owned()],
            payload: payload.into_bytes(),
        };
        outbox::push(link, secrets, (department, &id, 1), &[told], by.at).await?;
        Ok(Some(self.act(used, &id, by)))
    }

    /// The stable name of the kind.
    fn name(&self) -> &'static str {
        match (self.about, self.kind) {
            (_, Kind::Night) => "night-use",
            (_, Kind::AfterWarning) => "use-after-warning",
            (About::Listed, _) => "list-ceiling",
            (About::Seal, Kind::First) => "seal-limit",
            (About::Seal, Kind::Stop) => "seal-stop",
            (About::Person, Kind::First) => "person-limit",
            (About::Person, Kind::Stop) => "person-stop",
        }
    }

    fn id(&self, used: &Use<'_>) -> String {
        let named = format!(
            "{} {} {} {} {}",
            self.name(),
            self.once,
            used.seal,
            used.person,
            self.cause
        );
        let digest = sha256(named.as_bytes());
        hex(digest.get(..16).unwrap_or_default())
    }

    fn act(&self, used: &Use<'_>, id: &str, by: &By) -> Act {
        let (deed, object) = match self.about {
            About::Person => (Deed::Permit, used.person.to_owned()),
            About::Seal | About::Listed => (Deed::Seal, used.seal.to_string()),
        };
        Act {
            department: used.department.clone(),
            by: by.clone(),
            deed,
            object,
            ground: format!("alarm.{}", self.name()),
            detail: vec![
                ("cause", self.cause.to_owned()),
                ("alarm", id.to_owned()),
                ("seal", used.seal.to_string()),
                ("releaser", used.person.to_owned()),
            ],
            key: None,
        }
    }
}
