//! Seals and seal signatures as data: samples of other software, our own read back, and everything that is refused.

#[path = "ses/fixture.rs"]
mod fixture;
#[path = "ses/made.rs"]
mod made;
#[path = "ses/mutations.rs"]
mod mutations;
#[path = "ses/samples.rs"]
mod samples;
