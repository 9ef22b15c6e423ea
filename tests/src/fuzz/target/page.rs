//! PDF read to the last object, content to the last operator, photographs, templates.

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

/// A template.
pub fn template(octets: &[u8]) -> bool {
    Template::parse(octets).is_ok()
}
