//! Keys that were met, and the tables of those that are met again: an authority's key checks all that it issued.
//!
//! What is kept is computed from public keys alone, and says the same as what would be computed without it: nothing but
//! time depends on what was asked before.

use std::sync::{Arc, Mutex};

use super::multiple::Table;
use super::point::Affine;

/// Keys with a table, 52 KiB each: 1.7 MB at most.
pub(super) const TABLES: usize = 32;
/// Keys that were met too seldom for one, 72 octets each.
pub(super) const NAMES: usize = 256;
/// The time at which a key gets its table, which costs as much as six checks without one.
const ENOUGH: u32 = 3;

/// The keys of this process.
pub(super) static SEEN: Seen = Seen(Mutex::new(Kept {
    tables: Vec::new(),
    names: Vec::new(),
}));

pub(super) struct Seen(Mutex<Kept>);

struct Kept {
    /// The last used last.
    tables: Vec<(Name, Arc<Table>)>,
    /// How often each was met; the last met last. Keys that are met once push out only each other.
    names: Vec<(Name, u32)>,
}

/// `Px ‖ Py`.
type Name = [u8; 64];

impl Seen {
    #[cfg(test)]
    pub(super) fn new() -> Seen {
        Seen(Mutex::new(Kept {
            tables: Vec::new(),
            names: Vec::new(),
        }))
    }

    /// The table of a key that was met often enough; it is made here, while nobody waits for it but the caller.
    pub(super) fn table(&self, name: &Name, point: &Affine) -> Option<Arc<Table>> {
        if let Some(table) = self.0.lock().ok()?.meet(name)? {
            return Some(table);
        }
        let table = Arc::new(Table::of_key(point));
        self.0.lock().ok()?.keep(name, &table);
        Some(table)
    }
}

impl Kept {
    /// The table; `Some(None)` where it should be made; `None` where it is too early for one.
    fn meet(&mut self, name: &Name) -> Option<Option<Arc<Table>>> {
        if let Some(at) = self.tables.iter().position(|(kept, _)| kept == name) {
            let entry = self.tables.remove(at);
            let table = Arc::clone(&entry.1);
            self.tables.push(entry);
            return Some(Some(table));
        }
        let at = self.names.iter().position(|(kept, _)| kept == name);
        let before = at.map_or(0, |at| self.names.remove(at).1);
        if before + 1 >= ENOUGH {
            return Some(None);
        }
        if self.names.len() >= NAMES {
            self.names.remove(0);
        }
        self.names.push((*name, before + 1));
        None
    }

    fn keep(&mut self, name: &Name, table: &Arc<Table>) {
        // Two may have made it at once.
        if self.tables.iter().any(|(kept, _)| kept == name) {
            return;
        }
        if self.tables.len() >= TABLES {
            self.tables.remove(0);
        }
        self.tables.push((*name, Arc::clone(table)));
    }

    #[cfg(test)]
    fn sizes(&self) -> (usize, usize) {
        (self.tables.len(), self.names.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u16) -> Name {
        let mut name = [0; 64];
        name[..2].copy_from_slice(&number.to_be_bytes());
        name
    }

    #[test]
    fn a_key_gets_a_table_the_third_time_and_keeps_it_while_strangers_pass() {
        let (seen, point) = (Seen::new(), Affine::base().expect("a point"));
        let known = name(0);
        let met: Vec<bool> = (0..4)
            .map(|_| seen.table(&known, &point).is_some())
            .collect();
        assert_eq!(met, [false, false, true, true]);
        for stranger in 1..1_000 {
            assert!(seen.table(&name(stranger), &point).is_none());
        }
        assert!(seen.table(&known, &point).is_some());
        assert_eq!(seen.0.lock().expect("free").sizes(), (1, NAMES));
    }

    #[test]
    fn no_more_tables_are_kept_than_said_and_the_one_used_longest_ago_goes() {
        let (seen, point) = (Seen::new(), Affine::base().expect("a point"));
        let often = |number: u16| {
            let met = (0..3).map(|_| seen.table(&name(number), &point).is_some());
            met.collect::<Vec<_>>()
        };
        let many = u16::try_from(TABLES).expect("few");
        for number in 0..many {
            often(number);
        }
        assert_eq!(often(0), [true; 3], "used once more");
        assert_eq!(often(many), [false, false, true]);
        assert_eq!(often(0), [true; 3]);
        assert_eq!(often(1), [false, false, true], "the one that went");
        assert_eq!(seen.0.lock().expect("free").sizes(), (TABLES, 0));
    }
}
