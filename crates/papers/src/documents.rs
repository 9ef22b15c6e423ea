//! Sealing a caller's own document: the same release, journal, time-stamp and log as a licence (D19).

pub use affix::flatten::FlattenPdf;
pub use affix::preflight::Finding;

pub use backoffice::level::{SealEdition, Shown};
pub use envelope::Unfit;

pub use crate::waits::DocumentError;

use affix::flatten::{Line, flatten};
use affix::preflight::preflight;
use catalogue::key::{MatterCode, PersonKey, SealCode};
use catalogue::kind::FileFormat;
use catalogue::{DocumentPurpose, SealUse};
use registry::Later;
use registry::jobs::Grounds;

use backoffice::asker::{Asker, Once};
use backoffice::level::Level;
use backoffice::office::Office;
use issuance::issue::{Begun, Spot};

use crate::flat::told;
use crate::resting::Resting;
use crate::waits::{denied, may_seal, wait_told};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentOrder {
    /// The seal.
    pub seal: SealCode,
    /// What the document is for.
    pub purpose: DocumentPurpose,
    /// The matter, where the purpose has one.
    pub matter: Option<MatterCode>,
    /// The case, or empty.
    pub case: String,
    /// The ground of the use, such as the number of a decision.
    pub ground: String,
    /// Where the seal is shown.
    pub shown: Shown,
    /// How much of the proof goes into the file.
    pub level: Level,
    /// The edition of the seal; that of a PDF has none.
    pub edition: SealEdition,
    /// Whether a PDF is flattened to what it shows before anything else looks at it.
    pub flatten: bool,
}

impl DocumentOrder {
    fn spot(&self) -> Spot {
        Spot::of(self.shown, self.level, self.edition)
    }

    fn resting(&self) -> Resting<'_> {
        Resting {
            purpose: self.purpose,
            matter: self.matter.as_ref(),
            case: &self.case,
            ground: &self.ground,
        }
    }
}

/// Admits a document and keeps it until its seal is released.
///
/// # Errors
/// [`DocumentError`]; what a rule refuses stands in the trace.
pub fn begin_document<'a>(
    office: &'a Office,
    asker: &'a Asker,
    once: &'a Once,
    order: &'a DocumentOrder,
    file: Vec<u8>,
) -> Later<'a, Result<Begun, DocumentError>> {
    Box::pin(async move {
        let (file, lines, decided_by) = match admitted(office, asker, order, file).await {
            Ok(admitted) => admitted,
            Err(refused) => return Err(deny(office, asker, order, refused).await?),
        };
        let grounds = Grounds {
            seal: order.seal.clone(),
            purpose: order.purpose,
            matter: order.matter.clone(),
            case: order.case.clone(),
            decision: order.ground.clone(),
            decided_by,
            requester: asker.person.clone(),
        };
        wait_told(
            office,
            (asker, once),
            (grounds, &order.spot()),
            vec![(format_of(&file), file)],
            told(lines),
        )
        .await
    })
}

/// What a file is, by its first octets: a package, or whatever a PDF's own reader makes of it.
fn format_of(file: &[u8]) -> FileFormat {
    if file.starts_with(b"PK") {
        FileFormat::Ofd
    } else {
        FileFormat::Pdf
    }
}

/// Purpose, seal and scope first (D19), and the case; then whether the file can be sealed as it is (T-S5). Gives who decided, too.
async fn admitted(
    office: &Office,
    asker: &Asker,
    order: &DocumentOrder,
    file: Vec<u8>,
) -> Result<(Vec<u8>, Vec<Line>, Option<PersonKey>), DocumentError> {
    may_seal(
        office,
        SealUse {
            seal: order.seal.clone(),
            purpose: order.purpose,
            matter: order.matter.clone(),
            by: asker.department.clone(),
        },
    )
    .await?;
    let decided_by = order.resting().judge(office, asker).await?;
    let _place = office.work.acquire().await;
    let (file, lines) = inspected(office, order, file)?;
    Ok((file, lines, decided_by))
}

fn inspected(
    office: &Office,
    order: &DocumentOrder,
    file: Vec<u8>,
) -> Result<(Vec<u8>, Vec<Line>), DocumentError> {
    match format_of(&file) {
        FileFormat::Ofd => inspect_ofd(office, order, &file).map(|()| (file, Vec::new())),
        _ if order.flatten => {
            // T-S5: what is approved is what was flattened.
            let flat = flatten(&file).map_err(unflat)?;
            inspect_pdf(order, &flat.bytes)?;
            Ok((flat.bytes, flat.lines))
        }
        _ => inspect_pdf(order, &file).map(|()| (file, Vec::new())),
    }
}

fn unflat(refused: FlattenPdf) -> DocumentError {
    match refused {
        FlattenPdf::Read(fault) => DocumentError::Read(fault),
        FlattenPdf::Remains(findings) => DocumentError::Active(findings),
        other => DocumentError::Flatten(other),
    }
}

fn inspect_pdf(order: &DocumentOrder, file: &Vec<u8>) -> Result<(), DocumentError> {
    let (Shown::Page { page, .. }, SealEdition::V4) = (order.shown, order.edition) else {
        return Err(DocumentError::OfdAlone);
    };
    let found = preflight(file)?;
    if !found.findings.is_empty() {
        return Err(DocumentError::Active(found.findings));
    }
    let (page, pages) = (usize::try_from(page).unwrap_or(usize::MAX), found.pages);
    if page == 0 || page > pages {
        return Err(DocumentError::Page { pages });
    }
    Ok(())
}

fn inspect_ofd(office: &Office, order: &DocumentOrder, file: &[u8]) -> Result<(), DocumentError> {
    let desk = office.desk();
    let seal = desk.seals.get(&order.seal);
    let seal = seal.filter(|_| office.national.is_some());
    let seal = seal.and_then(|seal| seal.national.as_ref()?.object(order.edition));
    let seal = seal.ok_or(DocumentError::NoSuite)?;
    // GB/T 38540 has a place for one time-stamp, and beside that for nothing; what proves it goes into that.
    match (order.edition, order.level) {
        (_, Level::Stamped | Level::Archived) => {
            return Err(DocumentError::Level {
                format: FileFormat::Ofd.code(),
                level: order.level.code(),
            });
        }
        (SealEdition::V1, Level::LongTerm) => return Err(DocumentError::NoStamp),
        _ => {}
    }
    if order.shown == Shown::Nowhere {
        return Ok(affix::ofd::inspect_plain(file)?);
    }
    Ok(affix::ofd::inspect(file, order.spot().on_package(), &seal)?)
}

async fn deny(
    office: &Office,
    asker: &Asker,
    order: &DocumentOrder,
    refused: DocumentError,
) -> Result<DocumentError, DocumentError> {
    denied(
        office,
        asker,
        (order.seal.to_string(), order.purpose),
        refused,
    )
    .await
}
