//! The electronic seal: its picture, its life, and seal and seal signature as signed data (GB/T 38540, GM/T 0031).

pub mod life;
pub mod picture;
pub mod ses;
