//! The house rules, read from the manifests and the sources: arrows, package owners, sizes,
//! first lines, shares, licences of packages, what pages name, and what the repository must not say.

#[path = "house/arrows.rs"]
mod arrows;
#[path = "house/circles.rs"]
mod circles;
#[path = "house/packages.rs"]
mod packages;
#[path = "house/pages.rs"]
mod pages;
#[path = "house/repository.rs"]
mod repository;
#[path = "house/shares.rs"]
mod shares;
#[path = "house/sources.rs"]
mod sources;
#[path = "house/statements.rs"]
mod statements;
#[path = "house/threats.rs"]
mod threats;
