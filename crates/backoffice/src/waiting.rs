//! The files of a job that wait for their seal: one, or a PDF and an OFD of the same licence (D2).

use std::sync::Arc;

use catalogue::kind::FileFormat;
use crypto::{DigestAlgorithm, Hasher, sha256};
use registry::jobs::{Job, Unsealed};
use registry::objects::{ObjectError, ObjectId};

use crate::fresh::Page;
use crate::office::Office;

/// A file that waits for its seal.
#[derive(Debug)]
pub struct WaitingFile {
    /// What it is.
    pub format: FileFormat,
    /// Its octets.
    pub file: Arc<Vec<u8>>,
    /// SHA-256 over the file, to be gone on with.
    pub hashed: Hasher,
}

/// Keeps files that are to wait for their seal, the PDF first: the objects, and what the record says of them.
///
/// # Errors
/// They cannot be kept.
pub async fn put_by(
    office: &Office,
    files: Vec<(FileFormat, Vec<u8>)>,
) -> Result<(Vec<ObjectId>, Unsealed), ObjectError> {
    let mut objects = Vec::with_capacity(files.len());
    let mut digests = Vec::with_capacity(files.len());
    let (mut pdf, mut ofd, mut content) = (None, None, None);
    for (format, file) in files {
        let mut hashed = Hasher::new(DigestAlgorithm::Sha256);
        hashed.update(&file);
        let page = Page::of(&file, &hashed);
        digests.push(hashed);
        let object = office.objects.put(file).await?;
        office.fresh.keep(object, page);
        match format {
            FileFormat::Pdf => pdf = Some(object.to_string()),
            FileFormat::Ofd => ofd = Some(object.to_string()),
            FileFormat::Envelope(form) => content = Some((form, object.to_string())),
        }
        objects.push(object);
    }
    let unsealed = Unsealed {
        digest: released_digest(&digests),
        pdf,
        ofd,
        content,
    };
    Ok((objects, unsealed))
}

/// What a releaser releases: of one file its SHA-256, of two the SHA-256 over both of theirs (D19).
fn released_digest(files: &[Hasher]) -> [u8; 32] {
    let digests = files.iter().map(|hashed| hashed.clone().finish());
    let all: Vec<u8> = digests.flat_map(|digest| digest.bytes().to_vec()).collect();
    <[u8; 32]>::try_from(all.as_slice()).unwrap_or_else(|_| sha256(&all))
}

/// The files that wait, as they were rendered: what was released is what is sealed (T-S5).
///
/// `None` where the job has none, or what is kept is not what was put by: the store is trusted to keep, not to be honest.
///
/// # Errors
/// What is kept cannot be read.
pub async fn waiting_files(
    office: &Office,
    job: &Job,
) -> Result<Option<Vec<WaitingFile>>, ObjectError> {
    let Some(unsealed) = &job.unsealed else {
        return Ok(None);
    };
    let mut files = Vec::with_capacity(2);
    let content = unsealed.content.as_ref();
    let kept = [
        unsealed.pdf.as_ref().map(|pdf| (FileFormat::Pdf, pdf)),
        unsealed.ofd.as_ref().map(|ofd| (FileFormat::Ofd, ofd)),
        content.map(|(form, object)| (FileFormat::Envelope(*form), object)),
    ];
    for (format, object) in kept.into_iter().flatten() {
        let Ok(object) = object.parse::<ObjectId>() else {
            return Ok(None);
        };
        let Page { file, hashed } = match office.fresh.take(&object) {
            Some(page) => page,
            None => {
                let file = office.objects.read(&object).await?;
                let mut hashed = Hasher::new(DigestAlgorithm::Sha256);
                hashed.update(&file);
                Page { file, hashed }
            }
        };
        files.push(WaitingFile {
            format,
            file: Arc::new(file),
            hashed,
        });
    }
    let digests: Vec<Hasher> = files.iter().map(|file| file.hashed.clone()).collect();
    let same = !files.is_empty() && released_digest(&digests) == unsealed.digest;
    Ok(same.then_some(files))
}
