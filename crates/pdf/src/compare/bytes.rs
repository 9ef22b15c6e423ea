//! Every octet of an update belongs to an object, a section, a comment or is white space; every entry points at
//! octets of the update (ISO 32000-2, 7.5.6; T-V4).

use std::ops::Range;

use syntax::{Lexer, Place, ReadPdf, Reference, is_white};

use crate::compare::change::ChangeKind;
use crate::compare::step::Step;

/// Octets of one comment.
const MAX_COMMENT: usize = 1024;

impl Step<'_> {
    /// Checks the entries and accounts for the octets.
    pub(super) fn account(&mut self) -> Result<(), ReadPdf> {
        let own = self.new.own();
        let mut ranges = own.ranges.clone();
        let mut measured = true;
        let listed: Vec<_> = self
            .changed
            .iter()
            .map(|(number, listed)| (*number, *listed))
            .collect();
        for (number, listed) in listed {
            // 7.5.6: an object keeps its generation as long as it is in use.
            if listed.is_renamed() {
                self.tell(
                    ChangeKind::ObjectReplaced,
                    Some(number),
                    "its generation".to_owned(),
                );
            }
            // What objects say that stand in it would change with it, and no entry names them.
            if listed.existed() && self.old.holds(number) {
                let path = format!("object stream {number}");
                self.tell(ChangeKind::ObjectStreamChanged, Some(number), path);
            }
            match listed.new {
                // Whether it was missed is seen where it is reached.
                Place::Free => {}
                Place::At { offset, .. } if offset < own.start || offset >= own.mark => {
                    self.tell(
                        ChangeKind::ObjectMoved,
                        Some(number),
                        format!("byte {offset}"),
                    );
                }
                Place::At { generation, .. } => {
                    if own.streams.contains(&number) {
                        continue;
                    }
                    let reference = Reference { number, generation };
                    match self.new.indirect(reference) {
                        Ok(Some(found)) => ranges.push(found.range.clone()),
                        Ok(None) => {}
                        Err(fault) => {
                            measured = false;
                            self.tell(ChangeKind::Unreadable, Some(number), fault.to_string());
                        }
                    }
                }
                Place::In { container, .. } => {
                    if own.place(container).is_none() {
                        let path = format!("object stream {container}");
                        self.tell(ChangeKind::ObjectMoved, Some(number), path);
                    }
                }
            }
        }
        // Where an object ends that cannot be read is not known.
        if measured { self.gaps(ranges) } else { Ok(()) }
    }

    fn gaps(&mut self, mut ranges: Vec<Range<u64>>) -> Result<(), ReadPdf> {
        let own = self.new.own();
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        let mut at = own.start;
        for range in ranges {
            if range.start < at {
                let path = format!("byte {}", range.start);
                self.tell(ChangeKind::ObjectsOverlap, None, path);
                at = at.max(range.end);
                continue;
            }
            self.gap(at..range.start)?;
            at = range.end;
        }
        Ok(())
    }

    /// White space and comment lines; a comment that looks like an object is none, since a repairing reader may
    /// take it for one.
    fn gap(&mut self, gap: Range<u64>) -> Result<(), ReadPdf> {
        let mut lexer = Lexer::new(self.new.file().source(), gap.start, gap.end);
        while let Some(octet) = lexer.octet()? {
            if is_white(octet) {
                continue;
            }
            if octet == b'%' {
                let mut comment = Vec::new();
                while let Some(octet) = lexer.octet()? {
                    if matches!(octet, b'\r' | b'\n') || comment.len() > MAX_COMMENT {
                        break;
                    }
                    comment.push(octet);
                }
                let words: [&[u8]; 4] = [b"obj", b"xref", b"trailer", b"stream"];
                let looks_like = comment.starts_with(b"PDF-")
                    || words
                        .iter()
                        .any(|word| comment.windows(word.len()).any(|window| window == *word));
                if !looks_like && comment.len() <= MAX_COMMENT {
                    continue;
                }
            }
            let path = format!("bytes {} to {}", gap.start, gap.end);
            self.tell(ChangeKind::BytesUnaccounted, None, path);
            return Ok(());
        }
        Ok(())
    }
}
