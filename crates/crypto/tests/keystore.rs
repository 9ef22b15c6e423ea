//! The key store: what it lets sign, what it refuses, what a changed file says.

#[cfg(test)]
#[path = "keystore/device.rs"]
mod device;
#[cfg(test)]
#[path = "keystore/file.rs"]
mod file;
#[cfg(test)]
#[path = "keystore/office.rs"]
mod office;
#[cfg(test)]
#[path = "keystore/passkey.rs"]
mod passkey;
#[cfg(test)]
#[path = "keystore/quorum.rs"]
mod quorum;
#[cfg(test)]
#[path = "keystore/release.rs"]
mod release;
#[cfg(test)]
#[path = "keystore/use_of_keys.rs"]
mod use_of_keys;
