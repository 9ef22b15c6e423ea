//! Who is trusted, for what, and when, as it is handed on: trusted lists of ETSI TS 119 612 (edition 2.4.1), read under a
//! signature that is checked first, and written; and the content of our own bundles.
//!
//! Reading is one act: the octets become one tree, the signature is checked over that tree by its own exclusive
//! canonicalisation, and what comes back was read from the same tree (T-V10). A list is relied on only if somebody
//! signed it who was pinned beforehand: by the list that points to it, or by who configured it. Nothing is fetched;
//! a list of lists names others by address, and whoever may fetch hands over octets.
//!
//! Writing comes in two halves: `prepare` gives the bytes to be signed, `finish` takes the signature.

mod algorithms;
mod bundle;
mod draft;
mod fault;
mod limits;
mod list;
mod names;
mod office;
mod open;
mod own;
mod read;
mod region;
mod said;
mod service;
mod signature;
mod value;

pub use bundle::{BUNDLE_KIND, Bundle, BundleAnchor, BundleLog, ReadBundle};
pub use draft::{DraftList, ListDraft, PreparedList, Scheme};
pub use fault::{CheckList, ReadList};
pub use list::{ListedAnchor, Pointer, Provider, TrustedList};
pub use office::{Entitlement, Office, OfficeType};
pub use own::{ListedType, entitled, licence_type, published};
pub use region::{Agreement, Term};
pub use said::offices;
pub use service::{Criteria, Kind, Narrowed, Period, Provided, Qualification};
pub use signature::Signed;
pub use value::Texts;
pub use xml::ReadXml;
