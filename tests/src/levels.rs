//! A caller's document sealed as an office seals it, at each level, for outside judges.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use catalogue::DocumentPurpose;
use catalogue::key::SealCode;
use issuance::{Clock, Level, SystemClock};
use papers::documents::{DocumentOrder, SealEdition, Shown, begin_document};

use crate::installation::Installation;
use crate::paper::page;
use crate::papers::{machine, once, pem, released};

/// The seal, and where it stands on the page, in points.
const SEAL: &str = "990102-SPZYZ-01";
const CORNER: (f64, f64) = (283.0, 113.0);
const LEVELS: [Level; 4] = [
    Level::Basic,
    Level::Stamped,
    Level::LongTerm,
    Level::Archived,
];

/// Leaves `B-B.pdf` to `B-LTA.pdf` in `folder`, with `root.pem`.
///
/// # Errors
/// What stands in the way.
pub async fn leave(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let place = tempfile::tempdir()?;
    let clock = SystemClock;
    let installation = Installation::found(place.path(), None, clock.now()).await?;
    let office = Arc::new(installation.open(Arc::new(clock)).await?);
    let logs = [office.log(), office.trace_log()].map(|log| tokio::spawn(log.clone().run()));
    for level in LEVELS {
        let name = format!("levels-of-a-page-{}", level.code());
        let order = order(level)?;
        let document = page("决定").to_vec();
        let (asker, once) = (machine()?, once(&name)?);
        let begun = begin_document(&office, &asker, &once, &order, document).await?;
        let file = released((&office, &installation), &name, begun).await?;
        fs::write(folder.join(format!("{}.pdf", level.code())), file)?;
    }
    logs.iter().for_each(tokio::task::JoinHandle::abort);
    let root = office.hierarchy().root.der();
    fs::write(folder.join("root.pem"), pem(root))?;
    Ok(())
}

fn order(level: Level) -> anyhow::Result<DocumentOrder> {
    Ok(DocumentOrder {
        seal: SealCode::parse(SEAL)?,
        purpose: DocumentPurpose::Document,
        matter: None,
        case: String::new(),
        ground: "数据〔2026〕1号".to_owned(),
        shown: Shown::Page {
            page: 1,
            corner: CORNER,
        },
        level,
        edition: SealEdition::V4,
        flatten: false,
    })
}
