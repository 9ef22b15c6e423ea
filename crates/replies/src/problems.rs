//! Which problem each failure of the office is: one function per family of errors.

use catalogue::Rule;
use catalogue::life::{Lack, MatterRefused};
use issuance::cases::Refusal;
use issuance::import::ImportCatalogueError;
use issuance::import::matters::MatterError;
use issuance::lives::change::ChangeError;
use issuance::people::PersonCertificateError;
use issuance::release::ReleaseError;
use issuance::sequencer::AppendError;
use issuance::stamps::StampError;
use issuance::{IssueError, SealingError};
use papers::documents::{DocumentError, Unfit};
use papers::evidence::EvidenceError;
use papers::signers::{SignerError, SignerRefused};
use papers::signing::SignError;
use registry::StoreError;
use registry::cases::TakeError;
use registry::jobs::{DocumentRefused, Reason, StepRefused};
use registry::licences::{ChangeRefused, FollowRefused, ReserveRefused};
use registry::objects::ObjectError;
use registry::rounds::RoundRefused;
use registry::signers::PreparedRefused;
use registry::signers::mandates::MandateRefused;

use wire::problem::{Code, Defect, Problem};

use crate::active::{active, unflattened};
use crate::inside::moved_on;
pub use crate::inside::{chain, internal};

/// The store's failures: whether anything was done stands in the code.
pub fn of_store(error: &StoreError) -> Problem {
    Problem::new(match error {
        StoreError::Full(_) => Code::StoreFull,
        StoreError::ReadOnly(_) | StoreError::Unavailable(_) => Code::StoreUnavailable,
        StoreError::Busy | StoreError::Conflict(_) => Code::Busy,
        _ => internal(error),
    })
}

fn of_object(error: &ObjectError) -> Problem {
    Problem::new(if error.lacks_room() {
        Code::StoreFull
    } else {
        tracing::error!(error = %chain(error), "the object store failed");
        Code::StoreUnavailable
    })
}

fn refusal(refusal: &catalogue::Refusal) -> Problem {
    Problem::new(Code::NotAdmitted).with(vec![Defect {
        at: String::new(),
        code: refusal.code().to_owned(),
        text: refusal.to_string(),
        rule: Some(refusal.rule().number()),
    }])
}

/// What a rule at the seal says no to, with its number.
fn ruled(code: Code, refused: &licence::sealing::SealRefused) -> Problem {
    Problem::new(code).with(vec![Defect {
        at: String::new(),
        code: refused.code().to_owned(),
        text: refused.to_string(),
        rule: Some(refused.rule().number()),
    }])
}

/// A problem of one defect, by its code and in words.
pub fn one(code: Code, defect: &'static str, text: String) -> Problem {
    Problem::new(code).with(vec![Defect {
        at: String::new(),
        code: defect.to_owned(),
        text,
        rule: None,
    }])
}

/// Why there is no licence.
pub fn of_issue(error: &IssueError) -> Problem {
    match error {
        IssueError::NotAdmitted(not_admitted) => {
            let defects = not_admitted.0.iter().map(|defect| Defect {
                at: defect.place.clone(),
                code: defect.fault.code().to_owned(),
                text: defect.fault.to_string(),
                rule: Some(defect.fault.rule().number()),
            });
            Problem::new(Code::NotAdmitted).with(defects.collect())
        }
        IssueError::Refused(refused) => refusal(refused),
        IssueError::OtherDepartment => Problem::new(Code::NotAllowed).saying(error.to_string()),
        IssueError::Photo => one(Code::NotAdmitted, "licence.photo", error.to_string()),
        IssueError::Part(refused) => Problem::new(match refused {
            licence::parts::PartRefused::Unknown => Code::NotFound,
            _ => Code::NotAdmitted,
        })
        .traced()
        .with(vec![Defect {
            at: String::new(),
            code: refused.code().to_owned(),
            text: refused.to_string(),
            rule: Some(refused.rule().number()),
        }]),
        IssueError::Change(error) => of_change(error),
        IssueError::Ruled(refused) => ruled(Code::NotAdmitted, refused),
        IssueError::NoSeal => one(Code::NotAdmitted, "licence.no-seal", error.to_string()),
        IssueError::Reserve(refused) => of_reserve(refused),
        IssueError::Draft(cause) => match cause {
            issuance::DraftError::Store(error) => of_store(error),
            issuance::DraftError::Sign(cause) => of_keys(cause),
            issuance::DraftError::Render(_)
            | issuance::DraftError::Photo(_)
            | issuance::DraftError::Modules(_)
            | issuance::DraftError::Code(_)
            | issuance::DraftError::NoTemplate(_) => {
                Problem::new(Code::PageRefused).saying(chain(cause))
            }
            _ => Problem::new(internal(cause)),
        },
        IssueError::Step(refused) => of_step(refused),
        IssueError::Sealing(cause) => of_sealing(cause),
        IssueError::Object(error) => of_object(error),
        IssueError::Store(error) => of_store(error),
        IssueError::GivenUp(reason) => given_up(reason),
        IssueError::Unknown => Problem::new(Code::NotFound),
        IssueError::Hidden => Problem::new(Code::NotFound).traced(),
        _ => Problem::new(internal(error)),
    }
}

