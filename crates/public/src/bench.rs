//! Who judges: alone with the octets of one document after another, in a process of its own where there is one (T-I3).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use time::UtcDateTime;
use transcript::bundle::{self, BundleFault, Parts, PolicyGiven};
use transcript::replay::{self, WriteFacts};
use transcript::{Judgement, revision};
use verify::facts::{ContentDigest, Described, described_by};
use verify::{Bundle, Case, Kind, Material, Policy, Trust};

use crate::asked::{Asked, Fault, Known, Looked, Wanted, written};
use crate::pictures::pictures;
use crate::told::Form;

/// T-I3: octets of evidence and of content beside it that are bundled here, at most: in the bundle they stand as text, twice
/// wrapped. Whoever has a larger file bundles it with `yinxin-verify`.
const BUNDLED: usize = 16 << 20;

/// Judges documents for the service, at the command of the process that started this one, until that one is gone.
///
/// # Errors
/// The other process is gone, or no limit can be set.
pub fn judge_apart() -> std::io::Result<()> {
    let mut bench = Bench::trusting(Arc::new(Trust::absent()));
    let (from, out) = (std::io::stdin(), std::io::stdout());
    cell::work(&mut from.lock(), &mut out.lock(), &mut |parts| {
        bench.answer(parts)
    })
}

/// A document that was opened.
struct Opened {
    octets: Vec<u8>,
    case: Case,
    material: Material,
}

/// What is at hand.
pub(crate) struct Bench {
    trust: Arc<Trust>,
    opened: Option<Opened>,
}

impl Bench {
    pub(crate) fn trusting(trust: Arc<Trust>) -> Bench {
        Bench {
            trust,
            opened: None,
        }
    }

    /// The answer, whatever the octets are (T-V1).
    pub(crate) fn answer(&mut self, parts: Vec<Vec<u8>>) -> Vec<u8> {
        // What panics leaves nothing behind that anyone would see.
        let answer = catch_unwind(AssertUnwindSafe(|| self.judged(parts)));
        written(answer.unwrap_or(Err(Fault::Internal)))
    }

    fn judged(&mut self, parts: Vec<Vec<u8>>) -> Result<Vec<u8>, Fault> {
        let mut parts = parts.into_iter();
        let asked = parts.next().ok_or(Fault::Internal)?;
        let asked: Asked = serde_json::from_slice(&asked).map_err(|_| Fault::Internal)?;
        let parts = &mut parts;
        // What was opened is judged once, or gives way to what begins.
        let opened = self.opened.take();
        match asked {
            Asked::Open {
                contents,
                digests,
                material,
                trusts,
            } => {
                let octets = parts.next().ok_or(Fault::Internal)?;
                let contents = named(contents, parts)?;
                let beside = named(material, parts)?;
                if trusts {
                    let contents = parts.next().ok_or(Fault::Internal)?;
                    let bundle = Bundle::parse(&contents).map_err(|_| Fault::Internal)?;
                    let trust = Trust::of(&bundle).map_err(|_| Fault::Internal)?;
                    self.trust = Arc::new(trust);
                }
                self.open(octets, (contents, &digests), &beside)
            }
            Asked::Judge {
                file,
                at,
                policy,
                form,
                live,
                material,
            } => {
                let mut opened = opened.ok_or(Fault::Internal)?;
                for (name, octets) in named(material, parts)? {
                    opened.material.add(&name, &octets);
                }
                if let Some(live) = live {
                    live.say(&mut opened.material);
                }
                self.judge(&opened, (&file, moment(at)?), &policy, form)
            }
            Asked::Bundle {
                file,
                at,
                policy,
                contents,
                digests,
                material,
            } => {
                let octets = parts.next().ok_or(Fault::Internal)?;
                let described = described(&Case::open(&octets), &digests, &contents)?;
                let contents = named(contents, parts)?;
                let material = named(material, parts)?;
                bundled(&octets, |facts| Parts {
                    file,
                    at: moment(at).unwrap_or(UtcDateTime::UNIX_EPOCH),
                    facts,
                    trust: parts.next(),
                    policy: PolicyGiven::Named(policy),
                    material,
                    contents,
                    described,
                })
            }
            Asked::Revision { which } => revised(&parts.next().ok_or(Fault::Internal)?, &which),
        }
    }

