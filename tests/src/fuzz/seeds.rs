//! Where mutation begins: what the fixtures hold, unwrapped, and what is made.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::made;
use super::target::{Shape, Target};

/// Largest file that is a seed.
const LARGEST: usize = 400 << 10;
/// The most seeds of one shape; beyond it every second is dropped.
const MOST: usize = 3000;

/// The folder of fixtures.
#[must_use]
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A fixture; `None` where there is none.
#[must_use]
pub fn fixture(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

/// Seeds by shape.
#[derive(Debug, Default)]
pub struct Seeds {
    der: Vec<Vec<u8>>,
    json: Vec<Vec<u8>>,
    pdf: Vec<Vec<u8>>,
    text: Vec<Vec<u8>>,
    octets: Vec<Vec<u8>>,
}

impl Seeds {
    /// What the fixtures hold: files as they are, and PEM, base64 and hexadecimal inside JSON unwrapped.
    #[must_use]
    pub fn gather() -> Seeds {
        let mut seeds = Seeds::default();
        let mut files = Vec::new();
        walk(&fixtures(), &mut files);
        for path in files {
            let Some(octets) = fixture(&path) else {
                continue;
            };
            let json = path.extension().is_some_and(|ending| ending == "json");
            if json && let Ok(value) = serde_json::from_slice::<Value>(&octets) {
                seeds.unwrap(&value);
            }
            if octets.len() <= LARGEST {
                seeds.take(octets);
            }
        }
        for list in [
            &mut seeds.der,
            &mut seeds.json,
            &mut seeds.text,
            &mut seeds.octets,
        ] {
            list.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
            list.dedup();
            while list.len() > MOST {
                let mut keep = false;
                list.retain(|_| {
                    keep = !keep;
                    keep
                });
            }
        }
        seeds
    }

    fn take(&mut self, octets: Vec<u8>) {
        let text = std::str::from_utf8(&octets).ok();
        if octets.windows(5).take(1024).any(|five| five == b"%PDF-") {
            self.pdf.push(octets);
        } else if octets.starts_with(&[0x30]) || octets.starts_with(&[0x31]) {
            self.der.push(octets);
        } else if text.is_some_and(|text| serde_json::from_str::<Value>(text).is_ok()) {
            self.json.push(octets);
        } else if text.is_some() {
            self.text.push(octets);
        } else {
            self.octets.push(octets);
        }
    }

    fn unwrap(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                if let Some(der) = pem(text) {
                    self.der.push(der);
                } else {
                    let hexadecimal = hexadecimal(text);
                    // Long hexadecimal is nobody's text: there is so much of it that it would crowd out what is.
                    let is_text = hexadecimal.is_none() || text.len() <= 64;
                    let unwrapped = hexadecimal
                        .or_else(|| STANDARD.decode(text).ok())
                        .or_else(|| URL_SAFE_NO_PAD.decode(text).ok());
                    if let Some(octets) = unwrapped.filter(|octets| octets.len() > 3) {
                        self.take(octets);
                    }
                    if is_text {
                        self.text.push(text.clone().into_bytes());
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.unwrap(item)),
            Value::Object(members) => {
                members.values().for_each(|member| self.unwrap(member));
                if value.to_string().len() < LARGEST / 8 {
                    self.json.push(value.to_string().into_bytes());
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The seeds of a target's shape.
    #[must_use]
    pub fn of(&self, target: &Target) -> Vec<Vec<u8>> {
        let mut all = match target.shape {
            Shape::Der => self.der.clone(),
            Shape::Json => self.json.clone(),
            Shape::Pdf => self.pdf.clone(),
            Shape::Text => self.text.clone(),
            Shape::Octets => self.octets.clone(),
        };
        all.retain(|seed| seed.len() <= target.most);
        all
    }
}

/// The seeds of a target's own: made for it, and what failed once.
#[must_use]
pub fn own(target: &Target) -> Vec<Vec<u8>> {
    let mut all = made::of(target.name);
    all.extend(found(target.name));
    all
}

/// Inputs that failed once, kept below `tests/fixtures/fuzz`.
#[must_use]
pub fn found(target: &str) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    walk(&fixtures().join("fuzz").join(target), &mut files);
    files.iter().filter_map(|path| fixture(path)).collect()
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// The content of the first PEM block.
pub(crate) fn pem(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (_, rest) = rest.split_once("-----\n")?;
    let (body, _) = rest.split_once("-----END ")?;
    STANDARD.decode(body.replace(['\n', '\r'], "")).ok()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    (rest.is_empty() && !pairs.is_empty())
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