/// Why a job was given up: what its first request was told, where that had an answer of its own.
fn given_up(reason: &Reason) -> Problem {
    match reason.code.as_str() {
        "licence.page-refused" => Problem::new(Code::PageRefused).saying(reason.text.clone()),
        "document.refused" => Problem::new(Code::DocumentRefused).saying(reason.text.clone()),
        code => Problem::new(Code::JobGivenUp).with(vec![Defect {
            at: String::new(),
            code: code.to_owned(),
            text: reason.text.clone(),
            rule: None,
        }]),
    }
}

fn of_reserve(refused: &ReserveRefused) -> Problem {
    match refused {
        ReserveRefused::KeyReused => Problem::new(Code::KeyReused),
        ReserveRefused::Running { .. } => Problem::new(Code::KeyRunning),
        ReserveRefused::NumberTaken => one(
            Code::NotAdmitted,
            "licence.number-taken",
            refused.to_string(),
        ),
        ReserveRefused::IdentifierTaken => one(
            Code::NotAdmitted,
            "licence.identifier-taken",
            refused.to_string(),
        ),
        ReserveRefused::Follow(refused) => of_follow(refused),
        ReserveRefused::OtherCatalogue => moved_on(refused),
        ReserveRefused::Store(error) => of_store(error),
        _ => Problem::new(internal(refused)),
    }
}

/// Why no version follows.
fn of_follow(refused: &FollowRefused) -> Problem {
    match refused {
        FollowRefused::Unknown => Problem::new(Code::NotFound),
        FollowRefused::Revision { .. } => Problem::new(Code::Busy).saying(refused.to_string()),
        FollowRefused::Store(error) => of_store(error),
        _ => Problem::new(Code::TransitionRefused).saying(refused.to_string()),
    }
}

fn of_step(refused: &StepRefused) -> Problem {
    match refused {
        StepRefused::Unknown => Problem::new(Code::NotFound),
        StepRefused::Approval(lacking) => {
            one(Code::ReleaseRefused, lacking.code(), lacking.to_string())
        }
        StepRefused::Over(over) => one(Code::ReleaseRefused, over.code(), over.to_string()),
        StepRefused::SamePerson => Problem::new(Code::DutiesNotSeparate),
        StepRefused::Store(error) => of_store(error),
        StepRefused::Life(_) => Problem::new(Code::TransitionRefused).saying(refused.to_string()),
        StepRefused::Unseen => one(Code::ReleaseRefused, "seal.unseen", refused.to_string()),
        StepRefused::NotGiven | StepRefused::SealNotInUse | StepRefused::OtherScope => {
            let code = match refused {
                StepRefused::NotGiven => "release.not-given",
                StepRefused::SealNotInUse => "seal.not-in-use",
                _ => "seal.other-scope",
            };
            one(Code::ReleaseRefused, code, refused.to_string())
        }
        StepRefused::Passkey(fault) => one(Code::ReleaseRefused, fault.code(), fault.to_string()),
        StepRefused::CaseStopped => Problem::new(Code::ReleaseRefused).with(vec![Defect {
            at: String::new(),
            code: "case.stopped".to_owned(),
            text: refused.to_string(),
            rule: Some("R6"),
        }]),
        StepRefused::Overtaken => Problem::new(Code::Busy).saying("the job goes on by itself"),
        StepRefused::OtherCatalogue => one(Code::Busy, "catalogue.moved-on", refused.to_string()),
        _ => Problem::new(Code::ReleaseRefused).saying(refused.to_string()),
    }
}

