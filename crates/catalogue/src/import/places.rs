//! Where a defect stands, reading of single members, and the departments.

use time::Date;

use super::{Defect, Fault, MAX_DEFECTS, MAX_ENTRIES, MAX_NAME};
use crate::civil::{Days, Zone};
use crate::code::OrganisationCode;
use crate::department::{Department, Duty, Level, Region};
use crate::holdings::Catalogue;
use crate::key::{DepartmentKey, Form, Key};
use crate::wire;

/// An entry of a list in a file, or an entry of a list inside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) list: &'static str,
    pub(super) index: usize,
    pub(super) inside: Option<(&'static str, usize)>,
}

impl Entry {
    pub(super) fn new(list: &'static str, index: usize) -> Self {
        Self {
            list,
            index,
            inside: None,
        }
    }

    /// The entry at `index` of a list inside this one.
    pub(super) fn inner(self, list: &'static str, index: usize) -> Self {
        Self {
            inside: Some((list, index)),
            ..self
        }
    }

    pub(super) fn place(self, member: &str) -> String {
        let Self {
            list,
            index,
            inside,
        } = self;
        match inside {
            Some((inner, at)) => format!("{list}[{index}].{inner}[{at}].{member}"),
            None => format!("{list}[{index}].{member}"),
        }
    }
}

/// The defects found so far.
#[derive(Debug, Default)]
pub(super) struct Defects(Vec<Defect>);

impl Defects {
    pub(super) fn note(&mut self, at: Entry, member: &str, fault: impl Into<Fault>) {
        if self.0.len() < MAX_DEFECTS {
            self.0.push(Defect {
                place: at.place(member),
                line: None,
                fault: fault.into(),
            });
        }
    }

    pub(super) fn full(&self) -> bool {
        self.0.len() >= MAX_DEFECTS
    }

    pub(super) fn into_found(self) -> Vec<Defect> {
        self.0
    }

    fn keep<T, E: Into<Fault>>(
        &mut self,
        at: Entry,
        member: &str,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|fault| self.note(at, member, fault)).ok()
    }

    pub(super) fn key<F: Form>(&mut self, at: Entry, member: &str, text: &str) -> Option<Key<F>> {
        self.keep(at, member, Key::parse(text))
    }

    pub(super) fn organisation(
        &mut self,
        at: Entry,
        member: &str,
        text: &str,
    ) -> Option<OrganisationCode> {
        self.keep(at, member, OrganisationCode::parse(text))
    }

    /// The value of a word in its table.
    pub(super) fn word<T: Copy>(
        &mut self,
        at: Entry,
        member: &str,
        table: &[(&str, T)],
        text: &str,
    ) -> Option<T> {
        let found = table
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value);
        self.keep(at, member, found.ok_or(Fault::Word))
    }

    pub(super) fn text(&mut self, at: Entry, member: &str, text: &str) -> Option<String> {
        let lawful = !text.trim().is_empty()
            && text.chars().count() <= MAX_NAME
            && !text.chars().any(char::is_control);
        self.keep(
            at,
            member,
            lawful.then(|| text.to_owned()).ok_or(Fault::Text),
        )
    }

    pub(super) fn date(&mut self, at: Entry, member: &str, text: &str) -> Option<Date> {
        self.keep(at, member, parse_date(text).ok_or(Fault::Date))
    }

    /// `Some(None)` when the member is absent.
    pub(super) fn maybe(
        &mut self,
        at: Entry,
        member: &str,
        text: Option<&str>,
    ) -> Option<Option<String>> {
        match text {
            Some(text) => self.text(at, member, text).map(Some),
            None => Some(None),
        }
    }

    /// `Some(None)` when the member is absent.
    pub(super) fn maybe_date(
        &mut self,
        at: Entry,
        member: &str,
        text: Option<&str>,
    ) -> Option<Option<Date>> {
        match text {
            Some(text) => self.date(at, member, text).map(Some),
            None => Some(None),
        }
    }

    pub(super) fn days(&mut self, at: Entry, (first, last): (&str, Option<&str>)) -> Option<Days> {
        let first = self.date(at, "valid_from", first);
        let last = match last {
            Some(text) => self.date(at, "valid_to", text).map(Some),
            None => Some(None),
        };
        self.keep(at, "valid_to", Days::new(first?, last?).ok_or(Fault::Order))
    }

    pub(super) fn department(
        &mut self,
        at: Entry,
        member: &str,
        (catalogue, text): (&Catalogue, &str),
    ) -> Option<DepartmentKey> {
        let key: DepartmentKey = self.key(at, member, text)?;
        match catalogue.departments.get_key_value(&key) {
            Some((known, _)) => Some(known.clone()),
            None => {
                self.note(at, member, Fault::Unknown);
                None
            }
        }
    }

    /// Notes a list that is longer than its limit.
    pub(super) fn bounded(&mut self, at: Entry, member: &str, length: usize, limit: usize) -> bool {
        if length > limit {
            self.note(at, member, Fault::TooMany);
        }
        length <= limit
    }
}

