//! Stage documents: acceptance notice, supplement request, decision, delivery receipt. What they
//! say comes from the case, how they look from a form; they are sealed as every document is (D19).

use catalogue::key::{PersonKey, SealCode};
use catalogue::kind::{FileFormat, Suite};
use catalogue::{Calendar, Catalogue, DocumentPurpose, Refusal, SealUse};
use document::{Paper, Unsealed};
use dossier::number::CaseNumber;
use dossier::stage::{self, StageDocument};
use dossier::{CaseFile, Dossier, Scene};
use registry::jobs::{Grounds, JobState};
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::{Date, UtcDateTime};

use crate::waits::{DocumentError, denied, wait};
use backoffice::asker::{Asker, Once};
use backoffice::desk::Desk;
use backoffice::import;
use backoffice::level::{Level, SealEdition};
use backoffice::means::means;
use backoffice::office::Office;
use backoffice::said::{hex, moment, state};
use issuance::issue::{Begun, Spot, Stand};

/// A stage document, and on what its seal rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePaper {
    /// What it says.
    pub document: StageDocument,
    /// The ground of the seal's use: the acceptance, the decision's number.
    pub ground: String,
    /// Who decided, where somebody did (R3).
    pub decided_by: Option<PersonKey>,
}

impl StagePaper {
    /// The document of this purpose that the case has to write on `on`; `handed` names what was handed over.
    ///
    /// # Errors
    /// `NoForm` for a purpose that no stage document has; `NothingToSay` where the case is not there yet.
    pub fn of(
        (dossier, scene): (&Dossier, &Scene<'_>),
        purpose: DocumentPurpose,
        (handed, on): (&[String], Date),
    ) -> Result<Self, DocumentError> {
        let decision = dossier.decision();
        let ruled = decision.map(|decision| decision.ruled.number.as_str().to_owned());
        let (document, ground) = match purpose {
            DocumentPurpose::AcceptanceNotice => {
                let document = stage::acceptance_notice(dossier, scene);
                let ground = document
                    .as_ref()
                    .map(|notice| format!("acceptance {}", notice.on));
                (document, ground)
            }
            DocumentPurpose::SupplementRequest => {
                let document = stage::supplement_request(dossier, scene, on);
                (document, Some(format!("supplement {on}")))
            }
            DocumentPurpose::Decision => (stage::decision(dossier, scene), ruled),
            DocumentPurpose::DeliveryReceipt => {
                let document = stage::delivery_receipt(dossier, scene, (handed, on));
                (document, ruled)
            }
            _ => return Err(DocumentError::NoForm),
        };
        let (Some(document), Some(ground)) = (document, ground) else {
            return Err(DocumentError::NothingToSay);
        };
        let decided = matches!(
            purpose,
            DocumentPurpose::Decision | DocumentPurpose::DeliveryReceipt
        );
        Ok(Self {
            document,
            ground,
            decided_by: decision
                .filter(|_| decided)
                .map(|decision| decision.by.clone()),
        })
    }
}

/// Writes a stage document and keeps it until its seal is released.
///
/// # Errors
/// [`DocumentError`]; what a rule refuses stands in the trace.
pub async fn begin_paper(
    office: &Office,
    asker: &Asker,
    once: &Once,
    paper: &StagePaper,
) -> Result<Begun, DocumentError> {
    let written = match written(office, asker, paper).await {
        Ok(written) => written,
        Err(refused) => {
            let about = (paper.document.case.to_string(), paper.document.purpose);
            return Err(denied(office, asker, about, refused).await?);
        }
    };
    let grounds = Grounds {
        seal: written.seal,
        purpose: paper.document.purpose,
        matter: Some(paper.document.matter.clone()),
        case: paper.document.case.to_string(),
        decision: written.ground,
        decided_by: paper.decided_by.clone(),
        requester: asker.person.clone(),
    };
    wait(
        office,
        (asker, once),
        (grounds, &written.spot),
        written.files,
    )
    .await
}

struct Written {
    seal: SealCode,
    ground: String,
    spot: Spot,
    /// The PDF, and the OFD where office and seal have the national suite.
    files: Vec<(FileFormat, Vec<u8>)>,
}

async fn written(
    office: &Office,
    asker: &Asker,
    paper: &StagePaper,
) -> Result<Written, DocumentError> {
    let mut desk = office.desk();
    let document = &paper.document;
    let today = office.settings.zone.date_at(office.clock.now());
    let mut found = seal_for(&desk.catalogue, asker, document, today);
    // T-S6: by what another process decided since, where that may change the answer.
    if found.is_err() && import::heard(office, &desk).await {
        desk = office.desk();
        found = seal_for(&desk.catalogue, asker, document, today);
    }
    let (seal, under) = found?;
    let shown = desk.seals.get(&seal).ok_or(DocumentError::NoSeal)?;
    let national = means(office, shown, Suite::Sm).is_some();
    let (page, ofd) = {
        let _place = office.work.acquire().await;
        page(office, &desk, document, national)?
    };
    let seen = shown.appearance()?;
    let [left, lower, ..] = page.seal_rectangle(seen.width(), seen.height());
    Ok(Written {
        seal,
        ground: match under {
            // D19: an acceptance notice rests on matter, acceptance and delegation.
            Some(delegation) => format!("{}, delegation {delegation}", paper.ground),
            None => paper.ground.clone(),
        },
        spot: Spot {
            page: page.page,
            corner: (left, lower),
            level: Level::LongTerm,
            stand: Stand::Field,
            edition: SealEdition::V4,
        },
        files: [(FileFormat::Pdf, page.bytes)]
            .into_iter()
            .chain(ofd.map(|ofd| (FileFormat::Ofd, ofd)))
            .collect(),
    })
}

/// The seal of the body that may stand on it today, and the delegation under which the asker asks for it (R1, R2, R4).
fn seal_for(
    catalogue: &Catalogue,
    asker: &Asker,
    document: &StageDocument,
    today: Date,
) -> Result<(SealCode, Option<String>), DocumentError> {
    let mut refused: Option<Refusal> = None;
    for scope in catalogue.seals() {
        if scope.holder != document.issuer.0 || !scope.kind.serves(document.purpose) {
            continue;
        }
        let sealing = SealUse {
            seal: scope.seal.clone(),
            purpose: document.purpose,
            matter: Some(document.matter.clone()),
            by: asker.department.clone(),
        };
        match catalogue.may_seal(&sealing, today) {
            Ok(grounds) => {
                let under = grounds.under().map(ToString::to_string);
                return Ok((scope.seal.clone(), under));
            }
            Err(refusal) => refused = Some(refusal),
        }
    }
    Err(match refused {
        Some(refusal) => refusal.into(),
        None if asker.department != document.issuer.0 => DocumentError::OtherBody,
        None => DocumentError::NoSeal,
    })
}

/// The document on its form, and the same as OFD.
fn page(
    office: &Office,
    desk: &Desk,
    document: &StageDocument,
    national: bool,
) -> Result<(Unsealed, Option<Vec<u8>>), DocumentError> {
    let form = desk.forms.get(document.form).ok_or(DocumentError::NoForm)?;
    let issuer = desk.catalogue.department(&document.issuer.0);
    let code = issuer.map_or("", |issuer| issuer.code.as_str());
    let data = data(document, code, form.template().version());
    let paper = Paper {
        data: &data,
        on: document.on,
        moment: backoffice::answers::whole(office.clock.now()),
    };
    let ofd = national.then(|| form.render_paper_ofd(&paper));
    let ofd = ofd.transpose()?.map(|ofd| ofd.bytes);
    Ok((form.render_paper(&paper)?, ofd))
}

/// `document.json`: what the page says, for machines.
fn data(document: &StageDocument, issuer: &str, version: &str) -> Vec<u8> {
    let mut fields: Map<String, Value> = document
        .lines
        .iter()
        .map(|line| (line.name.to_owned(), json!(line.value)))
        .collect();
    let rows = document.lists.iter().flat_map(|list| {
        let row = move |(what, said)| json!({"list": list.label.0, "what": what, "said": said});
        list.rows.iter().map(|(what, said)| (what, said)).map(row)
    });
    fields.insert("lists".to_owned(), rows.collect());
    fields.insert("sentences".to_owned(), json!(document.sentences));
    fields.insert("closing".to_owned(), json!(document.closing));
    let data = json!({
        "addressee": document.addressee,
        "case": document.case.as_str(),
        "edition": document.edition,
        "fields": fields,
        "issuer": {"code": issuer, "name": document.issuer.1},
        "matter": document.matter.as_str(),
        "on": document.on.to_string(),
        "purpose": document.purpose.code(),
        "template": {"key": document.form, "version": version},
        "title": {"en": document.title.1, "zh": document.title.0},
    });
    // Strings and numbers always write.
    serde_json::to_vec(&data).unwrap_or_default()
}

/// A document of a case, sealed or waiting for its seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseDocument {
    /// Its job.
    pub job: String,
    /// What it is for.
    pub purpose: &'static str,
    /// `pending_seal`, `recorded`, `refused` or `failed`.
    pub state: &'static str,
    /// The seal.
    pub seal: String,
    /// The ground of the seal's use.
    pub ground: String,
    /// When it was asked for, RFC 3339.
    pub asked: String,
    /// SHA-256 of the sealed file, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_digest: Option<String>,
    /// Where the sealed file is had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The receipt of the public log (C2SP tlog-proof).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Asks for a stage document of a case that the service holds.
///
/// # Errors
/// [`DocumentError`]; what a rule refuses stands in the trace.
pub async fn ask(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (case, purpose): (&CaseNumber, DocumentPurpose),
) -> Result<Begun, DocumentError> {
    match paper(office, asker, (case, purpose)).await {
        Ok(paper) => begin_paper(office, asker, once, &paper).await,
        Err(failed @ (DocumentError::Store(_) | DocumentError::UnknownCase)) => Err(failed),
        Err(refused) => {
            let about = (case.to_string(), purpose);
            Err(denied(office, asker, about, refused).await?)
        }
    }
}

/// Whether a document of this purpose is one that a case writes.
pub(crate) fn is_of_case(purpose: DocumentPurpose) -> bool {
    matches!(
        purpose,
        DocumentPurpose::AcceptanceNotice
            | DocumentPurpose::SupplementRequest
            | DocumentPurpose::Decision
            | DocumentPurpose::DeliveryReceipt
    )
}

/// The document of this purpose that a case which is known here has to write today.
pub(crate) async fn paper(
    office: &Office,
    asker: &Asker,
    (case, purpose): (&CaseNumber, DocumentPurpose),
) -> Result<StagePaper, DocumentError> {
    let file = concerned(office, asker, case).await?;
    let desk = office.desk();
    let dossier = file.dossier().ok_or(DocumentError::UnknownCase)?;
    let now = office.clock.now();
    let handed = match purpose {
        DocumentPurpose::DeliveryReceipt => handed(office, asker, case).await?,
        _ => Vec::new(),
    };
    let today = office.settings.zone.date_at(now);
    scene(&desk, dossier, now, |scene| {
        StagePaper::of((dossier, scene), purpose, (&handed, today))
    })
}

/// What `of` says of a case in the scene of this moment: the catalogue in force, the working days of its body's region.
pub(crate) fn scene<T>(
    desk: &Desk,
    dossier: &Dossier,
    now: UtcDateTime,
    of: impl FnOnce(&Scene<'_>) -> T,
) -> T {
    let matter = desk.catalogue.matter(&dossier.terms().matter);
    let body = matter.and_then(|matter| desk.catalogue.department(&matter.exercised_by));
    let calendar = body.map_or_else(Calendar::default, |body| {
        desk.catalogue.calendar(&body.region)
    });
    of(&Scene {
        catalogue: &desk.catalogue,
        calendar: &calendar,
        restrictions: &[],
        releases: &[],
        licences: &[],
        now,
    })
}

/// T-P3: for a body that it does not concern there is no such case.
pub(crate) async fn concerned(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<CaseFile, DocumentError> {
    let file = issuance::cases::find(office, case).await?;
    let desk = office.desk();
    let seen = file.filter(|file| {
        file.dossier().is_some_and(|dossier| {
            docket::is_concerned(dossier, &asker.department, &desk.catalogue)
        })
    });
    seen.ok_or(DocumentError::UnknownCase)
}

/// What was sealed in the case and is handed over: its decision, its licences.
async fn handed(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<Vec<String>, DocumentError> {
    let jobs = office.registry.jobs();
    let mut handed = Vec::new();
    for job in jobs.of_case(&asker.department, case.as_str()).await? {
        if job.state != JobState::Recorded {
            continue;
        }
        match (&job.identifier, job.grounds.purpose) {
            (Some(identifier), _) => {
                let licences = office.registry.licences();
                let record = licences.find(identifier, Some(&asker.department)).await?;
                handed.extend(record.map(|record| format!("证照 {}", record.number.as_str())));
            }
            (None, DocumentPurpose::Decision) => {
                handed.push(format!("决定书 {}", job.grounds.decision));
            }
            _ => {}
        }
    }
    Ok(handed)
}

/// The documents of a case that the own department asked for, the first first.
///
/// # Errors
/// `UnknownCase`, `Store`.
pub async fn of_case(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<Vec<CaseDocument>, DocumentError> {
    concerned(office, asker, case).await?;
    let jobs = office.registry.jobs();
    let mut documents = Vec::new();
    for job in jobs.of_case(&asker.department, case.as_str()).await? {
        let files = jobs.files(&job.id, Some(&asker.department)).await?;
        let file = files.first();
        documents.push(CaseDocument {
            purpose: job.grounds.purpose.code(),
            state: state(&job),
            seal: job.grounds.seal.to_string(),
            ground: job.grounds.decision.clone(),
            asked: moment(job.begun),
            file_digest: file.map(|file| hex(&file.digest)),
            file: file.map(|_| match &job.identifier {
                Some(identifier) => {
                    format!(
                        "{}/v1/licences/{identifier}/files/pdf",
                        office.settings.address
                    )
                }
                None => format!(
                    "{}/v1/seal-signatures/{}/file",
                    office.settings.address, job.id
                ),
            }),
            receipt: file.map(|file| String::from_utf8_lossy(&file.receipt).into_owned()),
            job: job.id.to_string(),
        });
    }
    Ok(documents)
}