/// Why the key store did not sign.
fn of_keys(error: &crypto::SignError) -> Problem {
    match error {
        crypto::SignError::Locked => Problem::new(Code::KeysLocked),
        crypto::SignError::Device(_) => Problem::new(Code::KeysUnavailable).saying(chain(error)),
        _ => Problem::new(internal(error)),
    }
}

fn of_sealing(error: &SealingError) -> Problem {
    match error {
        SealingError::Store(error) => of_store(error),
        SealingError::Step(refused) => of_step(refused),
        SealingError::Sign(cause) => of_keys(cause),
        SealingError::Stamp(StampError::ClockBehind | StampError::Distrusted(_)) => {
            Problem::new(Code::ClockUntrusted)
        }
        SealingError::Package(cause) => Problem::new(Code::DocumentRefused).saying(chain(cause)),
        SealingError::NoSuite => of_paper_suite(error),
        SealingError::Prepare(cause) => Problem::new(Code::DocumentRefused).saying(chain(cause)),
        SealingError::SealNotInUse
        | SealingError::Status(issuance::answers::AnswerError::NotGood) => {
            one(Code::ReleaseRefused, "seal.not-in-use", error.to_string())
        }
        // What the file holds makes it one that no inspector would accept; the job is given up when that stays so.
        SealingError::NotAccepted(codes) => {
            let defects = codes.iter().map(|code| Defect {
                at: String::new(),
                code: code.clone(),
                text: error.to_string(),
                rule: None,
            });
            tracing::error!(error = %error, "a sealed file was not accepted");
            Problem::new(Code::NotAccepted).with(defects.collect())
        }
        SealingError::Log(behind @ AppendError::Behind { .. }) => of_behind(behind),
        SealingError::Log(_) => {
            Problem::new(Code::StoreUnavailable).saying("the job goes on by itself")
        }
        _ => Problem::new(internal(error)),
    }
}

fn of_behind(cause: &AppendError) -> Problem {
    tracing::error!(error = %chain(cause), "nothing is sealed");
    one(Code::StoreUnavailable, "log.behind", cause.to_string())
}

