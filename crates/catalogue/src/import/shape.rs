//! Entries that are not of the form, each by its line and member; and the lines of all defects.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::locate::{self, Found};
use super::{Defect, Fault, ImportError, MAX_DEFECTS, Sources};
use crate::wire;

/// The entries that are not of the form, in all files; the first file that is refused as a whole,
/// when there are none.
pub(super) fn of_all(sources: &Sources<'_>, refused: [Option<ImportError>; 4]) -> ImportError {
    let mut found = Vec::new();
    let [departments, types, matters, powers] = &refused;
    if departments.is_some() {
        let lists = locate::entries(sources.departments);
        entries::<wire::Region>(sources.departments, (&lists, "regions"), &mut found);
        entries::<wire::Department>(sources.departments, (&lists, "departments"), &mut found);
    }
    if types.is_some() {
        let lists = locate::entries(sources.types);
        outer::<wire::LicenceType, wire::Field>(
            sources.types,
            (&lists, "types", "fields"),
            &mut found,
        );
        entries::<wire::MergedType>(sources.types, (&lists, "merged_types"), &mut found);
    }
    if matters.is_some() {
        let lists = locate::entries(sources.matters);
        outer::<wire::Matter, wire::Material>(
            sources.matters,
            (&lists, "matters", "materials"),
            &mut found,
        );
    }
    if let (Some(_), Some(bytes)) = (powers, sources.powers) {
        let lists = locate::entries(bytes);
        entries::<wire::Seal>(bytes, (&lists, "seals"), &mut found);
        entries::<wire::Delegation>(bytes, (&lists, "delegations"), &mut found);
        entries::<wire::Calendar>(bytes, (&lists, "calendars"), &mut found);
        entries::<wire::Transfer>(bytes, (&lists, "transfers"), &mut found);
        outer::<wire::PowerList, wire::ListedPower>(
            bytes,
            (&lists, "power_lists", "powers"),
            &mut found,
        );
        entries::<wire::CancelledDocument>(bytes, (&lists, "cancelled_documents"), &mut found);
    }
    let whole = |error: &ImportError| match error {
        ImportError::TooLarge { .. } => true,
        // A syntax error ends the walk: what was found before it is not all there is.
        ImportError::Form { source, .. } => !source.is_data(),
        ImportError::Defects(_) => false,
    };
    let mut refused: Vec<_> = refused.into_iter().flatten().collect();
    let first = refused.iter().position(whole);
    match first {
        Some(first) => refused.swap_remove(first),
        None if found.is_empty() && !refused.is_empty() => refused.swap_remove(0),
        None => ImportError::Defects(found),
    }
}

type Lists = BTreeMap<String, Vec<Found>>;

fn entries<T: DeserializeOwned>(
    bytes: &[u8],
    (lists, list): (&Lists, &str),
    defects: &mut Vec<Defect>,
) {
    for (index, entry) in lists.get(list).into_iter().flatten().enumerate() {
        if defects.len() < MAX_DEFECTS
            && let Some(defect) = defect::<T>(bytes, entry, format!("{list}[{index}]"))
        {
            defects.push(defect);
        }
    }
}

/// As `entries`, and where an entry holds a list of others, those of them that are wrong.
fn outer<T: DeserializeOwned, U: DeserializeOwned>(
    bytes: &[u8],
    (lists, list, inner): (&Lists, &str, &str),
    defects: &mut Vec<Defect>,
) {
    for (index, entry) in lists.get(list).into_iter().flatten().enumerate() {
        if defects.len() >= MAX_DEFECTS {
            return;
        }
        let Some(whole) = defect::<T>(bytes, entry, format!("{list}[{index}]")) else {
            continue;
        };
        let inside: Vec<_> = locate::inside(bytes, entry, inner)
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| {
                defect::<U>(bytes, entry, format!("{list}[{index}].{inner}[{at}]"))
            })
            .take(MAX_DEFECTS - defects.len())
            .collect();
        if inside.is_empty() {
            defects.push(whole);
        } else {
            defects.extend(inside);
        }
    }
}

/// What is wrong with the form of one entry.
fn defect<T: DeserializeOwned>(bytes: &[u8], entry: &Found, place: String) -> Option<Defect> {
    let text = bytes.get(entry.bytes.clone()).unwrap_or_default();
    let error = serde_json::from_slice::<T>(text).err()?;
    let words = error.to_string();
    let fault = [
        ("unknown field", Fault::Surplus),
        ("missing field", Fault::Missing),
        ("duplicate field", Fault::Twice),
    ]
    .into_iter()
    .find(|(begin, _)| words.starts_with(begin))
    .map_or(Fault::Kind, |(_, fault)| fault);
    // The member stands between the first pair of grave accents.
    let member = match fault {
        Fault::Kind => None,
        _ => words.split('`').nth(1).filter(|name| name.len() <= 64),
    };
    Some(Defect {
        place: member.map_or(place.clone(), |member| format!("{place}.{member}")),
        line: Some(entry.line + error.line().saturating_sub(1)),
        fault,
    })
}

/// Fills in the line of each defect.
pub(super) fn say_lines(sources: &Sources<'_>, defects: &mut [Defect]) {
    let all = [
        Some(sources.departments),
        Some(sources.types),
        Some(sources.matters),
        sources.powers,
    ];
    let files: Vec<_> = all
        .into_iter()
        .flatten()
        .map(|bytes| (bytes, locate::entries(bytes)))
        .collect();
    for defect in defects {
        let Some((list, rest)) = defect.place.split_once('[') else {
            continue;
        };
        let Some((index, path)) = rest.split_once("].") else {
            continue;
        };
        let Ok(index) = index.parse::<usize>() else {
            continue;
        };
        defect.line = files.iter().find_map(|(bytes, lists)| {
            let entry = lists.get(list)?.get(index)?;
            Some(locate::line_of(bytes, entry, path))
        });
    }
}
