//! A licence's whole life: versions and both times, paper, parts, relations, the rules at the
//! seal, renewal and restrictions.

#[expect(
    clippy::indexing_slicing,
    reason = "what a sample case does not have fails its test"
)]
#[path = "whole/following.rs"]
mod following;
#[path = "whole/paper.rs"]
mod paper;
#[path = "whole/parts.rs"]
mod parts;
#[path = "whole/relation.rs"]
mod relation;
#[path = "whole/renewal.rs"]
mod renewal;
#[path = "whole/sealing.rs"]
mod sealing;
#[path = "whole/stage.rs"]
mod stage;
#[path = "whole/versions.rs"]
mod versions;
