//! ZIP packages as OFD and ASiC use them: read strictly, entry by entry, changed, and written in the one shape that is read.
//!
//! Nothing is repaired and nothing is searched for: a package that two readers could read differently is refused (T-I4,
//! T-V10). What the entries are, and which finding a fault becomes, is for the crate above to say.

mod archive;
mod change;
mod fault;
mod limits;
mod package;

pub use archive::Packed;
pub use change::{Change, WritePackage, written};
pub use fault::ReadPackage;
pub use limits::MAX_ENTRIES;
pub use package::{Entry, Name, Package, is_plain};
