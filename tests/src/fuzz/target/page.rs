//! PDF read to the last object, content to the last operator, photographs, pictures of seals, templates.

use canvas::Picture;
use crypto::DigestAlgorithm;
use document::{Photo, Template};

/// A PDF file: revisions, signatures, what changed after each, attachments, material, all that is reachable.
pub fn pdf(octets: &[u8]) -> bool {
    let Ok(file) = pdf::read(&octets) else {
        return false;
    };
    let _ = (file.survey(), file.dss());
    for revision in 0..file.revisions() {
        let _ = file.attachments_at(revision);
        let view = file.at(revision);
        let _ = (view.catalog(), view.pages());
    }
    let Ok(all) = file.signatures() else {
        return true;
    };
    for signature in &all {
        let _ = (signature.standing(), signature.coverage());
        match signature.value() {
            Ok(value) => {
                let signed = value.signed_length();
                assert!(
                    signed <= file_length(octets),
                    "signed octets are in the file"
                );
                let [start, first, second, last] = value.byte_range();
                assert_eq!(start, 0, "T-V2");
                assert!(first < second && second + last == signed, "T-V2");
                let _ = (value.claimed(), value.reason(), value.permission());
                let _ = file.digest(value, DigestAlgorithm::Sha256);
            }
            Err(fault) => {
                let _ = (fault.code(), fault.to_string());
            }
        }
        for change in file.changes_after(signature, &all) {
            let _ = (change.level(), change.kind.code());
        }
    }
    true
}

/// Content: each operator with its octets, which stand in it in their order; all of them together are content too.
pub fn content(octets: &[u8]) -> bool {
    let mut whole = Vec::new();
    let mut words = Vec::new();
    let read = syntax::operations(octets, &mut |step| {
        let place = step.octets.as_ptr_range();
        assert!(octets.as_ptr_range().contains(&place.start));
        whole.extend_from_slice(step.octets);
        whole.push(b'\n');
        words.push(step.operator.to_vec());
        Ok(())
    });
    if read.is_err() {
        return false;
    }
    let mut again = Vec::new();
    let read = syntax::operators(&whole, &mut |word, _| {
        again.push(word.to_vec());
        Ok(())
    });
    assert_eq!(
        (read, again),
        (Ok(()), words),
        "the same without what stands between"
    );
    true
}

fn file_length(octets: &[u8]) -> u64 {
    u64::try_from(octets.len()).unwrap_or(u64::MAX)
}

/// A photograph.
pub fn photo(octets: &[u8]) -> bool {
    match Photo::read(octets) {
        Ok(photo) => {
            assert_eq!(
                photo.digest(),
                &crypto::sha256(octets),
                "of the posted octets"
            );
            true
        }
        Err(_) => false,
    }
}

/// The picture of a seal: what is written anew has its points, and three chunks. A PNG is tried with its checksums put right,
/// too: what lies behind them is to be found.
pub fn seal_picture(octets: &[u8]) -> bool {
    let summed = summed(octets).is_some_and(|summed| anew(&summed));
    anew(octets) || summed
}

fn anew(octets: &[u8]) -> bool {
    let Ok(picture) = Picture::of_seal(octets) else {
        return false;
    };
    let picture = picture.on_nothing();
    let file = picture.compact_png();
    let chunks: Vec<[u8; 4]> = kinds(&file).collect();
    assert!(chunks.first() == Some(b"IHDR") && chunks.last() == Some(b"IEND"));
    assert!(
        chunks.iter().filter(|kind| *kind != b"IDAT").count() == 2,
        "{chunks:?}"
    );
    match Picture::of_seal(&file) {
        Ok(read) => assert_eq!(read, picture, "the same points"),
        // A photograph of noise is longer without loss.
        Err(error) => assert_eq!(error, canvas::ReadPicture::Long),
    }
    true
}

/// Where each chunk of a PNG file is, as far as its lengths go.
fn chunks(octets: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut place = 8_usize;
    std::iter::from_fn(move || {
        let length = octets.get(place..)?.first_chunk()?;
        let end = usize::try_from(u32::from_be_bytes(*length))
            .ok()?
            .checked_add(place)?;
        let chunk = place.checked_add(4)?..end.checked_add(8)?;
        octets.get(chunk.clone())?;
        place = chunk.end.checked_add(4)?;
        Some(chunk)
    })
}

fn kinds(octets: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    chunks(octets).filter_map(|chunk| octets.get(chunk)?.first_chunk().copied())
}

fn summed(octets: &[u8]) -> Option<Vec<u8>> {
    let mut summed = octets.starts_with(b"\x89PNG").then(|| octets.to_vec())?;
    for chunk in chunks(octets) {
        let end = chunk.end;
        let mut sum = flate2::Crc::new();
        sum.update(octets.get(chunk)?);
        let place = summed.get_mut(end..)?.first_chunk_mut()?;
        *place = sum.sum().to_be_bytes();
    }
    Some(summed)
}

/// A template.
pub fn template(octets: &[u8]) -> bool {
    Template::parse(octets).is_ok()
}
