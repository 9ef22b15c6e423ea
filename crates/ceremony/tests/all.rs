//! A ceremony: what is declared, held, gone on from, judged and drilled.

#[path = "all/declared.rs"]
mod declared;
#[path = "all/drilled.rs"]
mod drilled;
#[path = "all/held.rs"]
mod held;
#[path = "all/judged.rs"]
mod judged;
#[path = "all/later.rs"]
mod later;
#[path = "all/requested.rs"]
mod requested;
#[path = "all/room.rs"]
mod room;
