//! Certificates and lists that we make, chains over them, and every way in which one can fail to hold.

#[cfg(test)]
#[path = "issued/declared.rs"]
mod declared;
#[cfg(test)]
#[path = "issued/forge.rs"]
mod forge;
#[cfg(test)]
#[path = "issued/profiles.rs"]
mod profiles;
#[cfg(test)]
#[path = "issued/second_author.rs"]
mod second_author;
#[cfg(test)]
#[path = "issued/servers.rs"]
mod servers;
