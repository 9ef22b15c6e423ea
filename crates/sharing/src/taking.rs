//! A use: everything that R15 wants named is read, the case is judged, then the licence of those whom it names; what is
//! shown, its trace, its event and its answer are one fact. A refusal leaves its entry of the trace.

use std::sync::Arc;

use catalogue::Catalogue;
use catalogue::key::DepartmentKey;
use dossier::material::Ground;
use issuance::{Asker, Office, Once};
use licence::HolderCode;
use registry::StoreError;
use registry::asked::{By, Response};
use registry::cases::CaseRecord;
use registry::outbox::Outgoing;
use registry::trace::{Act, Deed};
use registry::uses::{Answered, Denied, HeldVersion, Taken, UseError, Using};
use time::UtcDateTime;

use crate::answer::Telling;
use crate::order::{Stated, UseOrder, read};
use crate::refused::{Defect, Refused};
use crate::rule;

/// The receiver that stands for the holders' side, which is no body of the catalogue: an account of this department, such
/// as that of the citizens' portal, subscribes for it.
pub const HOLDERS: &str = "HOLDERS";

/// What became of a use that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The answer.
    Told(Response),
    /// Refused, with every reason that was found; nothing was looked at.
    Refused(Vec<Defect>),
    /// There is no such licence of those whom the case names: another's, or none (T-P3).
    Hidden,
}

/// Uses a licence under a stated purpose.
///
/// # Errors
/// `KeyReused`, `Running`; the store. A refusal is an outcome, and stands in the trace.
pub async fn take(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &UseOrder,
) -> Result<Outcome, UseError> {
    let now = office.now();
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let catalogue = Arc::clone(&office.desk().catalogue);
    let by = asker.by(now);
    let refusing = Refusing {
        department: asker.department.clone(),
        by: by.clone(),
    };
    let stated = match read(order, asker, &catalogue) {
        Ok(stated) => stated,
        Err(missing) => return refusing.at_once(office, &missing).await,
    };
    let callers = office.registry.callers();
    let person = callers.person(&stated.person).await?;
    if person.is_some_and(|person| person.ended.is_some()) {
        return refusing.at_once(office, &[Refused::PersonEnded]).await;
    }
    let judging = Arc::new(Judging {
        stated,
        catalogue,
        refusing,
        now,
    });
    let (first, second) = (Arc::clone(&judging), Arc::clone(&judging));
    let using = Using {
        asked: asker.asked(once),
        department: asker.department.clone(),
        case: judging.stated.case.clone(),
        wanted: judging.stated.wanted.clone(),
        by,
        admit: Box::new(move |case| first.admitted(case)),
        judge: Box::new(move |case, id, held| second.judged(case, id, held)),
    };
    match office.registry.uses().take(using).await? {
        Taken::Answered(response) => {
            office.push.notify_one();
            Ok(Outcome::Told(response))
        }
        Taken::Denied(denied) => Ok(outcome(denied)),
    }
}

fn outcome(denied: Denied) -> Outcome {
    if denied.code == Refused::NotHere.code() {
        return Outcome::Hidden;
    }
    Outcome::Refused(vec![Defect {
        at: denied.at,
        code: denied.code,
        text: denied.text,
        rule: denied.rule,
    }])
}

/// Whose refusal it is.
#[derive(Debug, Clone)]
pub(crate) struct Refusing {
    pub(crate) department: DepartmentKey,
    pub(crate) by: By,
}

impl Refusing {
    /// Before anything is looked at.
    async fn at_once(&self, office: &Office, why: &[Refused]) -> Result<Outcome, UseError> {
        let first = why.first().map_or("use.refused", Refused::code);
        let all: Vec<&str> = why.iter().map(Refused::code).collect();
        let act = self.entry(("uses", first), vec![("defects", all.join(" "))]);
        office.registry.trace().record(act).await?;
        Ok(Outcome::Refused(why.iter().map(Defect::from).collect()))
    }

