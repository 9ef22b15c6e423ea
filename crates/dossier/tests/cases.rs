//! Cases from the first paper to the archive: tables, sequences, refusals, the story.

#[path = "cases/conditions.rs"]
mod conditions;
#[path = "cases/keeping.rs"]
mod keeping;
#[path = "cases/lives.rs"]
mod lives;
#[path = "cases/office.rs"]
mod office;
#[path = "cases/opening.rs"]
mod opening;
#[path = "cases/packages.rs"]
mod packages;
#[path = "cases/papers.rs"]
mod papers;
#[path = "cases/refusals.rs"]
mod refusals;
#[path = "cases/register.rs"]
mod register;
#[path = "cases/sequences.rs"]
mod sequences;
#[path = "cases/story.rs"]
mod story;
#[path = "cases/table.rs"]
mod table;
#[path = "cases/wire.rs"]
mod wire;
