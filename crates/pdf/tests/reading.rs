//! Files read back: honest ones without a false alarm, forged ones each refused for its own reason.

#[path = "reading/chains.rs"]
mod chains;
#[path = "reading/changes.rs"]
mod changes;
#[path = "reading/forms.rs"]
mod forms;
#[path = "reading/honest.rs"]
mod honest;
#[path = "sealing/keys.rs"]
mod keys;
#[path = "reading/maker.rs"]
mod maker;
#[path = "reading/shadows.rs"]
mod shadows;
