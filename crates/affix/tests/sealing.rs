//! Files sealed and carried on: read back with this crate's own reader, and left for outside judges to look at.

#[cfg(test)]
#[path = "sealing/active.rs"]
mod active;
#[cfg(test)]
#[path = "sealing/faces.rs"]
mod faces;
#[cfg(test)]
#[path = "sealing/files.rs"]
mod files;
#[cfg(test)]
#[path = "sealing/flattened.rs"]
mod flattened;
#[cfg(test)]
#[path = "../../pdf/tests/reading/keys.rs"]
mod keys;
#[cfg(test)]
#[path = "sealing/kinds.rs"]
mod kinds;
#[cfg(test)]
#[path = "sealing/large.rs"]
mod large;
#[cfg(test)]
#[path = "sealing/layers.rs"]
mod layers;
#[cfg(test)]
#[path = "sealing/others.rs"]
mod others;
#[cfg(test)]
#[path = "sealing/places.rs"]
mod places;
#[cfg(test)]
#[path = "sealing/refused.rs"]
mod refused;
#[cfg(test)]
#[path = "sealing/renewals.rs"]
mod renewals;
#[cfg(test)]
#[path = "sealing/store.rs"]
mod store;
#[cfg(test)]
#[path = "sealing/structure.rs"]
mod structure;
#[cfg(test)]
#[path = "sealing/thread.rs"]
mod thread;
