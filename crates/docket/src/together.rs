//! One event of a package: what happens in several of its cases at once, in all of them or in none.

use catalogue::Catalogue;
use dossier::Words;
use dossier::event::{Application, Asked, Filing, Happening};
use dossier::material::{Because, How};
use dossier::number::{CaseNumber, EventId, PackageNumber, PaperDigest};
use dossier::package::{CaseOf, MAX_MATTERS, Package, PackageOf, PackageRefused};
use dossier::person::{Actor, Party};
use dossier::signed::Signed;
use serde::{Deserialize, Serialize};
use time::{Date, UtcDateTime};

/// An event of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageEvent {
    /// Its id, chosen by the sender; a repeat carries it again. Each case that it touches has it under this id.
    pub id: EventId,
    /// The package.
    pub package: PackageNumber,
    /// Who acted.
    pub actor: Actor,
    /// From when it holds.
    #[serde(with = "dossier::clock::moment")]
    pub at: UtcDateTime,
    /// What happened.
    pub what: Together,
}

/// What happened in several cases at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Together {
    /// 收件: one application for several matters opens their cases.
    Received(OneApplication),
    /// A material is had, and counts in every case whose list has it.
    Had {
        /// One of the cases.
        case: CaseNumber,
        /// Its number in the list of that case.
        material: u16,
        /// How.
        how: How,
    },
    /// A material cannot be had as the matters say, in every case whose list has it.
    Unavailable {
        /// One of the cases.
        case: CaseNumber,
        /// Its number in the list of that case.
        material: u16,
        /// Why.
        why: Words,
    },
    /// 补正告知: asked for once, for every case whose list has it.
    SupplementAsked {
        /// What is asked for.
        asked: Vec<AskedOf>,
        /// The last day on which it may be given.
        #[serde(with = "dossier::day")]
        by: Date,
    },
    /// Acts of several cases, each case at most once.
    Each(Vec<ActOf>),
}

/// One application for several matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneApplication {
    /// The cases that it opens, in its order.
    pub cases: Vec<CaseOf>,
    /// Who applies.
    pub applicant: Party,
    /// The person who stands for a firm, a minor or another.
    #[serde(default)]
    pub represented_by: Option<Party>,
    /// The digest of the form.
    pub form: PaperDigest,
    /// The signature on it.
    pub signed: Signed,
}

/// A material asked for after the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedOf {
    /// One of the cases.
    pub case: CaseNumber,
    /// Its number in the list of that case.
    pub material: u16,
    /// Why.
    pub because: Because,
}

/// What happens in one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActOf {
    /// The case.
    pub case: CaseNumber,
    /// What.
    pub what: Happening,
}

impl PackageEvent {
    /// What happens in which case. `known` is the package as it was opened; for its opening there is none.
    ///
    /// # Errors
    /// [`PackageRefused`].
    pub fn happenings(
        &self,
        known: Option<&PackageOf>,
        catalogue: &Catalogue,
    ) -> Result<Vec<(CaseNumber, Happening)>, PackageRefused> {
        if let Together::Received(application) = &self.what {
            return self.opened(application, catalogue);
        }
        let known = known.ok_or(PackageRefused::Unopened)?;
        let terms = known.terms(catalogue)?;
        match &self.what {
            Together::Received(_) => Err(PackageRefused::Unopened),
            Together::Had {
                case,
                material,
                how,
            } => filed(known, &terms, (case, *material), |material| Filing::Had {
                material,
                how: how.clone(),
            }),
            Together::Unavailable {
                case,
                material,
                why,
            } => filed(known, &terms, (case, *material), |material| {
                Filing::Unavailable {
                    material,
                    why: why.clone(),
                }
            }),
            Together::SupplementAsked { asked, by } => supplement(known, &terms, (asked, *by)),
            Together::Each(acts) => each(known, &terms, acts),
        }
    }

