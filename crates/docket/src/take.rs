//! The way of an event into its case: who sends it, what the register holds, the table of the case, one fact.

use std::collections::BTreeSet;

use catalogue::Rule;
use catalogue::key::DepartmentKey;
use dossier::card::Card;
use dossier::event::{CaseEvent, Filing, Happening};
use dossier::notice::Notice;
use dossier::number::{AccountKey, CaseNumber};
use dossier::package::PackageRefused;
use dossier::person::{Actor, Party};
use dossier::scene::HeldLicence;
use dossier::{CaseFile, Effect, Fate, Refused, TakeRefused, Took};
use licence::Identifier;
use licence::restriction::Restriction;
use registry::StoreError;
use registry::asked::{Asked, By, Response};
use registry::cases::{Held, Judge, Judged, TakeError, Taken, Taking};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;

use crate::act::Writer;
use crate::concern::may_report;
use crate::publicise::notices;
use crate::room::Room;
use crate::tell::{Teller, colour};
use crate::together::is_shared;

/// Most events of one body that wait for the case to be opened.
const MAX_EARLY: usize = 16;

/// Who sends an event.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The request.
    pub asked: Asked,
    /// Its department.
    pub department: DepartmentKey,
    /// Who, when.
    pub by: By,
}

/// What became of an event that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Applied, parked or known already; the answer.
    Taken(Response),
    /// Refused with its reason; nothing of it was applied but the cards it earned.
    Refused(Refusal),
    /// The case does not concern the sender's department: for it there is none (T-P3).
    Hidden,
}

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// In words, without a person's.
    pub text: String,
    /// The rule that refuses, where one does.
    pub rule: Option<&'static str>,
    /// Colours of the cards that it earned.
    pub cards: Vec<&'static str>,
}

/// What is answered to an event.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    case: &'a str,
    event: &'a str,
    #[serde(flatten)]
    fate: FateTold,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// The number of the next event.
    next: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    late: Vec<LateTold<'a>>,
}

/// What became of one event.
#[derive(Debug, Serialize)]
struct FateTold {
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    follows: Vec<String>,
}

/// What became of one that had waited.
#[derive(Debug, Serialize)]
struct LateTold<'a> {
    event: &'a str,
    #[serde(flatten)]
    fate: FateTold,
}

/// Takes an event as it was sent.
///
/// # Errors
/// `KeyReused`; the store. A refusal is an outcome, and stands in the trace.
pub async fn take(
    room: &Room,
    sender: Sender,
    (case, event): (&CaseNumber, CaseEvent),
    restrictions: Vec<Restriction>,
    now: UtcDateTime,
) -> Result<Outcome, TakeError> {
    let objection = match addressed(&sender, case, &event) {
        Some(objection) => Some(objection),
        None => held_against(room, &sender, &event).await?,
    };
    let licences = licences(room, case, &event).await?;
    let taking = Taking {
        case: case.clone(),
        department: sender.department.clone(),
        by: sender.by.clone(),
        asked: Some(sender.asked.clone()),
        judge: judge(Judging {
            room: room.clone(),
            sender,
            event,
            restrictions,
            licences,
            objection: objection.clone(),
            course: Course::Alone,
            now,
        }),
    };
    Ok(match room.registry.cases().take(taking).await? {
        Taken::Repeated(response) => response.map_or(Outcome::Hidden, Outcome::Taken),
        Taken::Judged(judged) => match (judged.response, judged.took.fate) {
            (Some(response), _) => Outcome::Taken(response),
            (None, Fate::Refused { why, cards }) => {
                objection.map_or_else(|| refused(&why, &cards), Outcome::Refused)
            }
            (None, _) => objection.map_or(Outcome::Hidden, Outcome::Refused),
        },
    })
}

fn refused(why: &TakeRefused, cards: &[Card]) -> Outcome {
    Outcome::Refused(refusal_of(why, cards))
}

/// What a refusal of the case says to the sender.
pub(crate) fn refusal_of(why: &TakeRefused, cards: &[Card]) -> Refusal {
    Refusal {
        code: why.code(),
        text: why.to_string(),
        rule: match why {
            TakeRefused::Case(why) => Some(why.rule().number()),
            _ => None,
        },
        cards: cards.iter().map(|card| colour(card.colour)).collect(),
    }
}

fn objection(code: &'static str, text: &str, rule: Option<Rule>) -> Refusal {
    Refusal {
        code,
        text: text.to_owned(),
        rule: rule.map(Rule::number),
        cards: Vec::new(),
    }
}

