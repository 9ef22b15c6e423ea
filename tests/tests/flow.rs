//! The whole service on a fresh folder, spoken to as departments, inspectors and anybody speak to it.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

#[path = "flow/added.rs"]
mod added;
#[path = "flow/audit.rs"]
mod audit;
#[path = "flow/catalogue.rs"]
mod catalogue;
#[path = "flow/compromise.rs"]
mod compromise;
#[path = "flow/doors.rs"]
mod doors;
#[path = "flow/editions.rs"]
mod editions;
#[path = "flow/evidence.rs"]
mod evidence;
#[path = "flow/lasting.rs"]
mod lasting;
#[path = "flow/licence.rs"]
mod licence;
#[path = "flow/limits.rs"]
mod limits;
#[path = "flow/lists.rs"]
mod lists;
#[path = "flow/matters.rs"]
mod matters;
#[path = "flow/national.rs"]
mod national;
#[path = "flow/notices.rs"]
mod notices;
#[path = "flow/papers.rs"]
mod papers;
#[path = "flow/past.rs"]
mod past;
#[path = "flow/pictures.rs"]
mod pictures;
#[path = "flow/published.rs"]
mod published;
#[path = "flow/requests.rs"]
mod requests;
#[path = "flow/signatures.rs"]
mod signatures;
#[path = "flow/stage.rs"]
mod stage;
#[path = "flow/verdicts.rs"]
mod verdicts;
#[path = "flow/witness.rs"]
mod witness;
