//! XML as others wrote it, read strictly as one tree (T-I5), and the canonical form that signatures are over.
//!
//! One reader for all that is XML here: packages, manifests, lists. No document type, no entities but the five of XML
//! itself, no processing instructions; every prefix stands for a namespace; limits hold before anything grows. What
//! the field adds (which namespace, which root, which elements) is for the crate above to say, as is the finding that
//! a fault becomes.

mod canonical;
mod fault;
mod read;
mod rules;
mod tree;
mod write;

pub use canonical::canonical;
pub use fault::{ReadXml, Shape};
pub use read::parse;
pub use rules::Rules;
pub use tree::{Element, Name, XML};
pub use write::{escaped, held};