/// A calling system acts for its own department alone, and for the case it names.
pub(crate) fn addressed(sender: &Sender, case: &CaseNumber, event: &CaseEvent) -> Option<Refusal> {
    if event.case != *case {
        return Some(objection(
            "case.other-case",
            "the event belongs to another case",
            None,
        ));
    }
    (event.actor.body != sender.department).then(|| {
        objection(
            "case.other-department",
            "the account acts for another department",
            Some(Rule::R3),
        )
    })
}

/// What the register says against it: an account of somebody else, somebody whose rights have ended, a licence that
/// is none of that type or not valid.
pub(crate) async fn held_against(
    room: &Room,
    sender: &Sender,
    event: &CaseEvent,
) -> Result<Option<Refusal>, StoreError> {
    let callers = room.registry.callers();
    let actor = &event.actor;
    // R3: one person may have several accounts, one account is never two people's.
    if let Some(account) = callers.find(actor.account.as_str()).await?
        && (account.person() != actor.person.as_str() || account.department != sender.department)
    {
        let text = "the account is another person's, or of another department";
        return Ok(Some(objection(
            "case.account-of-another",
            text,
            Some(Rule::R3),
        )));
    }
    if let Some(refusal) = named(room, sender, actor).await? {
        return Ok(Some(refusal));
    }
    if let Some(person) = callers.person(&actor.person).await?
        && person.ended.is_some()
    {
        let text = "the rights of the person have ended";
        return Ok(Some(objection("case.person-ended", text, Some(Rule::R3))));
    }
    let Happening::Filed(Filing::Had { how, .. }) = &event.what else {
        return Ok(None);
    };
    let Some(identifier) = how.licence() else {
        return Ok(None);
    };
    // One that this register does not hold is its own register's to answer for (R32).
    let Some(record) = room.registry.licences().find(identifier, None).await? else {
        return Ok(None);
    };
    let status = record.life.status(&record.period, event.at);
    if status.answer() == "valid" {
        return Ok(None);
    }
    let text = "the licence is not valid";
    Ok(Some(objection(
        "case.licence-not-valid",
        text,
        Some(Rule::R10),
    )))
}

/// domain.md 3: who has an account acts through it, as themselves, in a capacity of its roles; nobody else says they did.
async fn named(room: &Room, sender: &Sender, actor: &Actor) -> Result<Option<Refusal>, StoreError> {
    let accounts = room.registry.accounts();
    let refuse = |code, text| Ok(Some(objection(code, text, Some(Rule::R3))));
    let another = "the account is another person's, or of another department";
    // A machine is nobody's; a person's request is looked at whoever it names.
    if sender.by.who != sender.asked.caller
        && let Ok(id) = AccountKey::parse(&sender.asked.caller)
        && id != actor.account
        && accounts.find(&id, sender.by.at).await?.is_some()
    {
        return refuse("case.account-of-another", another);
    }
    let Some(account) = accounts.find(&actor.account, sender.by.at).await? else {
        return Ok(None);
    };
    let same = account.person == actor.person && account.department == sender.department;
    if !same || account.ended.is_some() {
        return refuse("case.account-of-another", another);
    }
    if !account.roles.acts_as(actor.role) {
        let text = "the account has no role that acts in this capacity";
        return refuse("case.role-not-held", text);
    }
    Ok(None)
}

/// What the register holds of the licences that an event uses, and those use that wait for it.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    asked: BTreeSet<Identifier>,
    held: Vec<HeldLicence>,
}

/// The licence that an event uses.
fn used(event: &CaseEvent) -> Option<&Identifier> {
    match &event.what {
        Happening::Filed(Filing::Had { how, .. }) => how.licence(),
        _ => None,
    }
}

pub(crate) async fn licences(
    room: &Room,
    case: &CaseNumber,
    event: &CaseEvent,
) -> Result<Looked, StoreError> {
    let known = room.registry.cases().find(case).await?;
    let parked = known.iter().flat_map(|record| record.file.parked());
    let asked: BTreeSet<Identifier> = parked.chain([event]).filter_map(used).cloned().collect();
    let mut held = Vec::new();
    let licences = room.registry.licences();
    for identifier in &asked {
        let Some(record) = licences.find(identifier, None).await? else {
            continue;
        };
        let Some(content) = licences.content(identifier, None).await? else {
            continue;
        };
        let holder: Option<Party> = serde_json::from_slice(&content.bytes)
            .ok()
            .and_then(|licence: LicenceOf| licence.holder.read());
        held.push(HeldLicence {
            identifier: identifier.clone(),
            licence_type: record.licence_type,
            holder: holder.ok_or(StoreError::Damaged { table: "version" })?,
        });
    }
    Ok(Looked { asked, held })
}

