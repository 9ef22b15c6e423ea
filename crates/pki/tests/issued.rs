//! Certificates and lists that we make, chains over them, and every way in which one can fail to hold.

#[cfg(test)]
#[path = "issued/forge.rs"]
mod forge;
#[cfg(test)]
#[path = "issued/profiles.rs"]
mod profiles;
