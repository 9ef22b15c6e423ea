//! The electronic seal: its picture, its certificate, its life.

pub mod life;
pub mod picture;
