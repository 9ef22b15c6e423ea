//! A verdict with all that it was made of, in one file: whoever has it judges again, with nothing else at hand.
//!
//! # Shape
//! JSON in one spelling, as facts are (see [`crate::replay`]): `form`: `yinxin-verdict-1`; `file`: the artefact's name; `at`:
//! the moment, RFC 3339; `facts`, `trust` (or `null`): base64; `policy`: `{name}` of a built-in one or `{octets}` of a file, the
//! other `null`; `material`: each `name`, `octets`; `contents`, where there is any: what signatures of the artefact are over and the artefact does
//! not hold, each `name`, `octets`; `described`, where its digests were given in its place: what they say of it, base64 of the text of [`Described`]; `report`: the line of JSON that came of it.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use verify::facts::Described;
use verify::report::told;
use verify::{MAX_FILES, Material, Policy, Report, Trust};

use crate::replay::{self, ReadFacts};
use crate::spelling::{base64, unbase64};

/// Octets of a bundle.
pub const MAX_BUNDLE: usize = 256 * 1024 * 1024;
const FORM: &str = "yinxin-verdict-1";

/// What a verdict is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Name of the artefact.
    pub file: String,
    /// The moment that is judged as of, whole seconds.
    pub at: UtcDateTime,
    /// The evidence, as [`replay::write`] gives it.
    pub facts: Vec<u8>,
    /// The octets of the trust that was given.
    pub trust: Option<Vec<u8>>,
    /// The policy.
    pub policy: PolicyGiven,
    /// Status material, by name.
    pub material: Vec<(String, Vec<u8>)>,
    /// Content that the artefact is over and does not hold, by name.
    pub contents: Vec<(String, Vec<u8>)>,
    /// What is known of such content that was not handed in.
    pub described: Vec<Described>,
}

/// A policy, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyGiven {
    /// The built-in policy of this name.
    Named(String),
    /// The octets of a policy file.
    File(Vec<u8>),
}

