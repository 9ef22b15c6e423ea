//! What the trace says of an event (R25): no name and no number of a person.

use catalogue::key::{DepartmentKey, MatterCode};
use dossier::event::{CaseEvent, Happening};
use dossier::material::Ground;
use dossier::{CaseFile, Effect, Fate};
use registry::asked::By;
use registry::trace::{Act, Deed};

/// Who writes the entry, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) department: &'a DepartmentKey,
    pub(crate) by: &'a By,
}

impl Writer<'_> {
    fn entry(
        &self,
        deed: Deed,
        (object, ground): (&str, &str),
        detail: Vec<(&'static str, String)>,
    ) -> Act {
        Act {
            department: self.department.clone(),
            by: self.by.clone(),
            deed,
            object: object.to_owned(),
            ground: ground.to_owned(),
            detail,
            key: None,
        }
    }

    /// The entries of what became of an event; none for a repeat, which had no effect.
    pub(crate) fn acts(&self, event: &CaseEvent, fate: &Fate, file: &CaseFile) -> Vec<Act> {
        let case = event.case.as_str();
        let mut detail = told(event);
        match fate {
            Fate::Repeated => Vec::new(),
            Fate::Parked { waits_for } => {
                detail.push(("waits-for", waits_for.to_string()));
                vec![self.entry(Deed::Case, (case, "parked"), detail)]
            }
            Fate::Refused { why, cards } => {
                detail.push(("act", event.what.act().code().to_owned()));
                detail.push(("cards", cards.len().to_string()));
                vec![self.entry(Deed::Deny, (case, why.code()), detail)]
            }
            Fate::Applied(effects) => {
                if let Some(dossier) = file.dossier() {
                    detail.push(("state", dossier.state().code().to_owned()));
                }
                let ground = event.what.act().code();
                let mut acts = vec![self.entry(Deed::Case, (case, ground), detail)];
                let matter = file.dossier().map(|dossier| &dossier.terms().matter);
                let used = |effect| self.used(event, effect, matter);
                acts.extend(effects.iter().filter_map(used));
                acts
            }
        }
    }

    /// The entry of a refusal before the case itself was asked.
    pub(crate) fn refused(&self, event: &CaseEvent, code: &str) -> Act {
        let mut detail = told(event);
        detail.push(("act", event.what.act().code().to_owned()));
        self.entry(Deed::Deny, (event.case.as_str(), code), detail)
    }

    /// The entry of what time brought.
    pub(crate) fn brought(&self, case: &str, ground: &str, what: String) -> Act {
        self.entry(Deed::Case, (case, ground), vec![("what", what)])
    }

    /// R15: who used another's data, for which case, on which ground.
    fn used(&self, event: &CaseEvent, effect: &Effect, matter: Option<&MatterCode>) -> Option<Act> {
        let Effect::DataUsed(entry) = effect else {
            return None;
        };
        let object = match &entry.licence {
            Some(licence) => licence.to_string(),
            None => entry.case.to_string(),
        };
        let (ground, number) = match &entry.ground {
            Ground::Consent(number) => ("consent", number.to_string()),
            Ground::Law(_) => ("law", String::new()),
        };
        let mut detail = vec![
            ("case", entry.case.to_string()),
            ("event", event.id.to_string()),
            ("material", entry.material.to_string()),
            ("consent", number),
        ];
        detail.extend(matter.map(|matter| ("matter", matter.to_string())));
        // T-L6: as above.
        if !event.actor.role.applies() {
            detail.push(("person", entry.person.to_string()));
        }
        Some(self.entry(Deed::Look, (&object, ground), detail))
    }
}

fn told(event: &CaseEvent) -> Vec<(&'static str, String)> {
    let mut detail = vec![
        ("event", event.id.to_string()),
        ("number", event.number.to_string()),
        ("effective", event.at.unix_timestamp().to_string()),
        ("body", event.actor.body.to_string()),
    ];
    // T-L6: the key of an officer is an account's; an applicant's could be made of a name.
    if !event.actor.role.applies() {
        detail.push(("person", event.actor.person.to_string()));
    }
    if let Happening::Decided(ruled) | Happening::PartDecided { ruled, .. } = &event.what {
        detail.push(("outcome", ruled.outcome.code().to_owned()));
    }
    detail
}