/// The holder, among the data of a licence.
#[derive(Deserialize)]
struct LicenceOf {
    holder: HolderOf,
}

#[derive(Deserialize)]
struct HolderOf {
    kind: String,
    name: String,
    code: String,
}

impl HolderOf {
    fn read(&self) -> Option<Party> {
        Party::parse(&self.kind, &self.name, &self.code).ok()
    }
}

/// What an event is judged with, handed into its transaction.
pub(crate) struct Judging {
    pub(crate) room: Room,
    pub(crate) sender: Sender,
    pub(crate) event: CaseEvent,
    pub(crate) restrictions: Vec<Restriction>,
    pub(crate) licences: Looked,
    pub(crate) objection: Option<Refusal>,
    pub(crate) course: Course,
    pub(crate) now: UtcDateTime,
}

/// On which way an event comes into its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// For itself, under the number that its sender gave it.
    Alone,
    /// With events of other cases of a package: the case gives it its next number.
    Together,
}

/// A file to which nothing was added.
fn unchanged(file: &CaseFile, why: TakeRefused) -> Took {
    Took {
        file: file.clone(),
        fate: Fate::Refused {
            why,
            cards: Vec::new(),
        },
        late: Vec::new(),
    }
}

pub(crate) fn judge(judging: Judging) -> Judge {
    Box::new(move |held| judging.numbered(&held.file).judged(held))
}

impl Judging {
    /// The event with the number that it has in its case: a repeat has the number of before.
    fn numbered(mut self, file: &CaseFile) -> Self {
        if self.course == Course::Together {
            let mut known = file.history().iter();
            let known = known.find(|known| known.id == self.event.id);
            self.event.number = known.map_or_else(|| file.due(), |known| known.number);
        }
        self
    }

    /// Whether it says of one case what belongs to several of its package (R14), or opens one case of a package alone.
    fn is_apart(&self, file: &CaseFile) -> bool {
        if self.course == Course::Together {
            return false;
        }
        if let Happening::Received(application) = &self.event.what {
            return application.package.is_some();
        }
        let package = file.dossier().and_then(|dossier| dossier.package());
        package.is_some_and(|package| {
            let terms = package.terms(&self.room.catalogue);
            let what = (&self.event.case, &self.event.what);
            terms.is_ok_and(|terms| is_shared(package, &terms, what))
        })
    }

    /// Why the case itself is not asked about an event that is new to it.
    fn turned_away(&self, file: &CaseFile) -> Option<TakeRefused> {
        if self.crowds(file) {
            return Some(TakeRefused::Full);
        }
        let apart = || Refused::from(PackageRefused::Apart(self.event.case.clone()));
        self.is_apart(file).then(|| apart().into())
    }

    fn judged(&self, held: &Held) -> Judged {
        // A repeat is told what it was told, whatever has changed since.
        let is_known = held
            .file
            .history()
            .iter()
            .chain(held.file.parked())
            .any(|known| *known == self.event);
        if !self.may_see(held) {
            return self.stopped(held, "case.not-concerned");
        }
        if let Some(objection) = self.objection.as_ref().filter(|_| !is_known) {
            return self.stopped(held, objection.code);
        }
        // One that came to wait since the register was asked is not let through unseen; the sender comes again.
        let mut waiting = held.file.parked().iter().filter_map(used);
        if waiting.any(|licence| !self.licences.asked.contains(licence)) {
            return self.recorded(held, unchanged(&held.file, TakeRefused::Busy));
        }
        let calendar = self.room.calendar(&held.file, Some(&self.event));
        let scene = self.room.scene(
            &calendar,
            (&self.restrictions, &held.releases),
            &self.licences.held,
            self.now,
        );
        let turned_away = self.turned_away(&held.file).filter(|_| !is_known);
        let took = match turned_away {
            Some(why) => unchanged(&held.file, why),
            None => held.file.take(self.event.clone(), &scene),
        };
        self.recorded(held, took)
    }

    /// T-P3: before a case was opened anybody may report of it; afterwards whom it concerns.
    fn may_see(&self, held: &Held) -> bool {
        held.file.dossier().is_none_or(|dossier| {
            may_report(dossier, &self.sender.department, &self.room.catalogue)
        })
    }

    /// Whether the sender has filled its share of what may wait before the case was opened.
    fn crowds(&self, file: &CaseFile) -> bool {
        let own = |event: &&CaseEvent| event.actor.body == self.sender.department;
        file.dossier().is_none()
            && self.event.number > 1
            && file.parked().iter().filter(own).count() >= MAX_EARLY
    }

