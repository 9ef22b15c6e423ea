//! Events of the story into a store: taken, parked, refused, told, looked at, and what time brings; on each store at hand.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

#[path = "cases/due.rs"]
mod due;
#[expect(dead_code, reason = "the story's office serves several tests")]
#[path = "../../dossier/tests/cases/office.rs"]
mod office;
#[path = "cases/packages.rs"]
mod packages;
#[expect(dead_code, reason = "the office of the registry serves several tests")]
#[path = "../../registry/tests/licences/office.rs"]
mod register;
#[path = "cases/room.rs"]
mod room;
#[expect(dead_code, reason = "the stage of the registry serves several tests")]
#[path = "../../registry/tests/lists/stage.rs"]
mod stage;
#[path = "cases/table.rs"]
mod table;
#[path = "cases/taking.rs"]
mod taking;
#[path = "cases/telling.rs"]
mod telling;