    fn open(
        &mut self,
        octets: Vec<u8>,
        (contents, digests): (Vec<(String, Vec<u8>)>, &[String]),
        beside: &[(String, Vec<u8>)],
    ) -> Result<Vec<u8>, Fault> {
        let mut material = Material::empty();
        for (name, octets) in beside {
            material.add(name, octets);
        }
        let case = Case::open_beside(&octets, &material);
        let names: Vec<String> = contents.iter().map(|(name, _)| name.clone()).collect();
        material.describe(described(&case, digests, &names)?);
        for (name, octets) in contents {
            material.offer(&name, octets);
        }
        let known = Known {
            is_signed: is_signed(case.kind()),
            licence: verify::licence_said(&case),
        };
        // What else there is of it stands in the case; an OFD file may be shown.
        let octets = match case.kind() {
            Kind::Ofd => octets,
            _ => Vec::new(),
        };
        self.opened = Some(Opened {
            octets,
            case,
            material,
        });
        serde_json::to_vec(&known).map_err(|_| Fault::Internal)
    }

    fn judge(
        &self,
        opened: &Opened,
        (file, at): (&str, UtcDateTime),
        policy: &str,
        form: Wanted,
    ) -> Result<Vec<u8>, Fault> {
        let policy = Policy::named(policy).ok_or(Fault::Internal)?;
        let Opened {
            octets,
            case,
            material,
        } = opened;
        let mut report = verify::judge(case, &self.trust, material, &policy, at);
        file.clone_into(&mut report.file);
        let judgement = Judgement {
            case,
            trust: &self.trust,
            material,
            policy: &policy,
            report: &report,
        };
        match form {
            Wanted::Told(form) => Ok(told(form, &judgement).into_bytes()),
            Wanted::Page => {
                let looked = Looked {
                    report: report.to_json(),
                    pictures: pictures(&report, octets),
                };
                serde_json::to_vec(&looked).map_err(|_| Fault::Internal)
            }
        }
    }
}

/// A judgement, in its form.
pub(crate) fn told(form: Form, judgement: &Judgement<'_>) -> String {
    match form {
        Form::Report | Form::Bundle => judgement.report.to_json(),
        Form::Detailed => transcript::detailed(judgement),
        Form::Etsi => transcript::etsi(judgement),
    }
}

/// GB/T 38540 and GB/T 35275 have no place for the status of certificates, a level below LT has none, and what a PDF carries
/// is of the day on which it was sealed: our own lists speak of ours, and of a key that was compromised since (T-C7).
fn is_signed(kind: Kind) -> bool {
    use Kind::{Asic, Cms, Esl, Jades, Ofd, Pdf};
    matches!(kind, Ofd | Esl | Cms | Jades | Asic | Pdf)
}

/// How many octets the revision is, as text.
fn revised(octets: &Vec<u8>, which: &str) -> Result<Vec<u8>, Fault> {
    let length = revision::length(octets, which).map_err(|_| Fault::NotFound)?;
    Ok(length.to_string().into_bytes())
}

/// Moments travel as nanoseconds since 1970.
fn moment(at: i64) -> Result<UtcDateTime, Fault> {
    UtcDateTime::from_unix_timestamp_nanos(i128::from(at)).map_err(|_| Fault::Internal)
}

/// What digests say that were brought in the place of content.
fn described(
    case: &Case,
    digests: &[String],
    contents: &[String],
) -> Result<Vec<Described>, Fault> {
    let read = digests.iter().map(|text| ContentDigest::parse(text));
    let read = read.collect::<Result<Vec<_>, _>>();
    let read = read.map_err(|_| Fault::Internal)?;
    described_by(&read, case, contents).map_err(Fault::Digest)
}

fn named(
    names: Vec<String>,
    parts: &mut std::vec::IntoIter<Vec<u8>>,
) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let named = names.into_iter().map(|name| Some((name, parts.next()?)));
    named.collect::<Option<_>>().ok_or(Fault::Internal)
}

/// The evidence in a file with all that it is judged with, and what comes of it. The register's own word cannot be judged
/// again, so it is not in it: the lists speak that it signed.
fn bundled(octets: &Vec<u8>, parts: impl FnOnce(Vec<u8>) -> Parts) -> Result<Vec<u8>, Fault> {
    let facts = replay::write(octets).map_err(|fault| match fault {
        WriteFacts::TooLarge => Fault::TooLarge,
        _ => Fault::Internal,
    })?;
    let mut parts = parts(facts);
    if Case::open(octets).content_elsewhere().is_empty() {
        parts.contents.clear();
    }
    let beside = parts.contents.iter().map(|(_, octets)| octets.len());
    if beside.fold(parts.facts.len(), usize::saturating_add) > BUNDLED {
        return Err(Fault::TooLarge);
    }
    bundle::write(&parts).map_err(|fault| match fault {
        BundleFault::TooLarge => Fault::TooLarge,
        _ => Fault::Internal,
    })
}
