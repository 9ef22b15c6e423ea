//! The corpus as files: what `tests/judges/python/agreement.py` lets the European reference library judge.

use std::fs;
use std::path::Path;

use time::format_description::well_known::Rfc3339;

use crate::indications::{Case, Library};

/// Writes each case that the library can be asked, and `agreement.tsv`: a case a line, fields parted by tabs (file,
/// trusted certificate, material, detached content, moment, rows of algorithms, hours that a status may be old, our sub-indication or `-`, and what the
/// library has to say where that is something else, indication and sub-indication).
pub(crate) fn write(folder: &Path, cases: &[Case], root: &[u8]) {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join("root.der"), root).expect("writable");
    let asked = cases
        .iter()
        .filter(|case| case.library != Library::NotAsked);
    let lines: Vec<String> = asked.map(|case| line(folder, case)).collect();
    fs::write(folder.join("agreement.tsv"), lines.concat()).expect("writable");
}

fn line(folder: &Path, case: &Case) -> String {
    let keep = |name: String, octets: &[u8]| {
        fs::write(folder.join(&name), octets).expect("writable");
        name
    };
    let file = keep(case.name.clone(), &case.octets);
    let material = case.material.iter().enumerate();
    let material: Vec<String> = material
        .map(|(place, (ending, octets))| keep(format!("{}.{place}.{ending}", case.name), octets))
        .collect();
    let detached = case.detached.as_ref();
    let detached = detached.map(|octets| keep(format!("{}.content", case.name), octets));
    let ours = case.expected.map_or("-", verify::SubIndication::name);
    let (indication, sub) = match case.library {
        Library::Says(indication, sub) => (indication, sub),
        Library::Same | Library::NotAsked => ("", ""),
    };
    let fields = [
        &file,
        "root.der",
        &material.join(";"),
        &detached.unwrap_or_default(),
        &case.at.format(&Rfc3339).expect("a moment"),
        case.algorithms,
        &case.age.map_or(String::new(), |age| age.to_string()),
        ours,
        indication,
        sub,
    ];
    fields.join("\t") + "\n"
}