    fn writer(&self) -> Writer<'_> {
        Writer {
            department: &self.sender.department,
            by: &self.sender.by,
        }
    }

    /// Refused before the case itself was asked.
    fn stopped(&self, held: &Held, code: &'static str) -> Judged {
        Judged {
            took: Took {
                file: held.file.clone(),
                fate: Fate::Repeated,
                late: Vec::new(),
            },
            department: self.department(held, &held.file),
            acts: vec![self.writer().refused(&self.event, code)],
            events: Vec::new(),
            notices: Vec::new(),
            response: None,
            looked: None,
            checked: held.checked,
        }
    }

    /// Whose the case is: the deciding body's from its opening on.
    fn department(&self, held: &Held, file: &CaseFile) -> DepartmentKey {
        file.dossier()
            .and_then(|dossier| self.room.catalogue.matter(&dossier.terms().matter))
            .map(|matter| matter.exercised_by.clone())
            .or_else(|| held.department.clone())
            .unwrap_or_else(|| self.sender.department.clone())
    }

    fn recorded(&self, held: &Held, took: Took) -> Judged {
        let writer = self.writer();
        let mut acts = writer.acts(&self.event, &took.fate, &took.file);
        let mut events = self.told(&self.event, &took.fate, &took.file);
        let mut notices = self.notices(&self.event, &took.fate, &took.file);
        for (id, fate) in &took.late {
            let parked = held.file.parked().iter().find(|event| event.id == *id);
            if let Some(event) = parked {
                acts.extend(writer.acts(event, fate, &took.file));
                events.extend(self.told(event, fate, &took.file));
                notices.extend(self.notices(event, fate, &took.file));
            }
        }
        let response = (!matches!(took.fate, Fate::Refused { .. })).then(|| self.response(&took));
        Judged {
            department: self.department(held, &took.file),
            acts,
            events,
            notices,
            response,
            looked: None,
            checked: held.checked,
            took,
        }
    }

    fn notices(&self, event: &CaseEvent, fate: &Fate, file: &CaseFile) -> Vec<Notice> {
        file.dossier().map_or_else(Vec::new, |dossier| {
            notices(&self.room.catalogue, dossier, (event, fate))
        })
    }

    fn told(
        &self,
        event: &CaseEvent,
        fate: &Fate,
        file: &CaseFile,
    ) -> Vec<registry::outbox::Outgoing> {
        let Some(dossier) = file.dossier() else {
            return Vec::new();
        };
        let teller = Teller {
            dossier,
            catalogue: &self.room.catalogue,
            acting: Some(&event.actor.body),
            now: self.now,
        };
        teller.of_event(event, fate)
    }

    fn response(&self, took: &Took) -> Response {
        let late = took.late.iter().map(|(id, fate)| LateTold {
            event: id.as_str(),
            fate: fate_told(fate),
        });
        let answer = Answer {
            case: self.event.case.as_str(),
            event: self.event.id.as_str(),
            fate: fate_told(&took.fate),
            state: took.file.dossier().map(|dossier| dossier.state().code()),
            next: took.file.due(),
            late: late.collect(),
        };
        Response {
            status: match took.fate {
                Fate::Parked { .. } => 202,
                _ => 200,
            },
            body: serde_json::to_vec(&answer).unwrap_or_default(),
        }
    }
}

fn fate_told(fate: &Fate) -> FateTold {
    let told = |fate| FateTold {
        fate,
        waits_for: None,
        code: None,
        follows: Vec::new(),
    };
    match fate {
        Fate::Applied(effects) => FateTold {
            follows: effects.iter().map(follows).collect(),
            ..told("applied")
        },
        Fate::Repeated => told("repeated"),
        Fate::Parked { waits_for } => FateTold {
            waits_for: Some(*waits_for),
            ..told("parked")
        },
        Fate::Refused { why, .. } => FateTold {
            code: Some(why.code()),
            ..told("refused")
        },
    }
}

/// What follows, as the sender is told.
fn follows(effect: &Effect) -> String {
    match effect {
        Effect::Document(purpose) => format!("document {}", purpose.code()),
        Effect::CommitmentNotice(number) => format!("commitment-notice {number}"),
        Effect::DecisionNotice => "decision-notice".to_owned(),
        Effect::Credit(credit) => format!("credit {}", credit.commitment),
        Effect::Card(card) => format!("card {}", colour(card.colour)),
        Effect::Refer { material } => format!("refer {material}"),
        Effect::DataUsed(entry) => format!("data-used {}", entry.material),
        Effect::Rating => "rating".to_owned(),
        _ => "further".to_owned(),
    }
}
