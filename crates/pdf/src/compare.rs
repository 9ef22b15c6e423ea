//! What changed after a signature, by default refused (T-V3, T-V4; ISO 32000-2, 12.8.2.2).
//!
//! Each update is compared with the revision before it. Both catalogs are walked together; where a rule says
//! that something may grow, the rule looks at exactly that, and everything else must be as it was, on every path
//! that reaches it. Then every octet of the update must belong to something that was looked at.

mod annotated;
mod bytes;
mod catalog;
mod change;
mod fields;
mod filled;
mod graph;
mod ground;
mod groups;
mod look;
mod marker;
mod pages;
mod step;
mod store;
mod structure;
mod typed;
mod widget;

use crate::file::File;
use crate::signature::{Permission, SignatureField};

pub use change::{Change, ChangeKind, Level};
use step::Step;

/// Changes told of one update: those first that are not permitted.
const MAX_CHANGES: usize = 256;
/// Changes told of a file; of an update that comes after so many one is told, the worst (T-I3).
const MAX_TOLD: usize = 4_096;

impl File<'_> {
    /// All that changed after the revision that `signature` signs, in the order of the updates. The document is as
    /// it was signed if every change is permitted.
    ///
    /// `signatures` are those of [`File::signatures`]: later ones may have locked what this one leaves open.
    #[must_use]
    pub fn changes_after(
        &self,
        signature: &SignatureField,
        signatures: &[SignatureField],
    ) -> Vec<Change> {
        let mut found = Vec::new();
        for revision in signature.revision() + 1..self.revisions() {
            let rules = Rules::at(revision, signatures);
            let mut changes = Step::new(self, revision, signatures).compare();
            for change in &mut changes {
                rules.apply(change);
            }
            let room = if found.len() < MAX_TOLD {
                MAX_CHANGES
            } else {
                1
            };
            if changes.len() > room {
                // What is left out is no worse than what is told: however many fields were filled in, the page that was
                // replaced beside them is not lost among them.
                changes.sort_by_key(|change| change.permitted);
                changes.truncate(room);
            }
            found.extend(changes);
        }
        let tail = self.tail();
        if !tail.is_empty() {
            // ades-pki 7, 7: a repairing viewer may show what stands behind the end.
            let mut change = Change::new(ChangeKind::BytesBehindEnd, self.revisions());
            change.path = format!("bytes {} to {}", tail.start, tail.end);
            found.push(change);
        }
        found
    }
}

/// What signatures before an update allow in it; each can only tighten.
struct Rules<'a> {
    before: Vec<&'a SignatureField>,
}

impl<'a> Rules<'a> {
    fn at(revision: usize, signatures: &'a [SignatureField]) -> Rules<'a> {
        let before = signatures
            .iter()
            .filter(|signature| signature.revision() < revision)
            .collect();
        Rules { before }
    }

    fn permission(&self) -> Permission {
        let values = self.before.iter().filter_map(|field| field.value().ok());
        values
            .map(|value| {
                let lock = value
                    .lock()
                    .map_or(Permission::Unstated, |lock| lock.permission());
                value.permission().min(lock)
            })
            .min()
            .unwrap_or(Permission::Unstated)
    }

    /// Whether the document is certified: then nothing new may lie over its pages.
    fn certified(&self) -> bool {
        self.before
            .iter()
            .filter_map(|field| field.value().ok())
            .any(|value| value.permission() != Permission::Unstated)
    }

    fn locked(&self, name: &str) -> bool {
        self.before
            .iter()
            .filter_map(|field| field.value().ok()?.lock())
            .any(|lock| lock.covers(name))
    }

    fn apply(&self, change: &mut Change) {
        let permission = self.permission();
        let locked = change
            .field
            .as_deref()
            .is_some_and(|name| self.locked(name));
        let filled = change.kind == ChangeKind::FieldFilled;
        change.permitted = match change.level() {
            Level::Upkeep => true,
            Level::Other => false,
            // 12.8.2.2, table 257: signing and filling in need P 2 or 3; 12.8.2.4: a locked field takes neither.
            Level::Signing => permission != Permission::Nothing && !locked,
            // Who did not certify for remarks did not ask for them.
            Level::Annotating => permission == Permission::Annotating,
        };
        match change.kind {
            ChangeKind::FieldFilled if !change.permitted => {
                change.kind = ChangeKind::LockedFieldFilled;
            }
            ChangeKind::Withdrawn if !change.permitted => {
                change.kind = ChangeKind::AnnotationRemoved;
            }
            ChangeKind::Annotated if !change.permitted => {
                change.kind = ChangeKind::AnnotationAdded;
            }
            ChangeKind::AnnotationCovers if permission != Permission::Annotating => {
                change.kind = ChangeKind::AnnotationAdded;
            }
            _ => {}
        }
        if change.level() == Level::Signing && locked && !filled {
            change.kind = ChangeKind::LockedFieldSigned;
        }
        if change.kind == ChangeKind::VisibleSignatureAdded && change.covers && self.certified() {
            // T-V3: permission never extends to covering what was certified.
            change.kind = ChangeKind::CertifiedPageCovered;
            change.permitted = false;
        }
    }
}
