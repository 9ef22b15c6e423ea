//! A list is looked through, line by line, before anything of it is written.

use std::collections::{BTreeMap, BTreeSet};

use backoffice::custody;
use backoffice::desk::Desk;
use backoffice::face;
use backoffice::import;
use backoffice::office::Office;
use backoffice::seals::picture;
use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use catalogue::matter::MatterStatus;
use catalogue::scope::MatterScope;
use catalogue::{Department, ImportError, SealScope};
use issuance::Asker;
use registry::StoreError;
use seal::life::Stage;
use time::Date;

use super::order::{LineOrder, ListOrder, MAX_LINES};
use crate::fault::{MakingError, Wrong};
use crate::order::Order;

/// What was found in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its place, from 1.
    pub line: usize,
    /// The seal.
    pub seal: String,
    /// What refuses it; nothing where it would be made.
    pub wrong: Vec<Wrong>,
    /// Its picture as it will be signed.
    pub(super) picture: Option<Vec<u8>>,
}

/// What was found in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// SHA-256 of what was handed in.
    pub digest: [u8; 32],
    /// What refuses all of it.
    pub wrong: Vec<Wrong>,
    /// The lines, in their order.
    pub lines: Vec<Checked>,
}

impl Look {
    /// Whether nothing refuses any of it.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.wrong.is_empty() && self.lines.iter().all(|line| line.wrong.is_empty())
    }

    /// Everything that refuses it, each with its line.
    pub(super) fn all(self) -> Vec<Wrong> {
        let of_lines = self.lines.into_iter().flat_map(|line| {
            let place = line.line;
            line.wrong.into_iter().map(move |wrong| Wrong {
                at: format!("lines/{place}/{}", wrong.at),
                ..wrong
            })
        });
        self.wrong.into_iter().chain(of_lines).collect()
    }
}

/// Says line by line what would be made of a list and what is refused, and writes nothing.
///
/// # Errors
/// `Store`.
pub async fn check(office: &Office, asker: &Asker, order: &ListOrder) -> Result<Look, MakingError> {
    import::heard(office, &office.desk()).await;
    let desk = office.desk();
    let sight = Sight::of(office, &desk, asker, order).await?;
    let lines = order.lines.iter().enumerate();
    let lines = lines.map(|(place, line)| sight.line(order, (place, line)));
    Ok(Look {
        digest: super::order::Handed::of(order).digest(),
        wrong: whole(order),
        lines: lines.collect(),
    })
}

fn wrong(at: &str, code: &'static str, text: &str) -> Wrong {
    Wrong {
        at: at.to_owned(),
        code,
        text: text.to_owned(),
    }
}

/// What is wrong with a scope.
fn faults(error: ImportError) -> Vec<Wrong> {
    match error.into() {
        MakingError::Order(more) => more,
        _ => Vec::new(),
    }
}

/// What is wrong with all of it.
fn whole(order: &ListOrder) -> Vec<Wrong> {
    let mut found = Vec::new();
    let plain = |one: u8| one.is_ascii_alphanumeric() || one == b'-';
    if !(1..=40).contains(&order.list.len()) || !order.list.bytes().all(plain) {
        let text = "not of 1 to 40 letters, figures and hyphens";
        found.push(wrong("list", "seal.list", text));
    }
    if !(1..=MAX_LINES).contains(&order.lines.len()) {
        found.push(wrong("lines", "seal.list", "a list has 1 to 1,000 lines"));
    }
    // What one application brings with it beside the seal, once for all lines.
    let beside = one(order, None).inspect();
    found.extend(beside.into_iter().filter(|wrong| wrong.at != "seal"));
    found
}

/// The application of a line alone.
fn one(order: &ListOrder, line: Option<&LineOrder>) -> Order {
    let text = |of: fn(&LineOrder) -> &String| line.map(of).cloned().unwrap_or_default();
    Order {
        seal: text(|line| &line.seal),
        name: text(|line| &line.name),
        kind: text(|line| &line.kind),
        purposes: Vec::new(),
        matters: None,
        valid_from: String::new(),
        valid_to: None,
        replaces: line.and_then(|line| line.replaces.clone()),
        ground: order.ground.clone(),
        picture: None,
        documents: match line {
            Some(_) => Vec::new(),
            None => order.documents.clone(),
        },
    }
}

