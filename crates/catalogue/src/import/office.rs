//! What the office adds to the published files: calendars, transfers, power lists and cancelled
//! documents.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::places::{Defects, Entry};
use super::{Fault, MAX_ENTRIES, MAX_MEMBERS};
use crate::asking::CancelledDocument;
use crate::calendar::Calendar;
use crate::civil::Days;
use crate::department::Duty;
use crate::holdings::Catalogue;
use crate::key::{MatterCode, RegionCode};
use crate::transfer::{ListedPower, Transfer};
use crate::wire;

/// Longest period that one calendar knows, in days: holidays are published year by year.
const MAX_CALENDAR: i64 = 40 * 366;

pub(super) fn office(catalogue: &mut Catalogue, file: &wire::Powers, defects: &mut Defects) {
    for (list, length) in [
        ("calendars", file.calendars.len()),
        ("transfers", file.transfers.len()),
        ("power_lists", file.power_lists.len()),
    ] {
        if !defects.bounded(Entry::new(list, 0), "key", length, MAX_ENTRIES) {
            return;
        }
    }
    for (index, entry) in file.calendars.iter().enumerate() {
        let at = Entry::new("calendars", index);
        if let Some((region, calendar)) = calendar(catalogue, entry, at, defects)
            && catalogue.calendars.insert(region, calendar).is_some()
        {
            defects.note(at, "region", Fault::Twice);
        }
    }
    transfers(catalogue, &file.transfers, defects);
    power_lists(catalogue, &file.power_lists, defects);
}

/// Documents that nobody may ask for any more; read before the matters that could ask for them.
pub(super) fn cancelled(catalogue: &mut Catalogue, file: &wire::Powers, defects: &mut Defects) {
    let length = file.cancelled_documents.len();
    if !defects.bounded(
        Entry::new("cancelled_documents", 0),
        "name_zh",
        length,
        MAX_ENTRIES,
    ) {
        return;
    }
    for (index, entry) in file.cancelled_documents.iter().enumerate() {
        let at = Entry::new("cancelled_documents", index);
        let name_zh = defects.text(at, "name_zh", &entry.name_zh);
        let cancelled_from = defects.date(at, "cancelled_from", &entry.cancelled_from);
        let legal_basis = defects.text(at, "legal_basis", &entry.legal_basis);
        if let (Some(name_zh), Some(cancelled_from), Some(legal_basis)) =
            (name_zh, cancelled_from, legal_basis)
            && catalogue
                .cancelled
                .insert(
                    name_zh.clone(),
                    CancelledDocument {
                        name_zh,
                        cancelled_from,
                        legal_basis,
                    },
                )
                .is_some()
        {
            defects.note(at, "name_zh", Fault::Twice);
        }
    }
}

fn calendar(
    catalogue: &Catalogue,
    entry: &wire::Calendar,
    at: Entry,
    defects: &mut Defects,
) -> Option<(RegionCode, Calendar)> {
    let region: Option<RegionCode> = defects.key(at, "region", &entry.region);
    // 000000 is the whole country, which is nobody's region here.
    if let Some(region) = &region
        && region.as_str() != "000000"
        && catalogue.region(region).is_none()
    {
        defects.note(at, "region", Fault::Unknown);
    }
    let known = defects.days(at, (&entry.valid_from, Some(&entry.valid_to)));
    let long = known.and_then(|known| Some((known.last()? - known.first()).whole_days()));
    if long.is_some_and(|days| days > MAX_CALENDAR) {
        defects.note(at, "valid_to", Fault::Range);
    }
    let holidays = dates(&entry.holidays, (at, "holidays", known), defects);
    let worked = dates(&entry.worked, (at, "worked", known), defects);
    if let (Some(holidays), Some(worked)) = (&holidays, &worked)
        && !holidays.is_disjoint(worked)
    {
        defects.note(at, "worked", Fault::Mismatch);
    }
    Some((region?, Calendar::new(holidays?, worked?).within(known?)))
}

fn dates(
    entries: &[String],
    (at, member, known): (Entry, &str, Option<Days>),
    defects: &mut Defects,
) -> Option<BTreeSet<Date>> {
    if !defects.bounded(at, member, entries.len(), MAX_ENTRIES) {
        return None;
    }
    let mut days = BTreeSet::new();
    for entry in entries {
        let day = defects.date(at, member, entry)?;
        if known.is_some_and(|known| !known.contains(day)) {
            defects.note(at, member, Fault::Range);
        }
        if !days.insert(day) {
            defects.note(at, member, Fault::Twice);
        }
    }
    Some(days)
}

