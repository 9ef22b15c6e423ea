//! The house rules, read from the manifests and the sources: arrows, package owners, sizes,
//! first lines, licences of packages, and what the repository must not say.

#[path = "house/arrows.rs"]
mod arrows;
#[path = "house/circles.rs"]
mod circles;
#[path = "house/packages.rs"]
mod packages;
#[path = "house/repository.rs"]
mod repository;
#[path = "house/sources.rs"]
mod sources;
#[path = "house/threats.rs"]
mod threats;