    fn entry(&self, (object, ground): (&str, &str), detail: Vec<(&'static str, String)>) -> Act {
        Act {
            department: self.department.clone(),
            by: self.by.clone(),
            deed: Deed::Deny,
            object: object.to_owned(),
            ground: ground.to_owned(),
            detail,
            key: None,
        }
    }

    /// A refusal with its entry of the trace: nothing in it is personal (T-L6).
    pub(crate) fn denied(
        &self,
        object: &str,
        why: &Refused,
        detail: Vec<(&'static str, String)>,
    ) -> Denied {
        let defect = Defect::from(why);
        Denied {
            act: Box::new(self.entry((object, defect.code), detail)),
            at: defect.at,
            code: defect.code,
            text: defect.text,
            rule: defect.rule,
        }
    }
}

/// What a use is judged with, handed into its transaction.
#[derive(Debug)]
pub(crate) struct Judging {
    pub(crate) stated: Stated,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) refusing: Refusing,
    pub(crate) now: UtcDateTime,
}

impl Judging {
    pub(crate) fn denied(&self, why: &Refused) -> Denied {
        let stated = &self.stated;
        let mut detail = vec![
            ("matter", stated.matter.to_string()),
            ("type", stated.wanted.kind.to_string()),
            ("person", stated.person.to_string()),
        ];
        let identifier = stated.wanted.identifier.as_ref();
        detail.extend(identifier.map(|identifier| ("licence", identifier.to_string())));
        self.refusing.denied(stated.case.as_str(), why, detail)
    }

    pub(crate) fn needed(&self) -> Result<rule::Needed<'_>, Refused> {
        rule::needed(&self.catalogue, &self.stated, self.now)
    }

    /// Those whose licences may be looked for.
    pub(crate) fn admitted(&self, case: Option<&CaseRecord>) -> Result<Vec<HolderCode>, Denied> {
        let people = || {
            let needed = self.needed()?;
            let by = &self.refusing.department;
            let dossier = rule::open_case(case, by, needed.matter)?;
            let what = (&self.stated, &needed);
            rule::fields(dossier, what)?;
            rule::people(dossier, what, by)
        };
        people().map_err(|why| self.denied(&why))
    }

    fn judged(
        &self,
        case: Option<&CaseRecord>,
        id: &str,
        held: Option<&HeldVersion>,
    ) -> Result<Answered, Denied> {
        let told = || {
            let held = held.ok_or(Refused::NotHere)?;
            let needed = self.needed()?;
            let by = &self.refusing.department;
            let dossier = rule::open_case(case, by, needed.matter)?;
            let fields = rule::fields(dossier, (&self.stated, &needed))?;
            let what = (&self.stated, needed);
            // What cannot be read is not shown, and not told apart.
            let telling = Telling::of(what, held, &fields, self.now);
            let answered = telling.and_then(|telling| self.answered(id, &telling));
            answered.map_err(|_| Refused::NotHere)
        };
        told().map_err(|why| self.denied(&why))
    }

    fn answered(&self, id: &str, telling: &Telling<'_>) -> Result<Answered, StoreError> {
        let by = &self.refusing.department;
        let record = &telling.held.record;
        let own = (record.department != *by).then(|| record.department.to_string());
        let receivers = own.into_iter().chain([HOLDERS.to_owned()]);
        Ok(Answered {
            what: telling.kept(),
            act: self.entry(id, telling),
            events: vec![Outgoing {
                kind: "licence.used".to_owned(),
                receivers: receivers.collect(),
                payload: telling.event(id, by)?,
            }],
            response: telling.answer(id)?,
        })
    }

    /// R15: who used whose licence, for which case, on which ground; the words of the purpose stand in the use alone.
    fn entry(&self, id: &str, telling: &Telling<'_>) -> Act {
        let stated = &self.stated;
        let (ground, consent) = match &stated.ground {
            Ground::Consent(number) => ("consent", number.to_string()),
            Ground::Law(_) => ("law", String::new()),
        };
        Act {
            department: self.refusing.department.clone(),
            by: self.refusing.by.clone(),
            deed: Deed::Look,
            object: telling.held.record.identifier.to_string(),
            ground: ground.to_owned(),
            detail: vec![
                ("use", id.to_owned()),
                ("case", stated.case.to_string()),
                ("matter", stated.matter.to_string()),
                ("material", telling.needed.material.number.to_string()),
                ("consent", consent),
                ("person", stated.person.to_string()),
                ("state", telling.state().to_owned()),
                ("fields", telling.names().join(" ")),
                ("facts", telling.facts().join(", ")),
            ],
            key: None,
        }
    }
}
