//! Certificates and lists that we make, chains over them, and every way in which one can fail to hold.

#[cfg(test)]
#[path = "issued/bent.rs"]
mod bent;
#[cfg(test)]
#[path = "issued/crosscheck.rs"]
mod crosscheck;
#[cfg(test)]
#[path = "issued/declared.rs"]
mod declared;
#[cfg(test)]
#[path = "issued/deltas.rs"]
mod deltas;
#[cfg(test)]
#[path = "issued/encodings.rs"]
mod encodings;
#[cfg(test)]
#[path = "issued/forge.rs"]
mod forge;
#[cfg(test)]
#[path = "issued/generated.rs"]
mod generated;
#[cfg(test)]
#[path = "issued/limits.rs"]
mod limits;
#[cfg(test)]
#[path = "issued/names.rs"]
mod names;
#[cfg(test)]
#[path = "issued/national.rs"]
mod national;
#[cfg(test)]
#[path = "issued/paths.rs"]
mod paths;
#[cfg(test)]
#[path = "issued/policies.rs"]
mod policies;
#[cfg(test)]
#[path = "issued/profiles.rs"]
mod profiles;
#[cfg(test)]
#[path = "issued/revocation.rs"]
mod revocation;
#[cfg(test)]
#[path = "issued/second_author.rs"]
mod second_author;
#[cfg(test)]
#[path = "issued/servers.rs"]
mod servers;
#[cfg(test)]
#[path = "issued/statuses.rs"]
mod statuses;
