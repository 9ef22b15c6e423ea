//! Certificates and lists that we make, chains over them, and every way in which one can fail to hold.

mod bent;
mod crosscheck;
mod declared;
mod deltas;
mod encodings;
mod forge;
mod generated;
mod limits;
mod names;
mod national;
mod paths;
mod policies;
mod profiles;
mod revocation;
mod second_author;
mod servers;
mod statuses;
