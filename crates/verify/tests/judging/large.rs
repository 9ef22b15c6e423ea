//! A file beyond four gibibytes, sealed and judged whole; nearly all of its octets are nowhere.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use affix::seal::{Certification, Joined, Place, SealRequest, prepare};
use crypto::DigestAlgorithm;
use time::macros::datetime;
use verify::report::Covers;
use verify::{Source, Verdict};

use crate::forge::{judge_source, told};
use crate::keys::message;

/// A page whose content is so many zeros, which are not kept.
struct Hollow {
    before: Vec<u8>,
    hole: u64,
    after: Vec<u8>,
}

impl Hollow {
    fn new(hole: u64) -> Hollow {
        let mut before = b"%PDF-1.7\n".to_vec();
        let mut places = Vec::new();
        for body in [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>",
            "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R>>",
        ] {
            places.push(before.len());
            let number = places.len();
            before.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
        }
        places.push(before.len());
        before.extend(format!("4 0 obj\n<</Length {hole}>>stream\n").bytes());
        let mut after = b"\nendstream\nendobj\n".to_vec();
        let start = before.len() as u64 + hole + after.len() as u64;
        let rows: String = places
            .iter()
            .map(|place| format!("{place:010} 00000 n \n"))
            .collect();
        let table = format!(
            "xref\n0 5\n0000000000 65535 f \n{rows}trailer\n<</Size 5/Root 1 0 R/ID[<01><02>]>>\nstartxref\n{start}\n%%EOF\n"
        );
        after.extend(table.bytes());
        Hollow {
            before,
            hole,
            after,
        }
    }
}

impl Hollow {
    /// Writes it with what is appended, the hole as a hole.
    fn write(&self, path: &Path, update: &[u8]) {
        let mut file = File::create(path).expect("it can be written");
        file.write_all(&self.before).expect("written");
        let hole = i64::try_from(self.hole).expect("it is a length");
        file.seek(SeekFrom::Current(hole)).expect("sought");
        file.write_all(&self.after).expect("written");
        file.write_all(update).expect("written");
    }
}

impl Source for Hollow {
    fn length(&self) -> u64 {
        self.before.len() as u64 + self.hole + self.after.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), pdf::ReadPdf> {
        into.fill(0);
        let end = offset + into.len() as u64;
        if end > self.length() {
            return Err(pdf::ReadPdf::Truncated { at: self.length() });
        }
        let behind = self.before.len() as u64 + self.hole;
        for (start, part) in [(0, &self.before), (behind, &self.after)] {
            let (from, to) = (offset.max(start), end.min(start + part.len() as u64));
            if from < to {
                let place = |at: u64, base: u64| usize::try_from(at - base).expect("it is inside");
                into[place(from, offset)..place(to, offset)]
                    .copy_from_slice(&part[place(from, start)..place(to, start)]);
            }
        }
        Ok(())
    }
}

#[test]
fn a_file_beyond_four_gibibytes_is_sealed_and_judged() {
    let page = Hollow::new((1 << 32) + 4_096);
    let request = SealRequest {
        place: Place::Invisible { name: "Seal" },
        appearance: None,
        certification: Certification::Approval,
        claimed: datetime!(2026-11-22 4:00 UTC),
        name: None,
        reason: None,
        location: None,
        contact: None,
        reserve: 6_000,
    };
    let prepared = prepare(&page, &request).expect("it can be sealed");
    let [_, gap, after, _] = prepared.byte_range();
    assert!(gap > 1 << 32 && after > gap);
    let digest = prepared
        .digest(&page, DigestAlgorithm::Sha256)
        .expect("it can be read");
    let update = prepared.finish(&message(&digest)).expect("it fits");
    if let Some(path) = std::env::var_os("WRITE_LARGE") {
        page.write(Path::new(&path), &update);
    }
    let sealed = Joined::new(&page, &update);
    let report = judge_source(&sealed);
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", told(&report));
    assert_eq!(report.signatures[0].covers, Covers::WholeFile);
}