fn transfers(catalogue: &mut Catalogue, entries: &[wire::Transfer], defects: &mut Defects) {
    let mut read: Vec<(Entry, Transfer)> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let at = Entry::new("transfers", index);
        if let Some(transfer) = transfer(catalogue, entry, at, defects) {
            read.push((at, transfer));
        }
    }
    // By day, so that each is checked against the powers before it.
    read.sort_by(|(_, one), (_, other)| (one.on, &one.key).cmp(&(other.on, &other.key)));
    for (at, transfer) in read {
        for code in &transfer.matters {
            movable(catalogue, &transfer, code, (at, defects));
        }
        for code in &transfer.matters {
            catalogue
                .moved
                .entry(code.clone())
                .or_default()
                .push(transfer.key.clone());
        }
        if catalogue
            .transfers
            .insert(transfer.key.clone(), transfer)
            .is_some()
        {
            defects.note(at, "key", Fault::Twice);
        }
    }
}

fn transfer(
    catalogue: &Catalogue,
    entry: &wire::Transfer,
    at: Entry,
    defects: &mut Defects,
) -> Option<Transfer> {
    let key = defects.key(at, "key", &entry.key);
    let from = defects.department(at, "from", (catalogue, &entry.from));
    let to = defects.department(at, "to", (catalogue, &entry.to));
    let on = defects.date(at, "on", &entry.on);
    let legal_basis = defects.text(at, "legal_basis", &entry.legal_basis);
    if entry.from == entry.to {
        defects.note(at, "to", Fault::Mismatch);
    }
    if entry.matters.is_empty() {
        defects.note(at, "matters", Fault::Mismatch);
    }
    if !defects.bounded(at, "matters", entry.matters.len(), MAX_ENTRIES) {
        return None;
    }
    let mut matters = BTreeSet::new();
    for text in &entry.matters {
        let code: MatterCode = defects.key(at, "matters", text)?;
        if !catalogue.matters.contains_key(&code) {
            defects.note(at, "matters", Fault::Unknown);
        }
        if !matters.insert(code) {
            defects.note(at, "matters", Fault::Twice);
        }
    }
    Some(Transfer {
        key: key?,
        from: from?,
        to: to?,
        matters,
        on: on?,
        legal_basis: legal_basis?,
    })
}

/// R2: only the body that holds a power gives it away, police matters never move, and the new
/// body must be one that may issue the result.
fn movable(
    catalogue: &Catalogue,
    transfer: &Transfer,
    code: &MatterCode,
    (at, defects): (Entry, &mut Defects),
) {
    let Some(matter) = catalogue.matters.get(code) else {
        return;
    };
    let before = transfer.on.previous_day().unwrap_or(Date::MIN);
    let holding = catalogue.holding(matter, before);
    if *holding.body != transfer.from || catalogue.holding(matter, transfer.on) != holding {
        defects.note(at, "from", Fault::NotTheHolder);
    }
    let bound = catalogue
        .departments
        .get(&matter.industry_authority)
        .is_some_and(|department| department.has(Duty::NotTransferred));
    if bound {
        defects.note(at, "matters", Fault::NeverTransferred);
    }
    let issues = matter.result.as_ref().is_none_or(|result| {
        catalogue
            .types
            .get(result)
            .is_some_and(|kind| kind.issuers.contains(&transfer.to))
    });
    if !issues {
        defects.note(at, "to", Fault::NotAnIssuer);
    }
}

fn power_lists(catalogue: &mut Catalogue, entries: &[wire::PowerList], defects: &mut Defects) {
    for (index, entry) in entries.iter().enumerate() {
        let at = Entry::new("power_lists", index);
        let body = defects.department(at, "body", (catalogue, &entry.body));
        if !defects.bounded(at, "powers", entry.powers.len(), MAX_ENTRIES * MAX_MEMBERS) {
            continue;
        }
        let mut powers = BTreeMap::new();
        for (index, power) in entry.powers.iter().enumerate() {
            let at = at.inner("powers", index);
            let code: Option<MatterCode> = defects.key(at, "matter", &power.matter);
            if let Some(code) = &code
                && !catalogue.matters.contains_key(code)
            {
                defects.note(at, "matter", Fault::Unknown);
            }
            let days = defects.days(at, (&power.valid_from, power.valid_to.as_deref()));
            let legal_basis = defects.text(at, "legal_basis", &power.legal_basis);
            if let (Some(code), Some(days), Some(legal_basis)) = (code, days, legal_basis)
                && powers
                    .insert(code, ListedPower { legal_basis, days })
                    .is_some()
            {
                defects.note(at, "matter", Fault::Twice);
            }
        }
        if let Some(body) = body
            && catalogue.power_lists.insert(body, powers).is_some()
        {
            defects.note(at, "body", Fault::Twice);
        }
    }
}