    fn opened(
        &self,
        application: &OneApplication,
        catalogue: &Catalogue,
    ) -> Result<Vec<(CaseNumber, Happening)>, PackageRefused> {
        if application.cases.len() > MAX_MATTERS {
            return Err(PackageRefused::Count);
        }
        let package = PackageOf {
            number: self.package.clone(),
            cases: application.cases.clone(),
        };
        package.terms(catalogue)?;
        let received = |one: &CaseOf| {
            let own = Application {
                matter: one.matter.clone(),
                applicant: application.applicant.clone(),
                represented_by: application.represented_by.clone(),
                form: application.form,
                signed: application.signed.clone(),
                package: Some(package.clone()),
            };
            (one.case.clone(), Happening::Received(own))
        };
        Ok(application.cases.iter().map(received).collect())
    }
}

/// R14: what is handed in once counts wherever it is listed.
fn filed(
    known: &PackageOf,
    terms: &Package,
    (case, material): (&CaseNumber, u16),
    filing: impl Fn(u16) -> Filing,
) -> Result<Vec<(CaseNumber, Happening)>, PackageRefused> {
    let sharing = known.sharing(terms, (case, material));
    if sharing.is_empty() {
        return Err(PackageRefused::NoSuchMaterial {
            case: case.clone(),
            material,
        });
    }
    let happens = |(case, material)| (case, Happening::Filed(filing(material)));
    Ok(sharing.into_iter().map(happens).collect())
}

/// What is asked for, case by case: a material that two cases list is asked for in both, and once of the applicant.
fn supplement(
    known: &PackageOf,
    terms: &Package,
    (asked, by): (&[AskedOf], Date),
) -> Result<Vec<(CaseNumber, Happening)>, PackageRefused> {
    let mut of_cases: Vec<(CaseNumber, Vec<Asked>)> = Vec::new();
    for one in asked {
        let sharing = known.sharing(terms, (&one.case, one.material));
        if sharing.is_empty() {
            return Err(PackageRefused::NoSuchMaterial {
                case: one.case.clone(),
                material: one.material,
            });
        }
        for (case, material) in sharing {
            let listed = Asked::Listed {
                material,
                because: one.because,
            };
            match of_cases.iter_mut().find(|(known, _)| *known == case) {
                Some((_, all)) => all.push(listed),
                None => of_cases.push((case, vec![listed])),
            }
        }
    }
    if of_cases.is_empty() {
        return Err(PackageRefused::Nothing);
    }
    let happens = |(case, asked)| {
        let what = Happening::SupplementAsked {
            asked,
            conditions: Vec::new(),
            by,
        };
        (case, what)
    };
    Ok(of_cases.into_iter().map(happens).collect())
}

fn each(
    known: &PackageOf,
    terms: &Package,
    acts: &[ActOf],
) -> Result<Vec<(CaseNumber, Happening)>, PackageRefused> {
    if acts.is_empty() {
        return Err(PackageRefused::Nothing);
    }
    for (place, act) in acts.iter().enumerate() {
        if !known.cases.iter().any(|one| one.case == act.case) {
            return Err(PackageRefused::OtherCase(act.case.clone()));
        }
        if acts
            .iter()
            .skip(place + 1)
            .any(|later| later.case == act.case)
        {
            return Err(PackageRefused::CaseTwice(act.case.clone()));
        }
        if matches!(act.what, Happening::Received(_)) || shares(known, terms, act) {
            return Err(PackageRefused::Apart(act.case.clone()));
        }
    }
    let happens = |act: &ActOf| (act.case.clone(), act.what.clone());
    Ok(acts.iter().map(happens).collect())
}

fn shares(known: &PackageOf, terms: &Package, act: &ActOf) -> bool {
    is_shared(known, terms, (&act.case, &act.what))
}

/// Whether it says of one case what belongs to several: a shared material is had, missed or asked for once, for all of
/// them (R14).
#[must_use]
pub fn is_shared(
    package: &PackageOf,
    terms: &Package,
    (case, what): (&CaseNumber, &Happening),
) -> bool {
    let shared = |material: u16| package.sharing(terms, (case, material)).len() > 1;
    match what {
        Happening::Filed(Filing::Had { material, .. } | Filing::Unavailable { material, .. }) => {
            shared(*material)
        }
        Happening::SupplementAsked { asked, .. } => asked.iter().any(|one| match one {
            Asked::Listed { material, .. } => shared(*material),
            Asked::Unlisted { .. } => false,
        }),
        _ => false,
    }
}
