//! What a use is answered, and what others are told of it.

use catalogue::key::DepartmentKey;
use dossier::material::Ground;
use licence::Status;
use registry::StoreError;
use registry::asked::Response;
use registry::uses::{HeldVersion, NewUse, UseDetail};
use serde::Serialize;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{Duration, UtcDateTime};

use crate::order::Stated;
use crate::rule::Needed;
use crate::shown::{self, FactTold, Shown};

/// How long the sealed file of a use may be taken (*default*).
const FILE_LIFE: Duration = Duration::hours(24);

/// The answer to a use.
#[derive(Debug, Serialize)]
struct UseTold<'a> {
    r#use: &'a str,
    licence: String,
    r#type: &'a str,
    /// The word that a check answers.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<String>,
    /// The moment judged, RFC 3339.
    judged: String,
    matter: &'a str,
    material: u16,
    case: &'a str,
    person: &'a str,
    #[serde(flatten)]
    ground: GroundTold<'a>,
    fields: &'a Map<String, Value>,
    masked: &'a [String],
    facts: &'a [FactTold],
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileTold>,
}

/// The legal ground.
#[derive(Debug, Serialize)]
struct GroundTold<'a> {
    ground: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<&'a str>,
}

/// Where the sealed file is had.
#[derive(Debug, Serialize)]
struct FileTold {
    path: String,
    sha256: String,
    until: String,
    /// Each of them, where the licence has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FormatTold>,
}

/// One of several files.
#[derive(Debug, Serialize)]
struct FormatTold {
    format: String,
    path: String,
    sha256: String,
}

/// What the issuing department and the holder's side are told.
#[derive(Debug, Serialize)]
struct UsedTold<'a> {
    r#use: &'a str,
    identifier: String,
    r#type: &'a str,
    department: &'a str,
    matter: &'a str,
    material: u16,
    case: &'a str,
    person: &'a str,
    #[serde(flatten)]
    ground: GroundTold<'a>,
    state: &'static str,
    /// The names of the fields that were shown; no value.
    fields: Vec<&'a str>,
    facts: Vec<&'a str>,
    recorded: String,
}

/// A use, judged and to be told.
#[derive(Debug)]
pub(crate) struct Telling<'a> {
    pub(crate) stated: &'a Stated,
    pub(crate) needed: Needed<'a>,
    pub(crate) held: &'a HeldVersion,
    shown: Shown,
    facts: Vec<FactTold>,
    status: Status,
    now: UtcDateTime,
}

fn ground(ground: &Ground) -> GroundTold<'_> {
    match ground {
        Ground::Consent(number) => GroundTold {
            ground: "consent",
            consent: Some(number.as_str()),
            law: None,
        },
        Ground::Law(words) => GroundTold {
            ground: "law",
            consent: None,
            law: Some(words.as_str()),
        },
    }
}

impl<'a> Telling<'a> {
    /// What is told of this licence at `now`: of one that is not valid its state alone (R16).
    pub(crate) fn of(
        (stated, needed): (&'a Stated, Needed<'a>),
        held: &'a HeldVersion,
        fields: &std::collections::BTreeSet<catalogue::key::FieldName>,
        now: UtcDateTime,
    ) -> Result<Self, StoreError> {
        let status = held.record.life.status(&held.record.period, now);
        let (shown, facts) = if status == Status::Valid {
            let licence = shown::data(held)?;
            let at = (needed.zone, now);
            (
                shown::shown(needed.kind, &licence, fields),
                shown::facts(&stated.facts, (held, &licence), at)?,
            )
        } else {
            (Shown::default(), Vec::new())
        };
        Ok(Self {
            stated,
            needed,
            held,
            shown,
            facts,
            status,
            now,
        })
    }

    /// Until when the sealed file may be taken: where the material is the licence itself, and it is valid.
    fn file_until(&self) -> Option<UtcDateTime> {
        let is_shown = self.status == Status::Valid && self.needed.is_licence();
        let is_there = !self.held.files.is_empty();
        // Who asks for facts, or for some fields alone, needs no more.
        let is_whole = self.stated.fields.is_none();
        (is_shown && is_there && is_whole).then(|| self.now + FILE_LIFE)
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.shown.fields.keys().map(String::as_str).collect()
    }

    pub(crate) fn facts(&self) -> Vec<&str> {
        self.facts.iter().map(|told| told.fact.as_str()).collect()
    }

    pub(crate) fn state(&self) -> &'static str {
        self.status.answer()
    }

    /// What is kept of it.
    pub(crate) fn kept(&self) -> NewUse {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        let GroundTold { consent, law, .. } = ground(&self.stated.ground);
        NewUse {
            matter: self.stated.matter.clone(),
            case: self.stated.case.clone(),
            material: self.needed.material.number,
            person: self.stated.person.clone(),
            state: self.state().to_owned(),
            detail: UseDetail {
                purpose: self.stated.purpose.as_str().to_owned(),
                consent: consent.map(str::to_owned),
                law: law.map(str::to_owned),
                fields: owned(self.names()),
                facts: owned(self.facts()),
            },
            file_until: self.file_until(),
        }
    }

    /// The answer to who asked.
    pub(crate) fn answer(&self, id: &str) -> Result<Response, StoreError> {
        let file = self.file_until().zip(self.held.files.first());
        let told = UseTold {
            r#use: id,
            licence: self.held.record.identifier.to_string(),
            r#type: self.needed.kind.key.as_str(),
            state: self.state(),
            superseded_by: match self.status {
                Status::Superseded { by, .. } => Some(by.to_string()),
                _ => None,
            },
            judged: moment(self.now),
            matter: self.stated.matter.as_str(),
            material: self.needed.material.number,
            case: self.stated.case.as_str(),
            person: self.stated.person.as_str(),
            ground: ground(&self.stated.ground),
            fields: &self.shown.fields,
            masked: &self.shown.masked,
            facts: &self.facts,
            file: file.map(|(until, file)| FileTold {
                path: format!("/v1/uses/{id}/file"),
                sha256: hex(&file.digest),
                until: moment(until),
                files: self.formats(id),
            }),
        };
        let body = serde_json::to_vec(&told).map_err(|_| DAMAGED)?;
        Ok(Response { status: 201, body })
    }

    /// Where each of several files is had.
    fn formats(&self, id: &str) -> Vec<FormatTold> {
        let files = self.held.files.iter().filter(|_| self.held.files.len() > 1);
        let told = files.map(|file| FormatTold {
            path: format!("/v1/uses/{id}/file?format={}", file.format),
            format: file.format.clone(),
            sha256: hex(&file.digest),
        });
        told.collect()
    }

    /// What others are told: no value, no words of the purpose, and of the holder nothing but whose licence it is.
    pub(crate) fn event(&self, id: &str, by: &DepartmentKey) -> Result<Vec<u8>, StoreError> {
        let told = UsedTold {
            r#use: id,
            identifier: self.held.record.identifier.to_string(),
            r#type: self.needed.kind.key.as_str(),
            department: by.as_str(),
            matter: self.stated.matter.as_str(),
            material: self.needed.material.number,
            case: self.stated.case.as_str(),
            person: self.stated.person.as_str(),
            ground: ground(&self.stated.ground),
            state: self.state(),
            fields: self.names(),
            facts: self.facts(),
            recorded: moment(self.now),
        };
        serde_json::to_vec(&told).map_err(|_| DAMAGED)
    }
}

const DAMAGED: StoreError = StoreError::Damaged {
    table: "licence_use",
};

/// RFC 3339, in UTC.
pub(crate) fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// Lower-case hexadecimal.
fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