/// Why a release was not taken.
pub fn of_release(error: &ReleaseError) -> Problem {
    match error {
        ReleaseError::Unknown => Problem::new(Code::NotFound),
        ReleaseError::NotEnrolled => Problem::new(Code::NotAllowed).saying(error.to_string()),
        ReleaseError::Signature | ReleaseError::Expiry => {
            Problem::new(Code::ReleaseRefused).saying(error.to_string())
        }
        ReleaseError::Unseen => one(Code::ReleaseRefused, "release.unseen", error.to_string()),
        ReleaseError::Passkey(fault) => one(Code::ReleaseRefused, fault.code(), fault.to_string()),
        ReleaseError::Ruled(refused) => ruled(Code::ReleaseRefused, refused),
        ReleaseError::Step(refused) => of_step(refused),
        ReleaseError::Behind(cause) => of_behind(cause),
        ReleaseError::Sealing(cause) => of_issue(cause),
        ReleaseError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why an event was not judged.
pub fn of_case(error: &TakeError) -> Problem {
    match error {
        TakeError::KeyReused => Problem::new(Code::KeyReused),
        TakeError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why an event of a case was refused, and the cards that it earned.
pub fn of_refused_event(refusal: &Refusal) -> Problem {
    let mut defects = vec![Defect {
        at: String::new(),
        code: refusal.code.to_owned(),
        text: refusal.text.clone(),
        rule: refusal.rule,
    }];
    defects.extend(refusal.cards.iter().map(|colour| Defect {
        at: String::new(),
        code: format!("case.card-{colour}"),
        text: format!("a {colour} card was given"),
        rule: Some("R14"),
    }));
    Problem::new(Code::EventRefused).with(defects)
}

/// Why a licence was not changed.
pub fn of_change(error: &ChangeError) -> Problem {
    match error {
        ChangeError::Unknown => Problem::new(Code::NotFound),
        ChangeError::Hidden => Problem::new(Code::NotFound).traced(),
        ChangeError::Refused(refused) => refusal(refused),
        ChangeError::Ahead => one(
            Code::NotAdmitted,
            "licence.effective-ahead",
            error.to_string(),
        ),
        ChangeError::Machine => Problem::new(Code::DutiesNotSeparate).saying(error.to_string()),
        ChangeError::Change(refused) => match refused {
            ChangeRefused::KeyReused => Problem::new(Code::KeyReused),
            ChangeRefused::Unknown => Problem::new(Code::NotFound),
            ChangeRefused::Revision { .. } => Problem::new(Code::Busy).saying(refused.to_string()),
            ChangeRefused::Life(life) => Problem::new(Code::TransitionRefused).with(vec![Defect {
                at: String::new(),
                code: life.code().to_owned(),
                text: life.to_string(),
                rule: Some(life.rule().number()),
            }]),
            ChangeRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(refused)),
        },
        ChangeError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why a document does not wait for a seal.
pub fn of_document(error: &DocumentError) -> Problem {
    match error {
        DocumentError::Refused(refused) => refusal(refused),
        DocumentError::Licence => one(Code::NotAdmitted, "seal.purpose", error.to_string()),
        DocumentError::Read(cause) => Problem::new(Code::DocumentRefused).saying(chain(cause)),
        DocumentError::Flatten(cause) => unflattened(cause),
        DocumentError::Package(cause) => Problem::new(Code::DocumentRefused).saying(chain(cause)),
        DocumentError::Active(findings) => active(findings),
        DocumentError::Page { .. } => Problem::new(Code::DocumentRefused).saying(error.to_string()),
        DocumentError::UnknownCase => Problem::new(Code::NotFound),
        DocumentError::Content(Unfit::Large) => Problem::new(Code::RequestTooLarge),
        DocumentError::Layout(cause) => Problem::new(Code::PageRefused).saying(chain(cause)),
        DocumentError::Reserve(refused) => match refused {
            DocumentRefused::KeyReused => Problem::new(Code::KeyReused),
            DocumentRefused::Running { .. } => Problem::new(Code::KeyRunning),
            DocumentRefused::OtherCatalogue => moved_on(refused),
            DocumentRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(refused)),
        },
        DocumentError::Repeated(cause) => of_issue(cause),
        DocumentError::Step(refused) => of_step(refused),
        DocumentError::Object(error) => of_object(error),
        DocumentError::Store(error) => of_store(error),
        refused => match refused.code() {
            DocumentError::OTHER => Problem::new(internal(error)),
            code => of_paper(code, error),
        },
    }
}

fn of_paper_suite(error: &SealingError) -> Problem {
    one(
        Code::DocumentRefused,
        "document.no-suite",
        error.to_string(),
    )
}

fn of_paper(code: &'static str, error: &DocumentError) -> Problem {
    one(Code::DocumentRefused, code, error.to_string())
}

/// Why there is no evidence of a case.
pub fn of_evidence(error: &EvidenceError) -> Problem {
    match error {
        EvidenceError::Case(cause) => of_document(cause),
        EvidenceError::Object(error) => of_object(error),
        EvidenceError::Place(_) => Problem::new(Code::Busy),
        EvidenceError::TooMuch => Problem::new(Code::RequestTooLarge).saying(error.to_string()),
        EvidenceError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why nothing was done to a signature identity.
pub fn of_signer(error: &SignerError) -> Problem {
    match error {
        SignerError::Person(_) | SignerError::Level | SignerError::Means => {
            Problem::new(Code::SignerLevel).saying(error.to_string())
        }
        SignerError::Refused(refused) => match refused {
            SignerRefused::KeyReused => Problem::new(Code::KeyReused),
            SignerRefused::Unknown => Problem::new(Code::NotFound),
            SignerRefused::Person => Problem::new(Code::SignerLevel).saying(refused.to_string()),
            // What was shown from afar: the doors of CSC answer in its own words, and nobody else brings one.
            SignerRefused::Life(_)
            | SignerRefused::Activation(_)
            | SignerRefused::NotActive(_)
            | SignerRefused::OneTime
            | SignerRefused::HeldByPerson
            | SignerRefused::HeldByOffice => {
                Problem::new(Code::SignerRefused).saying(refused.to_string())
            }
            SignerRefused::Round(refused) => of_round(refused),
            SignerRefused::Mandate(refused) => of_mandate(*refused),
            SignerRefused::Prepared(PreparedRefused::Unknown) => Problem::new(Code::NotFound),
            SignerRefused::Prepared(cause) => {
                one(Code::PreparedRefused, cause.code(), cause.to_string())
            }
            SignerRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(refused)),
        },
        SignerError::Name(cause) => Problem::new(Code::CertificateRefused).saying(chain(cause)),
        SignerError::OwnKey(cause) => one(Code::CertificateRefused, cause.code(), chain(cause)),
        SignerError::Key(crypto::KeyStoreError::Locked) => Problem::new(Code::KeysLocked),
        SignerError::Key(crypto::KeyStoreError::Device { source, .. }) => {
            of_keys(&(*source).into())
        }
        SignerError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why nothing is signed under a mandate, or it is not changed so.
#[must_use]
pub fn of_mandate(refused: MandateRefused) -> Problem {
    match refused {
        // Whoever asks a mandate writes what it refuses.
        MandateRefused::Unknown => Problem::new(Code::NotFound).traced(),
        refused => one(Code::MandateRefused, refused.code(), refused.to_string()),
    }
}

/// Why nothing was done to a document that several sign.
fn of_round(refused: &RoundRefused) -> Problem {
    match (refused, refused.code()) {
        (RoundRefused::KeyReused, _) => Problem::new(Code::KeyReused),
        (RoundRefused::Unknown, _) => Problem::new(Code::NotFound),
        (RoundRefused::Store(error), _) => of_store(error),
        (RoundRefused::Mandate(refused), _) => of_mandate(*refused),
        (RoundRefused::Plan(_), Some(code)) => one(Code::SigningPlan, code, refused.to_string()),
        (_, Some(code)) => one(Code::SigningRefused, code, refused.to_string()),
        _ => Problem::new(internal(refused)),
    }
}

/// Why a document was not signed.
pub fn of_sign(error: &SignError) -> Problem {
    match error {
        SignError::Signer(cause) => of_signer(cause),
        SignError::Intent(cause) => {
            Problem::new(Code::RequestMalformed).saying(format!("intent: {cause}"))
        }
        SignError::Read(cause) => Problem::new(Code::DocumentRefused).saying(chain(cause)),
        SignError::Name(_)
        | SignError::Drawing(_)
        | SignError::Sealing(SealingError::Prepare(_)) => {
            Problem::new(Code::DocumentRefused).saying(chain(error))
        }
        SignError::Active(findings) => active(findings),
        SignError::Strokes(_) | SignError::NoSample => one(
            Code::DocumentRefused,
            "signer.handwriting",
            error.to_string(),
        ),
        SignError::Package => one(Code::SigningPlan, "signing.package", error.to_string()),
        SignError::Sealing(SealingError::Sign(cause)) => of_keys(cause),
        SignError::Sealing(SealingError::Log(behind @ AppendError::Behind { .. })) => {
            of_behind(behind)
        }
        SignError::Sealing(SealingError::NotAccepted(codes)) => {
            Problem::new(Code::NotAccepted).saying(codes.join(", "))
        }
        SignError::Object(error) => of_object(error),
        SignError::Unknown => Problem::new(Code::NotFound),
        SignError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why a catalogue is not in force.
pub fn of_import(error: &ImportCatalogueError) -> Problem {
    match error {
        ImportCatalogueError::Import(import) => of_defects(import),
        ImportCatalogueError::Breaches(breaches) => {
            let defects = breaches.iter().take(200).map(|breach| Defect {
                at: "matters".to_owned(),
                code: breach.code().to_owned(),
                text: breach.to_string(),
                rule: None,
            });
            Problem::new(Code::NotAdmitted)
                .saying(error.to_string())
                .with(defects.collect())
        }
        ImportCatalogueError::NotText(_) => Problem::new(Code::RequestMalformed),
        ImportCatalogueError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// What is wrong with the files of a catalogue, each defect by its place.
fn of_defects(import: &catalogue::ImportError) -> Problem {
    let found: &[catalogue::Defect] = match import {
        catalogue::ImportError::Defects(found) => found,
        _ => &[],
    };
    let defects = found.iter().take(200).map(|defect| Defect {
        at: defect.place.clone(),
        code: "catalogue.defect".to_owned(),
        text: match defect.line {
            Some(line) => format!("line {line}: {}", defect.fault),
            None => defect.fault.to_string(),
        },
        rule: None,
    });
    Problem::new(Code::NotAdmitted)
        .saying(import.to_string())
        .with(defects.collect())
}

/// Why nothing was done to a version of a matter.
pub fn of_matter(error: &MatterError) -> Problem {
    match error {
        MatterError::Unknown => Problem::new(Code::NotFound),
        MatterError::Entry(import) => of_defects(import),
        MatterError::NotTheApplyingBody | MatterError::NoPerson => {
            Problem::new(Code::NotAllowed).saying(error.to_string())
        }
        MatterError::NotADraft => one(Code::MatterRefused, "matter.not-a-draft", error.to_string()),
        MatterError::Day => one(Code::NotAdmitted, "matter.day", error.to_string()),
        MatterError::Life(life) => of_matter_life(life),
        MatterError::MovedOn => Problem::new(Code::Busy).saying(error.to_string()),
        MatterError::Catalogue(error) => of_import(error),
        MatterError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

fn of_matter_life(refused: &MatterRefused) -> Problem {
    let defect = |code: &str, text: String, rule: Rule| Defect {
        at: String::new(),
        code: code.to_owned(),
        text,
        rule: Some(rule.number()),
    };
    let (code, defects) = match refused {
        MatterRefused::Lacking(lacks) => {
            let lacking = |lack: &Lack| defect(refused.code(), lack.to_string(), lack.rule());
            (Code::NotAdmitted, lacks.iter().map(lacking).collect())
        }
        _ => {
            let code = match refused {
                MatterRefused::OwnMatter | MatterRefused::SamePerson => Code::DutiesNotSeparate,
                MatterRefused::NotTheApplyingBody(_) | MatterRefused::NotTheOwner(_) => {
                    Code::NotAllowed
                }
                MatterRefused::NoBasis => Code::NotAdmitted,
                _ => Code::MatterRefused,
            };
            let told = defect(refused.code(), refused.to_string(), refused.rule());
            (code, vec![told])
        }
    };
    Problem::new(code).with(defects)
}

/// Why there is no certificate.
pub fn of_certificate(error: &PersonCertificateError) -> Problem {
    match error {
        PersonCertificateError::Unknown => Problem::new(Code::NotFound),
        PersonCertificateError::Store(error) => of_store(error),
        PersonCertificateError::Certify(cause) => match cause {
            issuance::people::CertifyError::Sign(cause) => of_keys(cause),
            issuance::people::CertifyError::Lint(refused) => {
                let defects = refused.findings.iter().map(|finding| Defect {
                    at: String::new(),
                    code: finding.rule.code.to_owned(),
                    text: finding.rule.code.to_owned(),
                    rule: None,
                });
                Problem::new(Code::CertificateRefused).with(defects.collect())
            }
            issuance::people::CertifyError::Profile(cause) => {
                Problem::new(Code::CertificateRefused).saying(cause.to_string())
            }
            _ => Problem::new(internal(cause)),
        },
        PersonCertificateError::Key(_)
        | PersonCertificateError::Proof
        | PersonCertificateError::Name(_) => {
            Problem::new(Code::CertificateRefused).saying(error.to_string())
        }
        _ => Problem::new(internal(error)),
    }
}