/// A date as `YYYY-MM-DD` and in no other way.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    let date = Date::parse(text, form).ok()?;
    (text.len() == 10 && text.is_ascii()).then_some(date)
}

pub(super) fn departments(
    catalogue: &mut Catalogue,
    file: &wire::Departments,
    defects: &mut Defects,
) {
    let whole = |list| Entry::new(list, 0);
    if !defects.bounded(
        whole("departments"),
        "key",
        file.departments.len(),
        MAX_ENTRIES,
    ) || !defects.bounded(whole("regions"), "code", file.regions.len(), MAX_ENTRIES)
    {
        return;
    }
    for (index, entry) in file.regions.iter().enumerate() {
        let at = Entry::new("regions", index);
        if let Some(region) = region(entry, at, defects)
            && catalogue
                .regions
                .insert(region.code.clone(), region)
                .is_some()
        {
            defects.note(at, "code", Fault::Twice);
        }
    }
    for (index, entry) in file.departments.iter().enumerate() {
        let at = Entry::new("departments", index);
        let Some(department) = department(catalogue, entry, at, defects) else {
            continue;
        };
        let (key, code) = (department.key.clone(), department.code);
        if catalogue
            .departments
            .insert(key.clone(), department)
            .is_some()
        {
            defects.note(at, "key", Fault::Twice);
        }
        if catalogue.department_codes.insert(code, key).is_some() {
            defects.note(at, "uscc", Fault::Twice);
        }
    }
}

fn region(entry: &wire::Region, at: Entry, defects: &mut Defects) -> Option<Region> {
    let code = defects.key(at, "code", &entry.code);
    let name_zh = defects.text(at, "name_zh", &entry.name_zh);
    let level = defects.word(at, "level", Level::TABLE, &entry.level);
    Some(Region {
        code: code?,
        name_zh: name_zh?,
        level: level?,
    })
}

fn department(
    catalogue: &Catalogue,
    entry: &wire::Department,
    at: Entry,
    defects: &mut Defects,
) -> Option<Department> {
    let key = defects.key(at, "key", &entry.key);
    let code = defects.organisation(at, "uscc", &entry.uscc);
    let region = defects.key(at, "region", &entry.region);
    let name_zh = defects.text(at, "name_zh", &entry.name_zh);
    let name_en = defects.text(at, "name_en", &entry.name_en);
    let duties: Vec<_> = entry
        .roles
        .iter()
        .map(|role| defects.word(at, "roles", Duty::TABLE, role))
        .collect();
    let zone = match entry.zone.as_deref().map(Zone::named) {
        None => Some(Zone::default()),
        Some(Ok(zone)) => Some(zone),
        Some(Err(_)) => {
            defects.note(at, "zone", Fault::Word);
            None
        }
    };
    let region = region?;
    match catalogue.regions.get(&region) {
        None => defects.note(at, "region", Fault::Unknown),
        Some(known) if known.name_zh != entry.region_name => {
            defects.note(at, "region_name", Fault::Mismatch);
        }
        Some(_) => {}
    }
    Some(Department {
        key: key?,
        code: code?,
        region,
        name_zh: name_zh?,
        name_en: name_en?,
        duties: duties.into_iter().collect::<Option<_>>()?,
        zone: zone?,
    })
}