/// Why there is no bundle, or none that can be judged again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BundleFault {
    /// More than [`MAX_BUNDLE`] octets, or more files than are taken.
    #[error("the bundle is too large")]
    TooLarge,
    /// Not JSON of the form, in its one spelling.
    #[error("not a verdict that was bundled")]
    Malformed,
    /// A value that is none of its kind.
    #[error("{0} is no value of its kind")]
    Value(&'static str),
    /// The facts cannot be read.
    #[error("the facts of the bundle are refused")]
    Facts(#[from] ReadFacts),
    /// The trust gives none.
    #[error("the trust of the bundle is refused")]
    Trust(#[from] verify::ReadTrust),
    /// The policy is none.
    #[error("the policy of the bundle is refused")]
    Policy(#[from] verify::ReadPolicy),
}

/// A bundle, judged again.
#[derive(Debug)]
pub struct Rejudged {
    /// What comes of it now.
    pub report: Report,
    /// Whether that is what the bundle says came of it, octet for octet.
    pub same: bool,
    /// SHA-256 of the artefact that the facts say they are of, hex.
    pub sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    file: String,
    at: String,
    facts: String,
    trust: Option<String>,
    policy: WrittenPolicy,
    material: Vec<WrittenFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    contents: Vec<WrittenFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    described: Option<String>,
    report: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPolicy {
    name: Option<String>,
    octets: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    name: String,
    octets: String,
}

/// Judges the parts and bundles them with what came of it.
///
/// # Errors
/// See [`BundleFault`].
pub fn write(parts: &Parts) -> Result<Vec<u8>, BundleFault> {
    let (report, _) = parts.judge()?;
    let octets = serde_json::to_vec(&parts.written(report.to_json()));
    let octets = octets.map_err(|_| BundleFault::Malformed)?;
    (octets.len() <= MAX_BUNDLE)
        .then_some(octets)
        .ok_or(BundleFault::TooLarge)
}

/// Judges a bundle again.
///
/// # Errors
/// See [`BundleFault`]: then nothing is said of the verdict.
pub fn judge_again(octets: &[u8]) -> Result<Rejudged, BundleFault> {
    if octets.len() > MAX_BUNDLE {
        return Err(BundleFault::TooLarge);
    }
    credential::inspect_json(octets).map_err(|_| BundleFault::Malformed)?;
    let written: Written = serde_json::from_slice(octets).map_err(|_| BundleFault::Malformed)?;
    let own = serde_json::to_vec(&written);
    if written.form != FORM || !own.is_ok_and(|own| own == octets) {
        return Err(BundleFault::Malformed);
    }
    let (report, sha256) = written.parts()?.judge()?;
    Ok(Rejudged {
        same: report.to_json() == written.report,
        report,
        sha256,
    })
}

impl Parts {
    fn judge(&self) -> Result<(Report, String), BundleFault> {
        let read = replay::read(&self.facts)?;
        let trust = match &self.trust {
            Some(octets) => Trust::parse(octets)?,
            None => Trust::absent(),
        };
        let (policy, material) = (self.policy()?, self.material()?);
        let mut report = verify::judge(&read.case, &trust, &material, &policy, self.at);
        report.file.clone_from(&self.file);
        Ok((report, read.sha256))
    }

    fn policy(&self) -> Result<Policy, BundleFault> {
        match &self.policy {
            PolicyGiven::Named(name) => Policy::named(name).ok_or(BundleFault::Value("policy")),
            PolicyGiven::File(octets) => Ok(Policy::parse(octets)?),
        }
    }

    fn material(&self) -> Result<Material, BundleFault> {
        if self.material.len() > 2 * MAX_FILES || self.contents.len() > MAX_FILES {
            return Err(BundleFault::TooLarge);
        }
        let mut material = Material::empty();
        for (name, octets) in &self.material {
            material.add(name, octets);
        }
        for (name, octets) in &self.contents {
            material.offer(name, octets.clone());
        }
        material.describe(self.described.clone());
        Ok(material)
    }

    fn written(&self, report: String) -> Written {
        Written {
            form: FORM.to_owned(),
            file: self.file.clone(),
            at: told(self.at),
            facts: base64(&self.facts),
            trust: self.trust.as_deref().map(base64),
            policy: WrittenPolicy::of(&self.policy),
            material: self.material.iter().map(WrittenFile::of).collect(),
            contents: self.contents.iter().map(WrittenFile::of).collect(),
            described: match self.described.as_slice() {
                [] => None,
                described => Some(base64(&Described::write(described))),
            },
            report,
        }
    }
}

impl WrittenPolicy {
    fn of(given: &PolicyGiven) -> WrittenPolicy {
        match given {
            PolicyGiven::Named(name) => WrittenPolicy {
                name: Some(name.clone()),
                octets: None,
            },
            PolicyGiven::File(octets) => WrittenPolicy {
                name: None,
                octets: Some(base64(octets)),
            },
        }
    }

    fn read(&self) -> Result<PolicyGiven, BundleFault> {
        match (&self.name, &self.octets) {
            (Some(name), None) => Ok(PolicyGiven::Named(name.clone())),
            (None, Some(octets)) => Ok(PolicyGiven::File(decoded(octets, "policy")?)),
            _ => Err(BundleFault::Value("policy")),
        }
    }
}

impl WrittenFile {
    fn of((name, octets): &(String, Vec<u8>)) -> WrittenFile {
        WrittenFile {
            name: name.clone(),
            octets: base64(octets),
        }
    }

    fn read(&self) -> Result<(String, Vec<u8>), BundleFault> {
        Ok((self.name.clone(), decoded(&self.octets, "material")?))
    }
}

impl Written {
    fn parts(&self) -> Result<Parts, BundleFault> {
        let at = UtcDateTime::parse(&self.at, &Rfc3339).ok();
        let at = at.filter(|at| told(*at) == self.at);
        let trust = self.trust.as_deref();
        Ok(Parts {
            file: self.file.clone(),
            at: at.ok_or(BundleFault::Value("at"))?,
            facts: decoded(&self.facts, "facts")?,
            trust: trust.map(|text| decoded(text, "trust")).transpose()?,
            policy: self.policy.read()?,
            material: files(&self.material)?,
            contents: files(&self.contents)?,
            described: match &self.described {
                None => Vec::new(),
                Some(text) => described(&decoded(text, "described")?)?,
            },
        })
    }
}

fn described(octets: &[u8]) -> Result<Vec<Described>, BundleFault> {
    let read = Described::read(octets).filter(|all| !all.is_empty());
    read.ok_or(BundleFault::Value("described"))
}

fn files(written: &[WrittenFile]) -> Result<Vec<(String, Vec<u8>)>, BundleFault> {
    written.iter().map(WrittenFile::read).collect()
}

fn decoded(text: &str, what: &'static str) -> Result<Vec<u8>, BundleFault> {
    unbase64(text).ok_or(BundleFault::Value(what))
}
