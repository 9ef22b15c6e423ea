//! Files read back: honest ones without a false alarm, forged ones each refused for its own reason.

#[cfg(test)]
#[path = "reading/chains.rs"]
mod chains;
#[cfg(test)]
#[path = "reading/changes.rs"]
mod changes;
#[cfg(test)]
#[path = "reading/entries.rs"]
mod entries;
#[cfg(test)]
#[path = "reading/foreign.rs"]
mod foreign;
#[cfg(test)]
#[path = "reading/forms.rs"]
mod forms;
#[cfg(test)]
#[path = "reading/honest.rs"]
mod honest;
#[cfg(test)]
#[path = "reading/keys.rs"]
mod keys;
#[cfg(test)]
#[path = "reading/limits.rs"]
mod limits;
#[cfg(test)]
#[path = "reading/maker.rs"]
mod maker;
#[cfg(test)]
#[path = "malformed.rs"]
mod malformed;
#[cfg(test)]
#[path = "reading/many.rs"]
mod many;
#[cfg(test)]
#[path = "reading/messages.rs"]
mod messages;
#[cfg(test)]
#[path = "second.rs"]
mod second;
#[cfg(test)]
#[path = "reading/shadows.rs"]
mod shadows;
#[cfg(test)]
#[path = "reading/signing.rs"]
mod signing;
