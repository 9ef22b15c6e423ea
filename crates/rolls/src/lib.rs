//! The rolls: who and what may act in an office.
//!
//! Books of the registry that stand below licences and jobs: accounts of machines, and people with keys ([`callers`]), accounts of
//! people with their sessions ([`accounts`]), catalogues as they were imported ([`catalogues`]), drills after a key was compromised
//! ([`drills`]), links for people without an account ([`links`]), what two people decide of trust: regions whose lists were exchanged ([`regions`]), anchors of our own ([`own_anchors`]), and the lists that we published ([`own_lists`]), until when files can be proven ([`portfolio`]), what stands against holders ([`restrictions`]), seals ([`seals`]), certificates with their answers and lists ([`certificates`]), status lists
//! ([`status`]). `registry` opens them; a fact of its own asks them inside its transaction.

pub mod accounts;
pub mod callers;
pub mod catalogues;
pub mod certificates;
pub mod drills;
pub mod links;
pub mod own_anchors;
pub mod own_lists;
pub mod portfolio;
pub mod regions;
pub mod restrictions;
pub mod seals;
pub mod status;
pub mod word;
