//! Pages drawn: each kind of object at the places where it must and must not be, the samples of others, our own licences.

#[path = "drawing/limits.rs"]
mod limits;
#[path = "drawing/maker.rs"]
mod maker;
#[path = "drawing/objects.rs"]
mod objects;
#[path = "drawing/samples.rs"]
mod samples;
#[path = "drawing/vector.rs"]
mod vector;