/// What a line is compared with.
struct Sight<'a> {
    office: &'a Office,
    desk: &'a Desk,
    asker: &'a Asker,
    today: Date,
    /// Codes that were given before, to others than this list.
    taken: BTreeSet<SealCode>,
    /// Seals that may still sign, by holder and name.
    named: BTreeMap<(&'a DepartmentKey, &'a str), Vec<&'a SealCode>>,
    /// People that are named and known.
    people: BTreeSet<String>,
    /// How often a code, and a name of a department, stands in the list.
    codes: BTreeMap<&'a str, usize>,
    names: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Sight<'a> {
    async fn of(
        office: &'a Office,
        desk: &'a Desk,
        asker: &'a Asker,
        order: &'a ListOrder,
    ) -> Result<Sight<'a>, StoreError> {
        let (mut codes, mut names) = (BTreeMap::new(), BTreeMap::new());
        for line in &order.lines {
            *codes.entry(line.seal.as_str()).or_default() += 1;
            let name = (line.department.as_str(), line.name.as_str());
            *names.entry(name).or_default() += 1;
        }
        Ok(Self {
            office,
            desk,
            asker,
            today: office.settings().zone.date_at(office.now()),
            taken: taken(office, order).await?,
            named: named(office, desk, order).await?,
            people: people(office, order).await?,
            codes,
            names,
        })
    }

    fn line(&self, order: &ListOrder, (place, line): (usize, &LineOrder)) -> Checked {
        let mut found: Vec<Wrong> = one(order, Some(line)).inspect();
        found.retain(|wrong| wrong.at == "seal");
        found.extend(self.people_of(line));
        let department = self.department(line);
        let scope = match department {
            None => {
                let text = "no department here";
                found.push(wrong("department", "seal.department-unknown", text));
                None
            }
            Some(_) => self.scope(line, &mut found),
        };
        found.extend(self.given_before(line));
        let mut drawn = None;
        if let (Some(scope), Some(department)) = (&scope, department) {
            found.extend(self.matters(scope));
            match self.picture(order, line, (scope, department)) {
                Ok(picture) => drawn = picture,
                Err(refused) => found.push(refused),
            }
        }
        Checked {
            line: place + 1,
            seal: line.seal.clone(),
            wrong: found,
            picture: drawn,
        }
    }

    /// One that the asker may ask for.
    fn department(&self, line: &LineOrder) -> Option<&'a Department> {
        let key = DepartmentKey::parse(&line.department).ok()?;
        let seen = custody::sees(&self.desk.catalogue, &self.asker.department, &key);
        self.desk.catalogue.department(&key).filter(|_| seen)
    }

    fn scope(&self, line: &LineOrder, found: &mut Vec<Wrong>) -> Option<SealScope> {
        let entry = serde_json::to_vec(&line.scope()).unwrap_or_default();
        let read = self.desk.catalogue.read_seal(&entry);
        read.map_err(|error| found.extend(faults(error))).ok()
    }

    /// R1: a seal is for matters that are published.
    fn matters(&self, scope: &SealScope) -> Vec<Wrong> {
        let MatterScope::Listed(listed) = &scope.matters else {
            return Vec::new();
        };
        let is_published = |code| {
            let matter = self.desk.catalogue.matter_on(code, self.today);
            matter.is_some_and(|one| one.status_on(self.today) == MatterStatus::Published)
        };
        let others = listed.iter().filter(|code| !is_published(code));
        let told = |code| {
            wrong(
                "matters",
                "seal.matter-unpublished",
                &format!("{code} is not published"),
            )
        };
        others.map(told).collect()
    }

    /// R3: who holds a seal does not grant it, and who asks for it neither.
    fn people_of(&self, line: &LineOrder) -> Vec<Wrong> {
        let mut found = Vec::new();
        if !self.people.contains(&line.custodian) {
            found.push(wrong(
                "custodian",
                "seal.custodian-unknown",
                "no such person",
            ));
        }
        if !self.people.contains(&line.approver) {
            found.push(wrong("approver", "seal.approver-unknown", "no such person"));
        }
        if line.custodian == line.approver {
            let text = "custodian and approver are one person";
            found.push(wrong("approver", "seal.same-person", text));
        }
        if line.approver == self.asker.person {
            let text = "who asks for it does not approve it";
            found.push(wrong("approver", "seal.same-person", text));
        }
        found
    }

    fn given_before(&self, line: &LineOrder) -> Vec<Wrong> {
        let mut found = Vec::new();
        let code = SealCode::parse(&line.seal).ok();
        if code.is_some_and(|code| self.taken.contains(&code)) {
            let text = "there is, or was, a seal of this code";
            found.push(wrong("seal", "seal.code-taken", text));
        }
        if self.codes.get(line.seal.as_str()).copied() > Some(1) {
            found.push(wrong("seal", "seal.code-twice", "twice in the list"));
        }
        let name = (line.department.as_str(), line.name.as_str());
        if self.names.get(&name).copied() > Some(1) {
            found.push(wrong("name", "seal.name-taken", "twice in the list"));
        }
        let holder = DepartmentKey::parse(&line.department).ok();
        let bearers = holder.as_ref();
        let bearers = bearers.and_then(|holder| self.named.get(&(holder, line.name.as_str())));
        let others = |code: &&&SealCode| {
            code.as_str() != line.seal && Some(code.as_str()) != line.replaces.as_deref()
        };
        if bearers.is_some_and(|bearers| bearers.iter().any(|code| others(&code))) {
            let text = "the department has a seal of this name";
            found.push(wrong("name", "seal.name-taken", text));
        }
        found
    }

    fn picture(
        &self,
        order: &ListOrder,
        line: &LineOrder,
        (scope, department): (&SealScope, &Department),
    ) -> Result<Option<Vec<u8>>, Wrong> {
        let refused = |text: &str| wrong("picture", "seal.picture", text);
        let Some(name) = &line.picture else {
            let drawn = picture(scope, department).map(|_| None);
            return drawn.map_err(|error| refused(&error.to_string()));
        };
        let Some(octets) = order.pictures.get(name) else {
            let text = "the list does not have it";
            return Err(wrong("picture", "seal.picture-missing", text));
        };
        let taken = face::imported(self.office, (scope, octets));
        taken.map(Some).map_err(|error| refused(&error.to_string()))
    }
}

