//! Objects that were taken apart, kept for the next question about them: a signature dictionary is asked for by
//! each revision that has it, and a message in it is tens of thousands of digits.

use syntax::Indirect;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Octets of the objects kept, as they stand in the file; beyond that it begins anew. In memory an object is up
/// to some thirty times as large.
const MAX_KEPT: u64 = 256 * 1024;

/// By the offset of the object and where its revision ends: what it is depends on nothing else.
#[derive(Debug, Default)]
pub(crate) struct Kept(RefCell<Objects>);

#[derive(Debug, Default)]
struct Objects {
    found: BTreeMap<(u64, u64), (Rc<Indirect>, u64)>,
    octets: u64,
}

impl Kept {
    /// The object and how many octets were read for it.
    pub(crate) fn find(&self, place: (u64, u64)) -> Option<(Rc<Indirect>, u64)> {
        self.0.borrow().found.get(&place).cloned()
    }

    /// Keeps an object that took `octets` to read.
    pub(crate) fn keep(&self, place: (u64, u64), object: &Rc<Indirect>, octets: u64) {
        let mut objects = self.0.borrow_mut();
        if octets > MAX_KEPT {
            return;
        }
        if objects.octets.saturating_add(octets) > MAX_KEPT {
            *objects = Objects::default();
        }
        objects.octets = objects.octets.saturating_add(octets);
        objects.found.insert(place, (Rc::clone(object), octets));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::{Object, Reference};

    fn object() -> Rc<Indirect> {
        Rc::new(Indirect {
            reference: Reference {
                number: 1,
                generation: 0,
            },
            object: Rc::new(Object::Null),
            range: 0..20,
            contents: None,
        })
    }

    #[test]
    fn objects_are_kept_to_the_limit_and_no_further() {
        let kept = Kept::default();
        kept.keep((1, 9), &object(), MAX_KEPT + 1);
        assert!(kept.find((1, 9)).is_none(), "larger than all room");
        kept.keep((1, 9), &object(), MAX_KEPT - 5);
        kept.keep((2, 9), &object(), 5);
        assert_eq!(kept.find((1, 9)).map(|found| found.1), Some(MAX_KEPT - 5));
        assert!(kept.find((1, 8)).is_none(), "of another revision");
        kept.keep((3, 9), &object(), 1);
        assert!(kept.find((1, 9)).is_none() && kept.find((2, 9)).is_none());
        assert!(kept.find((3, 9)).is_some());
    }
}