/// Codes of seals that there are, or were, and that are none of this list's.
async fn taken(office: &Office, order: &ListOrder) -> Result<BTreeSet<SealCode>, StoreError> {
    let codes = order.lines.iter();
    let codes: Vec<SealCode> = codes
        .filter_map(|line| SealCode::parse(&line.seal).ok())
        .collect();
    let mut found = BTreeSet::new();
    for some in codes.chunks(100) {
        found.extend(office.registry().seals().records(some).await?.into_keys());
    }
    Ok(found)
}

/// Seals that may still sign and whose names stand in the list.
async fn named<'a>(
    office: &Office,
    desk: &'a Desk,
    order: &ListOrder,
) -> Result<BTreeMap<(&'a DepartmentKey, &'a str), Vec<&'a SealCode>>, StoreError> {
    let names: BTreeSet<&str> = order.lines.iter().map(|line| line.name.as_str()).collect();
    let bearers = desk.catalogue.seals();
    let bearers: Vec<&SealScope> = bearers
        .filter(|scope| names.contains(scope.name_zh.as_str()))
        .collect();
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for some in bearers.chunks(100) {
        let codes: Vec<SealCode> = some.iter().map(|scope| scope.seal.clone()).collect();
        let records = office.registry().seals().records(&codes).await?;
        for scope in some {
            let stage = records.get(&scope.seal).map(|record| record.stage);
            if matches!(stage, Some(Stage::Made | Stage::InUse | Stage::Suspended)) {
                let name = (&scope.holder, scope.name_zh.as_str());
                found.entry(name).or_default().push(&scope.seal);
            }
        }
    }
    Ok(found)
}

async fn people(office: &Office, order: &ListOrder) -> Result<BTreeSet<String>, StoreError> {
    let lines = order.lines.iter();
    let named: BTreeSet<&String> = lines
        .flat_map(|line| [&line.custodian, &line.approver])
        .collect();
    let mut found = BTreeSet::new();
    for person in named {
        let Ok(key) = PersonKey::parse(person) else {
            continue;
        };
        if office.registry().callers().person(&key).await?.is_some() {
            found.insert(person.clone());
        }
    }
    Ok(found)
}
